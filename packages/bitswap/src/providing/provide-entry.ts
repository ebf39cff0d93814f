/**
 * One CID that waits to be announced. There may be hundreds of thousands, so it
 * is small: no CID object, and nothing about failures before there is one.
 */
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { multihashKey } from '../core/cid-map.ts'
import type { EntryList } from './entry-list.ts'
import { ProvideKind } from './provide-store.ts'

/** In place of a codec: a CIDv0. */
const VERSION_0 = -1

/** Its failures so far. */
export interface Setbacks {
  /** All of them: how long it waits. */
  tries: number
  /** Those that count against it. */
  attempts: number
  /** How many others had been announced when it failed last. */
  seen: number
  /** When it may be tried again. */
  dueAt: number
}

export class ProvideEntry {
  /** The multihash, as a string of bytes. */
  readonly key: string
  readonly #codec: number
  kind: ProvideKind
  /** Came by the sweep, whatever it is now: it takes of the sweep's room. */
  readonly isSwept: boolean
  /** When it began to wait; whole milliseconds, which take no memory of their own. */
  readonly since: number
  setbacks: Setbacks | undefined
  /** The list it is in, and its neighbours there; kept by the list. Undefined while it is announced. */
  list: EntryList | undefined
  previous: ProvideEntry | undefined
  next: ProvideEntry | undefined

  constructor (cid: CID, kind: ProvideKind, since: number) {
    this.key = multihashKey(cid)
    this.#codec = cid.version === 0 ? VERSION_0 : cid.code
    this.kind = kind
    this.isSwept = kind === ProvideKind.Swept
    this.since = Math.floor(since)
    this.setbacks = undefined
    this.list = undefined
    this.previous = undefined
    this.next = undefined
  }

  /** Another one each time. */
  toCID (): CID {
    const digest = digestOf(this.key)

    return this.#codec === VERSION_0 ? CID.createV0(digest as Digest.Digest<0x12, number>) : CID.createV1(this.#codec, digest)
  }
}

function digestOf (key: string): Digest.Digest<number, number> {
  const bytes = new Uint8Array(key.length)

  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = key.charCodeAt(i)
  }

  return Digest.decode(bytes)
}

/** A CID that names this block. */
export function cidOfKey (key: string): CID {
  return CID.createV1(RAW, digestOf(key))
}

/** Multicodec code of bytes that are nothing but bytes. */
const RAW = 0x55
