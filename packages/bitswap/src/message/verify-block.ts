/**
 * Finds the CID of a block that has come: hashes its bytes, and puts prefix and
 * digest together, so that a block can only ever be had under the CID it truly has.
 *
 * Not for: deciding whether anybody asked for that CID.
 */
import type { CID } from 'multiformats/cid'
import { Hasher } from 'multiformats/hashes/hasher'
import { identity } from 'multiformats/hashes/identity'
import type { MultihashHasher } from 'multiformats/hashes/interface'
import { sha256Key } from '../core/bytes-key.ts'
import { multihashKey } from '../core/cid-map.ts'
import { nativePromise } from '../core/native-promise.ts'
import { cidOfDigest } from './cid-of-digest.ts'
import { MalformedMessageError, UnknownHashError } from './errors.ts'
import { loadHasher } from './hashers.ts'
import type { HasherLoader } from './hashers.ts'
import type { Block, Prefix, ReceivedBlock } from './message.ts'
import { CIDV0_PREFIX, flawOf } from './prefix.ts'

/** A block under the name that its bytes have. What it was wanted by is at hand in most cases, so that its CID is made only when it is asked for. */
export class VerifiedBlock implements Block {
  readonly bytes: Uint8Array
  readonly #prefix: Prefix
  readonly #digest: Uint8Array
  #cid: CID | undefined

  constructor ({ prefix, bytes }: ReceivedBlock, digest: Uint8Array) {
    this.bytes = bytes
    this.#prefix = prefix
    this.#digest = digest
  }

  get cid (): CID {
    this.#cid ??= cidOfDigest(this.#prefix, this.#digest)

    return this.#cid
  }

  /** As of its CID. */
  get multihashKey (): string {
    const { hash, digestSize } = this.#prefix

    return hash === CIDV0_PREFIX.hash && digestSize === CIDV0_PREFIX.digestSize ? sha256Key(this.#digest) : multihashKey(this.cid)
  }
}

interface Made {
  /** Of the hash function that made it. */
  code: number
  digest: Uint8Array
}

/**
 * Hashes the bytes of a block and returns it under the CID they have by its
 * prefix. That it is the block somebody wanted is for the caller to see: other
 * bytes have another CID. Synchronous unless the loader or the hash function is
 * not, so that in Node the common case makes no promise (browsers have only
 * asynchronous sha2). Costs one hash of the bytes; nothing is copied.
 *
 * @throws UnknownHashError when the loader has no such hash function
 * @throws MalformedMessageError when no CID can have the prefix, as when it asks for a digest longer than the function makes
 */
export function verifyBlock (received: ReceivedBlock, getHasher: HasherLoader): VerifiedBlock | Promise<VerifiedBlock> {
  const { hash, digestSize } = received.prefix
  const flaw = flawOf(received.prefix)

  if (flaw !== undefined) {
    throw new MalformedMessageError(`impossible prefix: ${flaw}`)
  }

  // before hashing, which would be a copy of the block; and cut short it would be a name that many blocks have
  if (hash === identity.code && digestSize !== received.bytes.byteLength) {
    throw wrongDigestSize(received.prefix, received.bytes.byteLength)
  }

  const hasher = loadHasher(hash, getHasher)

  return hasher instanceof Promise ? hasher.then(loaded => hashBlock(received, loaded)) : hashBlock(received, hasher)
}

function hashBlock (received: ReceivedBlock, hasher: MultihashHasher): VerifiedBlock | Promise<VerifiedBlock> {
  const made = nativePromise(digestOf(received.bytes, hasher))

  return made instanceof Promise ? made.then(made => nameBlock(received, made)) : nameBlock(received, made)
}

/** A multihash is made of it only once, with the CID around it: those of the library cost as much as the hash of a small block. */
function digestOf (bytes: Uint8Array, hasher: MultihashHasher): Made | Promise<Made> {
  if (!isOfLibrary(hasher)) {
    return hasher.digest(bytes)
  }

  const { code } = hasher
  const digest = nativePromise(hasher.encode(bytes))

  return digest instanceof Promise ? digest.then(digest => ({ code, digest })) : { code, digest }
}

function isOfLibrary (hasher: MultihashHasher): hasher is Hasher<string, number> {
  return hasher instanceof Hasher
}

function nameBlock (received: ReceivedBlock, { code, digest }: Made): VerifiedBlock {
  const { prefix } = received
  const { hash, digestSize } = prefix

  if (code !== hash) {
    throw new UnknownHashError(hash, { cause: new TypeError(`the loader gave hash function 0x${code.toString(16)} for it`) })
  }

  if (digestSize > digest.length) {
    throw wrongDigestSize(prefix, digest.length)
  }

  return new VerifiedBlock(received, digest)
}

function wrongDigestSize ({ hash, digestSize }: Prefix, size: number): MalformedMessageError {
  return new MalformedMessageError(`impossible prefix: hash function 0x${hash.toString(16)} makes ${size} bytes, not ${digestSize}`)
}
