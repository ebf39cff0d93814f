/**
 * One CID that waits to be announced. There may be hundreds of thousands, so it
 * is small: no CID object, and nothing about failures before there is one.
 */
import type { CID } from 'multiformats/cid'
import { bytesKey } from '../core/bytes-key.ts'
import { multihashKey } from '../core/cid-map.ts'
import type { EntryList } from './entry-list.ts'
import { ProvideKind } from './provide-store.ts'

/** Makes the CID of the bytes that a string has as characters: `message/cid-key.ts`. Handed in, so that what is loaded late is little. */
export type CIDOfKey = (key: string) => CID

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
  /** What the CID has before its multihash: nothing in version 0. */
  readonly #prefix: string
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
  /** Its place among those of its age; kept by `entry-ages.ts`. */
  agePlace: number

  constructor (cid: CID, kind: ProvideKind, since: number) {
    this.key = multihashKey(cid)
    this.#prefix = bytesKey(cid.bytes).slice(0, -this.key.length) // of two characters, as nearly all are, engines keep one for all
    this.kind = kind
    this.isSwept = kind === ProvideKind.Swept
    this.since = Math.floor(since)
    this.setbacks = undefined
    this.list = undefined
    this.previous = undefined
    this.next = undefined
    this.agePlace = 0
  }

  /** Another one each time. */
  toCID (cidOfKey: CIDOfKey): CID {
    return cidOfKey(this.#prefix + this.key)
  }
}

/** A CID that names the block with this multihash: of version 1, and of bytes that are nothing but bytes. */
export function cidOfBlock (multihash: string, cidOfKey: CIDOfKey): CID {
  return cidOfKey(`\x01\x55${multihash}`)
}
