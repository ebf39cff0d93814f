/**
 * The wants of one session in state `ready`, in two queues, for two things they
 * may wait for. Pure.
 *
 * Limits: what has left the queue is dropped when it is met, and before it
 * outnumbers what is still in it.
 */
import { PriorityFifo } from '../core/priority-fifo.ts'
import type { Want } from './want.ts'

export const Awaits = {
  /** Peers that may have it are busy. */
  Peer: 'peer',
  /** Nobody is known who may have it, and as many wants as allowed are being looked for. */
  Turn: 'turn'
} as const
export type Awaits = typeof Awaits[keyof typeof Awaits]

/** Up to this many that have left the queue are not worth clearing out. */
const MIN_DEAD = 64

export class ReadyQueue {
  /** What is in the queue. The lists below may hold more, and some twice. */
  readonly #awaited: Map<Want, Awaits> = new Map()
  readonly #lists: Record<Awaits, PriorityFifo<Want>> = { peer: new PriorityFifo(), turn: new PriorityFifo() }

  get size (): number {
    return this.#awaited.size
  }

  /** Does anything wait for a peer? True also while something is to be dropped that did. */
  get waitsForPeer (): boolean {
    return this.#lists[Awaits.Peer].size > 0
  }

  /** What a want waits for here; undefined when it is not here. */
  awaited (want: Want): Awaits | undefined {
    return this.#awaited.get(want)
  }

  /** One that is here, and waits for the same, keeps its place. */
  push (want: Want, awaits: Awaits): void {
    if (this.#awaited.get(want) === awaits) {
      return
    }

    this.#awaited.set(want, awaits)
    this.#enter(want, awaits)
    this.#clearOut(awaits)
  }

  remove (want: Want): void {
    this.#awaited.delete(want)
  }

  /** The first that waits for a peer and that this one can help with, looking past at most `maxSkips` others. */
  takeFor (canHelp: (want: Want) => boolean, maxSkips: number): Want | undefined {
    return this.#take(Awaits.Peer, canHelp, maxSkips)
  }

  /** The first that waits for its turn. */
  takeTurn (): Want | undefined {
    return this.#take(Awaits.Turn, () => true, 0)
  }

  /** Removes and returns all that wait for one thing, in order. */
  drain (awaits: Awaits): Want[] {
    const wants = new Set(this.#lists[awaits].drain().filter(want => this.#awaited.get(want) === awaits))

    for (const want of wants) {
      this.#awaited.delete(want)
    }

    return [...wants]
  }

  /**
   * What everybody has said no to before, and is asked for again, stands at the
   * end whatever its priority: it would be back before what is less urgent has had
   * a turn, where a peer takes long to say no.
   */
  #enter (want: Want, awaits: Awaits): void {
    const list = this.#lists[awaits]

    list.push(want, want.refreshes === 0 ? want.priority : Math.min(want.priority, list.lowest ?? want.priority))
  }

  #take (awaits: Awaits, fits: (want: Want) => boolean, maxSkips: number): Want | undefined {
    const taken = this.#lists[awaits].take(want => {
      if (this.#awaited.get(want) !== awaits) {
        return 'drop'
      }

      return fits(want) ? 'take' : 'skip'
    }, maxSkips)

    if (taken != null) {
      this.#awaited.delete(taken)
    }

    return taken
  }

  /** Costs nothing on average: as many were pushed since the last time as are gone through. */
  #clearOut (awaits: Awaits): void {
    const list = this.#lists[awaits]

    if (list.size > 2 * this.#awaited.size + MIN_DEAD) {
      const live = new Set(list.drain().filter(want => this.#awaited.get(want) === awaits))

      for (const want of live) {
        this.#enter(want, awaits)
      }
    }
  }
}
