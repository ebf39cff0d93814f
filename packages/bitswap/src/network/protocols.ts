/**
 * The four ids the protocol goes by, best first, and what each can say. See
 * https://specs.ipfs.tech/bitswap-protocol/ and boxo bitswap/network/bsnet.
 */
export const BitswapProtocol = {
  /** HAVE, DONT_HAVE, CID prefixes. */
  V120: '/ipfs/bitswap/1.2.0',
  /** CID prefixes: any CID. */
  V110: '/ipfs/bitswap/1.1.0',
  /** Bare blocks: CIDv0 only. */
  V100: '/ipfs/bitswap/1.0.0',
  /** As 1.0.0, from before versions. */
  Unversioned: '/ipfs/bitswap'
} as const
export type BitswapProtocol = typeof BitswapProtocol[keyof typeof BitswapProtocol]

/** Best first: the order in which they are offered. */
export const PROTOCOLS: readonly BitswapProtocol[] = Object.freeze([
  BitswapProtocol.V120,
  BitswapProtocol.V110,
  BitswapProtocol.V100,
  BitswapProtocol.Unversioned
])

/** Does a peer that speaks this understand WANT-HAVE, and answer HAVE and DONT_HAVE? */
export function supportsHave (protocol: BitswapProtocol): boolean {
  return protocol === BitswapProtocol.V120
}

/** What a peer understands. Of one whose protocol is not known yet the best is assumed: its stream will tell. */
export function abilitiesOf (protocol: BitswapProtocol | undefined): { have: boolean, prefix: boolean } {
  return { have: protocol == null || supportsHave(protocol), prefix: protocol == null || supportsPrefix(protocol) }
}

/** Does a peer that speaks this name blocks by CID prefix? If not, only CIDv0 blocks can be exchanged. */
export function supportsPrefix (protocol: BitswapProtocol): boolean {
  return protocol === BitswapProtocol.V120 || protocol === BitswapProtocol.V110
}
