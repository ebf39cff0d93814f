/**
 * The hash functions of the node, by multicodec code and by the names Kubo's
 * `--mhtype` takes, and the one check that bytes are those of a CID. What is
 * rarely used is loaded at first use.
 *
 * No SHA-1, MD5 or others that can be forged: a block under such a name could
 * not be trusted to be what was asked for.
 */
import { identity } from 'multiformats/hashes/identity'
import { from } from 'multiformats/hashes/hasher'
import { sha256, sha512 } from 'multiformats/hashes/sha2'
import { UnknownHashError } from 'ts-bitswap/errors'
import type { CID } from 'multiformats/cid'
import type { MultihashHasher } from 'multiformats/hashes/interface'

const BLAKE3 = 0x1e
const BLAKE2B = { first: 0xb201, last: 0xb240 }
const BLAKE2S = { first: 0xb241, last: 0xb260 }

/** SHA3, SHAKE and Keccak. */
const SHA3 = { first: 0x14, last: 0x1d }

const loaded: Map<number, MultihashHasher> = new Map() // bounded by the number of functions

for (const hasher of [sha256, sha512, identity]) {
  loaded.set(hasher.code, hasher)
}

/**
 * The hash function of a multicodec code.
 *
 * @throws UnknownHashError when there is none
 */
export function getHasher (code: number): MultihashHasher | Promise<MultihashHasher> {
  return loaded.get(code) ?? loadHasher(code)
}

async function loadHasher (code: number): Promise<MultihashHasher> {
  for (const hasher of await loadFamily(code)) {
    loaded.set(hasher.code, hasher)
  }

  const hasher = loaded.get(code)

  if (hasher == null) {
    throw new UnknownHashError(code)
  }

  return hasher
}

async function loadFamily (code: number): Promise<MultihashHasher[]> {
  if (code === BLAKE3) {
    const { blake3 } = await import('@noble/hashes/blake3.js')

    return [from({ name: 'blake3', code: BLAKE3, encode: bytes => blake3(bytes) })]
  }

  if (within(code, BLAKE2B) || within(code, BLAKE2S)) {
    const blake2b: Record<string, MultihashHasher> = await import('@multiformats/blake2/blake2b')
    const blake2s: Record<string, MultihashHasher> = await import('@multiformats/blake2/blake2s')

    return [...Object.values(blake2b), ...Object.values(blake2s)]
  }

  if (within(code, SHA3)) {
    const sha3: Record<string, MultihashHasher> = await import('@multiformats/sha3')

    return Object.values(sha3)
  }

  return []
}

function within (code: number, range: { first: number, last: number }): boolean {
  return code >= range.first && code <= range.last
}

/** Whether `bytes` are what `cid` names. Throws {@link UnknownHashError} when that cannot be found out. */
export async function matches (cid: CID, bytes: Uint8Array): Promise<boolean> {
  const hasher = await getHasher(cid.multihash.code)
  const expected = cid.multihash.digest
  const { digest } = await hasher.digest(bytes)

  // who makes a CID may cut a digest short, but not to nothing; what is "hashed" by identity stays whole
  const isCut = hasher.code !== identity.code && expected.length > 0 && expected.length < digest.length

  return (isCut || expected.length === digest.length) && expected.every((byte, index) => byte === digest[index])
}

/**
 * The code of a hash function by its name, as in `sha2-256`, `blake2b-256`,
 * `sha3-512`, `blake3`. Undefined when we do not have it.
 */
export async function hashCode (name: string): Promise<number | undefined> {
  for (const family of [sha256.code, BLAKE3, BLAKE2B.first, SHA3.first]) {
    await getHasher(family)

    for (const hasher of loaded.values()) {
      if (hasher.name === name) {
        return hasher.code
      }
    }
  }

  return undefined
}
