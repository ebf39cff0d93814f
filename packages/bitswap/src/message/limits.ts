/**
 * Numbers of the wire, from the specification and from what peers enforce. Not
 * options: to change one is to speak another protocol.
 */

/**
 * Largest encoded message, without its length prefix: 4 MiB. A larger one is
 * refused when its length is read, before any of it is buffered.
 * https://specs.ipfs.tech/bitswap-protocol/ section "Bitswap 1.0.0: Protocol
 * Format"; `MessageSizeMax` in go-libp2p core/network.
 */
export const MAX_MESSAGE_SIZE: number = 4 * 1024 * 1024

/**
 * Largest block every implementation takes: 2 MiB. Half of a message, so a
 * block and its framing always fit. The codec does not enforce it: the client
 * does for what comes (`maxSize`), the server for what goes.
 * https://specs.ipfs.tech/bitswap-protocol/ section "Block Sizes"
 */
export const MAX_BLOCK_SIZE: number = 2 * 1024 * 1024

/**
 * Longest digest of a CID: 128 bytes, as boxo's `verifcid` has it; the longest
 * in common use have 64. What it stops: identity CIDs, whose digest is any
 * content the sender likes.
 */
export const MAX_DIGEST_SIZE: number = 128

/**
 * Shortest digest that names a block: 20 bytes, as in boxo's `verifcid` and in
 * multiformats. With fewer, other bytes with the same hash can be found; with
 * none, all bytes have it. Identity is exempt: its digest is the block.
 */
export const MIN_DIGEST_SIZE: number = 20

/**
 * Longest CID of an entry or presence: 168 bytes. A CID is four varints
 * (version, codec, hash function, digest size), of at most 10 bytes each if one
 * is generous, and the digest. Everyday ones have 34 (CIDv0) or 36. boxo's
 * server drops longer ones too (`MaximumAllowedCid` in its internal/defaults).
 * What it stops: ledgers full of CIDs as large as blocks.
 */
export const MAX_CID_SIZE: number = 4 * 10 + MAX_DIGEST_SIZE

/**
 * Most entries of a wantlist, most presences and most blocks that are read of
 * one message: what fits 4 MiB at 38 bytes each, the size of a want for a CIDv0
 * and the smallest that everyday CIDs come to, so an honest message never gets
 * there. Whatever comes after is left out and counted as malformed. What it
 * stops: a message of two million empty blocks, or of CIDs with digests of one
 * byte, whose objects take a hundred times the memory that their bytes did.
 */
export const MAX_ENTRIES: number = Math.floor(MAX_MESSAGE_SIZE / 38)
