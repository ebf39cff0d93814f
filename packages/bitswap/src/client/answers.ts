/**
 * What peers said of one block, or that they said nothing: two bits for each
 * peer, by its number (`peer-numbers.ts`), as there may be tens of thousands of
 * wants and each is asked of hundreds of peers. Pure.
 *
 * Limits: as many as there are numbers of peers; 600 take some 400 bytes.
 */
import { UnavailableReason } from '../errors.ts'
import type { PeerNumbers } from './peer-numbers.ts'

/** What stands of a peer: a reason why it did not send the block, or that it has it. */
export type Answer = 'have' | UnavailableReason

/** What is said, or not, by one that is here. */
export type Said = Exclude<Answer, 'disconnected' | 'unreachable'>

/** By what stands for them in the two bits; 0 is nothing. */
const SAID: readonly Said[] = ['have', UnavailableReason.DontHave, UnavailableReason.Silent]

const BITS = 2
const ALL_BITS = 0b11

/** Of the 31 bits that a number may have in an array of small ones. */
const PER_WORD = 15

export class Answers {
  readonly #peers: PeerNumbers
  #words: number[] | undefined

  constructor (peers: PeerNumbers) {
    this.#peers = peers
  }

  /** What this peer said since it connected. */
  get ({ number }: { readonly number: number }): Said | undefined {
    return SAID[this.#at(number) - 1]
  }

  set ({ number }: { readonly number: number }, said: Said): void {
    const at = Math.floor(number / PER_WORD)

    this.#words ??= []

    while (this.#words.length <= at) {
      this.#words.push(0)
    }

    this.#words[at] = this.#without(number) | (SAID.indexOf(said) + 1) << shiftOf(number)
  }

  clear (): void {
    this.#words = undefined
  }

  /** Nothing stands of the peer of this number. */
  forget (number: number): void {
    if (this.#words != null && this.#at(number) !== 0) {
      this.#words[Math.floor(number / PER_WORD)] = this.#without(number)
    }
  }

  /** Did anybody fall silent who is here, and may have it after all? */
  get hasSilence (): boolean {
    return this.numbers().some(number => SAID[this.#at(number) - 1] === UnavailableReason.Silent && this.#peers.isHere(number))
  }

  /** The numbers of those of whom something stands. */
  numbers (): number[] {
    const numbers: number[] = []

    for (const [at, word] of this.#words?.entries() ?? []) {
      for (let rest = word, number = at * PER_WORD; rest !== 0; rest >>= BITS, number++) {
        if ((rest & ALL_BITS) !== 0) {
          numbers.push(number)
        }
      }
    }

    return numbers
  }

  /** All that stands, by the key of the peer. What those said who left is of no use any more. */
  byPeer (): Map<string, Answer> {
    const answers = new Map<string, Answer>()

    for (const number of this.numbers()) {
      const key = this.#peers.keyOf(number)
      const said = SAID[this.#at(number) - 1]

      if (key != null && said != null) {
        if (this.#peers.isHere(number)) {
          answers.set(key, said)
        } else if (said !== 'have' && !answers.has(key)) {
          answers.set(key, UnavailableReason.Disconnected)
        }
      }
    }

    return answers
  }

  /** Why it could not be had so far: peer to reason. */
  reasons (): Map<string, UnavailableReason> {
    const reasons = new Map<string, UnavailableReason>()

    for (const [peer, answer] of this.byPeer()) {
      if (answer !== 'have') {
        reasons.set(peer, answer)
      }
    }

    return reasons
  }

  #at (number: number): number {
    return (this.#words?.[Math.floor(number / PER_WORD)] ?? 0) >> shiftOf(number) & ALL_BITS
  }

  /** The word of this number, with nothing in its place. */
  #without (number: number): number {
    return (this.#words?.[Math.floor(number / PER_WORD)] ?? 0) & ~(ALL_BITS << shiftOf(number))
  }
}

function shiftOf (number: number): number {
  return number % PER_WORD * BITS
}
