/** The errors of pins and of collecting garbage; as those in `../errors.ts`. */
import type { CID } from 'multiformats/cid'

/** There is no pin to remove: at most the block is kept by that of another. */
export class NotPinnedError extends Error {
  override readonly name = 'NotPinnedError'
  readonly cid: CID
  /** The root it is pinned through, if it is. */
  readonly through: CID | undefined

  constructor (cid: CID, through?: CID) {
    super(through == null ? `${cid} is not pinned` : `${cid} is pinned indirectly through ${through}: remove that pin`)
    this.cid = cid
    this.through = through
  }
}

/** A pin says more than what is asked of it: it is recursive, and a direct one was meant. */
export class PinnedRecursivelyError extends Error {
  override readonly name = 'PinnedRecursivelyError'
  readonly cid: CID

  constructor (cid: CID) {
    super(`${cid} is pinned recursively`)
    this.cid = cid
  }
}

/** A block cannot be removed as long as it is pinned. */
export class BlockPinnedError extends Error {
  override readonly name = 'BlockPinnedError'
  readonly cid: CID

  constructor (cid: CID, how: string) {
    super(`cannot remove block ${cid}: pinned: ${how}`)
    this.cid = cid
  }
}

/** What is kept of a pin cannot be read. Nothing is removed as garbage while it is so: it may be pinned. */
export class DamagedPinError extends Error {
  override readonly name = 'DamagedPinError'
  readonly key: string

  constructor (key: string, options?: ErrorOptions) {
    super(`the pin kept as ${key} is damaged`, options)
    this.key = key
  }
}

/** A block of a pinned graph is missing, cannot be read, or is not what its codec says: what is below it is not known. */
export class PinnedBlockDamagedError extends Error {
  override readonly name = 'PinnedBlockDamagedError'
  readonly cid: CID
  /** The root it is pinned through; itself, when that is what is damaged. */
  readonly through: CID

  /** @param reason - in words; the `cause` is what reading failed with, if it did */
  constructor (cid: CID, through: CID, reason: string, options?: ErrorOptions) {
    super(`${cid.equals(through) ? 'pin' : `block ${cid} of the pin`} ${through} cannot be looked into: ${reason}`, options)
    this.cid = cid
    this.through = through
  }
}

/** Garbage is being collected already: one collection at a time. */
export class CollectionUnderWayError extends Error {
  override readonly name = 'CollectionUnderWayError'

  constructor () {
    super('garbage is being collected already')
  }
}

/** A collection of garbage went to its end, and could not remove everything. */
export class GarbageLeftError extends Error {
  override readonly name = 'GarbageLeftError'
  /** The first that could not be removed, and how many could not. */
  readonly cid: CID
  readonly count: number

  /** @param reason - of the first; without it the message only counts, for those who have been told of each */
  constructor (cid: CID, count: number, reason: string | undefined, options?: ErrorOptions) {
    super(reason == null
      ? `${count} ${count === 1 ? 'block' : 'blocks'} could not be removed`
      : `cannot remove block ${cid}${count > 1 ? `, and ${count - 1} more` : ''}: ${reason}`, options)
    this.cid = cid
    this.count = count
  }
}

/** The blocks of CARs are stored, and some of the roots are not pinned, since their graphs are not whole. */
export class RootsNotPinnedError extends Error {
  override readonly name = 'RootsNotPinnedError'
  readonly failed: number
  readonly total: number

  constructor (failed: number, total: number, options?: ErrorOptions) {
    super(`unable to pin all roots: ${failed} out of ${total} failed`, options)
    this.failed = failed
    this.total = total
  }
}
