/**
 * Takes the CIDs of one call from its input, as far ahead of the consumer as there
 * is room, and lets go of the input when the call is over.
 */
import type { CID } from 'multiformats/cid'

export interface Room {
  /** No more is to be taken. */
  readonly isFull: boolean
  /** Once it was full: is it worth going on? */
  readonly isWorthwhile: boolean
}

export class InputPump {
  readonly #input: Iterator<CID> | AsyncIterator<CID>
  readonly #room: Room
  readonly #take: (cid: CID) => void
  #ended = false
  #isOver = false
  /** Resolved when there is room again. */
  #madeRoom: PromiseWithResolvers<void> | undefined

  constructor (input: Iterator<CID> | AsyncIterator<CID>, room: Room, take: (cid: CID) => void) {
    this.#input = input
    this.#room = room
    this.#take = take
  }

  /** All has been taken, or it was let go of. */
  get ended (): boolean {
    return this.#ended
  }

  /** Resolves when all has been taken, or it was let go of. Rejects with what the input, or `take`, throws. */
  async run (): Promise<void> {
    while (!this.#isOver) {
      const taken = this.#input.next()
      const next = 'then' in taken ? await taken : taken

      if (this.#isOver) {
        return
      }

      if (next.done === true) {
        break
      }

      this.#take(next.value)

      if (this.#room.isFull && !this.#isOver) {
        this.#madeRoom = Promise.withResolvers()
        await this.#madeRoom.promise
        this.#madeRoom = undefined
      }
    }

    this.#ended = true
  }

  /** There may be room. */
  progressed (): void {
    if (this.#madeRoom != null && (this.#isOver || this.#room.isWorthwhile)) {
      this.#madeRoom.resolve()
    }
  }

  /** Takes no more. Not to be waited for: an input that hangs would never answer. */
  async leave (): Promise<void> {
    this.#isOver = true
    this.progressed()

    if (!this.#ended) {
      this.#ended = true
      await this.#input.return?.()
    }
  }
}
