/**
 * What a peer was asked to send, and sent others in place of. Peers answer in
 * order of priority, then age: who goes on sending what it was asked for later
 * lacks the block, or has lost the want, and is of a protocol that cannot say so
 * or does not care to. Pure.
 *
 * Limits: no more than the peer was asked for. Costs the number of wants that a
 * block overtakes.
 */
import type { Want } from './want.ts'

/** A peer works at several messages at a time, and they come as they are ready. (boxo: 8 workers.) */
const SENT_OUT_OF_ORDER = 8

interface Overtaken {
  since: number
  /** By how many blocks. */
  count: number
}

export class OvertakenWants {
  /** Undefined while there are none: that is how it is with nearly all peers. */
  #wants: Map<Want, Overtaken> | undefined

  /** The peer sent one of the blocks it was `asked` for, which are given in order. */
  blockCame (block: Want, asked: Iterable<Want>, now: number): void {
    for (const want of asked) {
      if (want === block) {
        break
      }

      if (want.priority >= block.priority) {
        const wants = this.#wants ?? new Map<Want, Overtaken>()
        const overtaken = wants.get(want) ?? { since: now, count: 0 }

        overtaken.count++
        wants.set(want, overtaken)
        this.#wants = wants
      }
    }
  }

  /** The peer owes it no more. */
  delete (want: Want): void {
    if (this.#wants?.delete(want) === true && this.#wants.size === 0) {
      this.#wants = undefined
    }
  }

  /** Those that were overtaken at `time` or before, and by so many that it is no chance. */
  since (time: number): Want[] {
    const wants: Want[] = []

    for (const [want, { since, count }] of this.#wants ?? []) {
      if (since <= time && count > SENT_OUT_OF_ORDER) {
        wants.push(want)
      }
    }

    return wants
  }
}
