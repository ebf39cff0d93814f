/**
 * CIDs that came lately, so that one that comes again is the same object: a
 * popular CID is in the wantlists of many peers, and each of our own comes back
 * with its answers. A CID takes some 600 bytes, its bytes on the wire 40.
 *
 * Limits: {@link RECENT_CIDS} of them; one that comes to the place of another
 * takes it. A sender who knows the places can at most undo what this saves.
 */
import type { CID } from 'multiformats/cid'

/** A power of two. With the slabs they are in (`cid-decoder.ts`) they take up to 4 MB. */
export const RECENT_CIDS: number = 4096

export class RecentCIDs {
  readonly #places: Array<CID | undefined> = []

  /** The CID with the bytes from `start` to `end`, if it came lately. */
  get (bytes: Uint8Array, start: number, end: number): CID | undefined {
    const recent = this.#places[placeOf(bytes, end)]

    return recent != null && isSame(recent.bytes, bytes, start, end) ? recent : undefined
  }

  add (cid: CID): void {
    this.#places[placeOf(cid.bytes, cid.bytes.length)] = cid
  }
}

/** The end of a digest is as good as random, where there is one. */
function placeOf (bytes: Uint8Array, end: number): number {
  return ((bytes[end - 1] ?? 0) | ((bytes[end - 2] ?? 0) << 8)) & (RECENT_CIDS - 1)
}

function isSame (known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) {
    return false
  }

  for (let i = 0; i < known.length; i++) {
    if (known[i] !== bytes[start + i]) {
      return false
    }
  }

  return true
}
