/**
 * When a walk asks for more: what is asked for is sent in the turns of the event
 * loop after, and asking for hundreds takes many times as long as one takes to
 * come. Whoever is waited for is not to wait for that.
 */

/**
 * So many milliseconds the block that is waited for is under way alone. A peer
 * close by has answered by then; where an answer takes longer the others lose
 * no more than this.
 */
export const HEAD_START = 5

export class WalkPace {
  readonly #next: () => void
  #turn: NodeJS.Immediate | undefined
  #headStart: NodeJS.Timeout | undefined
  #isSending = false

  /** @param next - asks for more; called when a wait is over */
  constructor (next: () => void) {
    this.#next = next
  }

  /** Nothing is to be asked for now: `next` will be called. */
  get isWaiting (): boolean {
    return this.#turn != null || this.#headStart != null || this.#isSending
  }

  /** Waits for so many turns of the event loop; not anew when it does already. */
  forTurns (turns: number): void {
    if (this.#turn == null) {
      this.#waitTurns(turns)
    }
  }

  /** For whoever goes on by itself, so that `next` is not called: a turn in which what was asked for is sent. */
  async sending (): Promise<void> {
    this.#isSending = true
    await new Promise(resolve => { setImmediate(resolve) })
    this.#isSending = false
  }

  /** Waits until what is waited for is here, for {@link HEAD_START} at the most. */
  forAnswer (): void {
    this.#headStart = setTimeout(() => {
      this.#headStart = undefined
      this.#next()
    }, HEAD_START)
  }

  /** Ends that wait, and does not call `next`. */
  answered (): void {
    clearTimeout(this.#headStart)
    this.#headStart = undefined
  }

  stop (): void {
    this.answered()
    clearImmediate(this.#turn)
  }

  #waitTurns (turns: number): void {
    this.#turn = setImmediate(() => {
      if (turns > 1) {
        this.#waitTurns(turns - 1)

        return
      }

      this.#turn = undefined
      this.#next()
    })
  }
}
