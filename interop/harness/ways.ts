/**
 * The ways to fetch what somebody else holds, each named by what it does on all
 * sides; a side answers those it knows. Time runs in the process that fetches,
 * from the call to the last byte; CIDs have been parsed before.
 */
import { CID } from 'multiformats/cid'
import type { Held } from './content.ts'

export interface Way {
  /**
   * - `list`: all of a list of blocks, in one call, or so many at a time where there is no such call
   * - `session`: the same within a session that knows whom to ask
   * - `cat`: a file, in order, as a user reads it
   * - `walk`: everything below the root, level by level
   * - `first`: a file, until its first bytes
   * - `raw`, `framed`, `kept`: as many bytes on a stream, without Bitswap; as they come, as hashed blocks, and as these in memory
   */
  by: 'list' | 'session' | 'cat' | 'walk' | 'first' | 'raw' | 'framed' | 'kept'
  /** Bytes written at once, of `raw`. */
  piece?: number
}

export interface Fetched {
  /** Bytes of blocks with data, or of the file. */
  size: number
  seconds: number
}

/** What passed through a peer so far. */
export interface Traffic {
  /** Bytes of blocks that came, those it had among them. */
  received?: number
  messagesReceived?: number
  /** Bytes over its sockets, both ways. */
  wire?: number
}

/** {@link Held}, with its CIDs as they are called with. */
export interface Wanted {
  root: CID | undefined
  leaves: CID[]
  size: number
}

/** @param parse - makes CIDs of the kind that is called with, where there is more than one copy of their package */
export function parseHeld ({ root, leaves, size }: Held, parse: (cid: string) => CID = each => CID.parse(each)): Wanted {
  return { root: root === '' ? undefined : parse(root), leaves: leaves.map(leaf => parse(leaf)), size }
}

/**
 * Runs it and says how long it took: until it says that what was asked for is
 * here, or to its end. Letting go of what was asked for ahead comes after.
 */
export async function timed (fetch: (came: () => void) => Promise<number>): Promise<Fetched> {
  const start = performance.now()
  let here: number | undefined
  const size = await fetch(() => { here ??= performance.now() })

  return { size, seconds: ((here ?? performance.now()) - start) / 1000 }
}

/** @throws TypeError when nothing was taken to be fetched */
export function rootOf (wanted: Wanted | undefined): CID {
  if (wanted?.root == null) {
    throw new TypeError('no root to fetch')
  }

  return wanted.root
}

/** @throws TypeError for a way this side does not know */
export function noSuchWay (by: string): never {
  throw new TypeError(`there is no way ${by} here`)
}
