/**
 * Small numbers for peers, so that what each of them said of a want takes two
 * bits (`answers.ts`). Who leaves keeps the number for a while, as callers are
 * told who was asked and left; who comes back is given another. Pure.
 *
 * Limits: the numbers of those who are here and of the last `maxFormer` who
 * left. Over it those who left first are forgotten, a quarter of them at once.
 */
export class PeerNumbers {
  readonly #maxFormer: number
  /** By number; of numbers that are free nothing. */
  readonly #keys: Array<string | undefined> = []
  readonly #free: number[] = []
  /** Who left, the first first. */
  readonly #former: Set<number> = new Set()

  constructor (maxFormer: number) {
    this.#maxFormer = maxFormer
  }

  /** How many numbers are in use. */
  get size (): number {
    return this.#keys.length - this.#free.length
  }

  /** A number for a peer that has come. */
  take (key: string): number {
    const number = this.#free.pop() ?? this.#keys.length

    this.#keys[number] = key

    return number
  }

  /**
   * The peer of this number has left. Returns those that are forgotten over it:
   * they go to others from now on, so what their peers said must be forgotten too.
   */
  left (number: number): number[] {
    const forgotten: number[] = []

    this.#former.add(number)

    if (this.#former.size > this.#maxFormer) {
      for (const first of this.#former) {
        forgotten.push(first)
        this.#former.delete(first)
        this.#keys[first] = undefined
        this.#free.push(first)

        if (forgotten.length * 4 >= this.#maxFormer) {
          break
        }
      }
    }

    return forgotten
  }

  /** Whose it is; undefined when it is free. */
  keyOf (number: number): string | undefined {
    return this.#keys[number]
  }

  /** Is its peer connected? */
  isHere (number: number): boolean {
    return this.#keys[number] != null && !this.#former.has(number)
  }
}
