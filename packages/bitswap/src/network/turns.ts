/**
 * Work that is looked for at the end of a turn of the event loop, however often
 * it was asked for in it, and done one piece at a time.
 *
 * Not for: what the work is (`peer-sender.ts`).
 */
import type { Cancel, Clock } from '../core/clock.ts'

/** Nothing to do; to look soon; at work. */
const State = { Idle: 'idle', Scheduled: 'scheduled', Busy: 'busy' } as const
type State = typeof State[keyof typeof State]

export interface TurnsInit {
  clock: Clock
  /** Cheap: is there anything to do? */
  isDue: () => boolean
  /** Does one piece; must call {@link Turns.ended} when it is done, once. */
  work: () => void
}

export class Turns {
  readonly #init: TurnsInit
  #state: State = State.Idle
  #cancel: Cancel | undefined
  /** Asked for while at work. */
  #again = false

  constructor (init: TurnsInit) {
    this.#init = init
  }

  get isIdle (): boolean {
    return this.#state === State.Idle
  }

  /** There may be something to do at the end of this turn. */
  look (): void {
    if (this.#state === State.Idle) {
      this.#schedule(false)
    } else {
      this.#again = true
    }
  }

  /** As {@link look}, as soon as the promise callbacks that are ready have run: somebody may be waiting. */
  hurry (): void {
    if (this.#state === State.Busy) {
      return
    }

    this.#cancel?.()
    this.#schedule(true)
  }

  /** Looks no more when the work at hand has ended, unless asked to. */
  forget (): void {
    this.#again = false
  }

  /** @param more - there may be more to do */
  ended (more: boolean): void {
    this.#state = State.Idle

    if (more || this.#again) {
      this.look()
    }
  }

  /** Does not look; what is at work goes on. */
  stop (): void {
    this.#cancel?.()
  }

  #schedule (hurry: boolean): void {
    const { clock, isDue, work } = this.#init

    this.#state = State.Scheduled
    this.#cancel = clock.soon(() => {
      this.#cancel = undefined
      this.#again = false
      this.#state = isDue() ? State.Busy : State.Idle

      if (this.#state === State.Busy) {
        work()
      }
    }, hurry)
  }
}
