/**
 * What is yet to be brought into the store: of each block the last that was
 * noted, in the order in which they came; and a step of the sweep. Pure.
 *
 * Limits: 8192 changes at a time, and those of a step. What is to be deleted is
 * forgotten over a bound: it is announced once too often after a restart.
 */
import { cidOfBlock } from './provide-entry.ts'
import type { CIDOfKey, ProvideEntry } from './provide-entry.ts'
import type { ProvideChange, SavedSweep } from './provide-store.ts'

const MAX_CHANGES = 8192

/** What the sweep has picked, and its place after that: they are kept together, or not at all. */
export interface SweepStep {
  place: (now: number) => SavedSweep
  entries: readonly ProvideEntry[]
}

/** Put when there is an entry, else deleted. */
type Changes = Map<string, ProvideEntry | undefined>

/** Taken out, to be applied. */
export interface TakenChanges {
  readonly changes: Changes
  readonly step: SweepStep | undefined
  /** How many of those that were noted. */
  readonly count: number
}

export class UnsavedChanges {
  readonly #maxChanges: number
  readonly #changes: Changes = new Map()
  #step: SweepStep | undefined

  /** @param maxChanges - over that many nothing more is deleted */
  constructor (maxChanges: number) {
    this.#maxChanges = maxChanges
  }

  get size (): number {
    return this.#changes.size + (this.#step == null ? 0 : 1)
  }

  put (entry: ProvideEntry): void {
    this.#changes.set(entry.key, entry)
  }

  delete (key: string): void {
    if (this.#changes.size < this.#maxChanges) {
      this.#changes.set(key, undefined)
    } else {
      this.#changes.delete(key)
    }
  }

  /** Where one before was not taken yet, its place is of no interest any more. */
  sweep (step: SweepStep): void {
    for (const entry of this.#step?.entries ?? []) {
      if (!this.#changes.has(entry.key)) {
        this.#changes.set(entry.key, entry)
      }
    }

    for (const entry of step.entries) {
      if (this.#changes.has(entry.key)) { // it was to be deleted, and is there again
        this.#changes.set(entry.key, entry)
      }
    }

    this.#step = step
  }

  /** The first ones; with a step of the sweep all that is of it. */
  take (): TakenChanges {
    const step = this.#step
    const before = this.size
    const changes: Changes = new Map()

    for (const [key, entry] of this.#changes) {
      if (changes.size >= MAX_CHANGES) {
        break
      }

      changes.set(key, entry)
      this.#changes.delete(key)
    }

    for (const entry of step?.entries ?? []) {
      if (this.#changes.has(entry.key)) {
        changes.set(entry.key, this.#changes.get(entry.key))
        this.#changes.delete(entry.key)
      } else if (!changes.has(entry.key)) {
        changes.set(entry.key, entry)
      }
    }

    this.#step = undefined

    return { changes, step, count: before - this.size }
  }

  /** These could not be applied. What was noted since is newer. */
  putBack ({ changes, step }: TakenChanges): void {
    for (const [key, entry] of changes) {
      if (!this.#changes.has(key)) {
        this.#changes.set(key, entry)
      }
    }

    this.#step ??= step
  }
}

/** As the store is told. */
export function changeOf ({ changes, step }: TakenChanges, now: number, cidOfKey: CIDOfKey): ProvideChange {
  const put: Array<ProvideChange['put'][number]> = []
  const deleted: Array<ProvideChange['delete'][number]> = []

  for (const [key, entry] of changes) {
    if (entry == null) {
      deleted.push(cidOfBlock(key, cidOfKey))
    } else {
      put.push({ cid: entry.toCID(cidOfKey), kind: entry.kind, waited: Math.max(0, now - entry.since) })
    }
  }

  return { put, delete: deleted, ...step == null ? {} : { sweep: step.place(now) } }
}
