/**
 * One direction of a virtual connection: what is put in comes out at the other
 * end, in order, after the latency. It carries callbacks; what they stand for
 * is up to the streams. Holds as much as is put in: those who send are to keep
 * within a window.
 */
import type { Cancel, Clock } from '../core/clock.ts'

interface InFlight {
  at: number
  arrive: () => void
}

export class Pipe {
  readonly #clock: Clock
  readonly #latency: number
  readonly #inFlight: InFlight[] = []
  #cancel: Cancel | undefined
  #holds = 0
  #cut = false

  constructor (clock: Clock, latency: number) {
    this.#clock = clock
    this.#latency = latency
  }

  send (arrive: () => void): void {
    if (!this.#cut) {
      this.#inFlight.push({ at: this.#clock.now() + this.#latency, arrive })
      this.#schedule()
    }
  }

  /** Nothing arrives until the returned function is called; then all that is late, at once. */
  hold (): () => void {
    let held = true
    this.#holds++
    this.#cancel?.()
    this.#cancel = undefined

    return () => {
      if (held) {
        held = false
        this.#holds--
        this.#schedule()
      }
    }
  }

  /** Loses what is under way and all that follows. */
  cut (): void {
    this.#cut = true
    this.#inFlight.length = 0
    this.#cancel?.()
    this.#cancel = undefined
  }

  #schedule (): void {
    const first = this.#inFlight[0]

    if (first != null && this.#holds === 0 && this.#cancel == null) {
      this.#cancel = this.#clock.timer(first.at - this.#clock.now(), () => {
        this.#cancel = undefined
        const arrived = this.#inFlight.shift()
        this.#schedule()
        arrived?.arrive()
      })
    }
  }
}
