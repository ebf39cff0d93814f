/** Chance for scenarios: what is drawn follows from a seed, and from what was drawn before. */
import { SeededRandom } from '../../src/core/random.ts'

const SEEDS = 0x1_0000_0000

export class Chance extends SeededRandom {
  /** True once in so many times. */
  oneIn (times: number): boolean {
    return this.int(times) === 0
  }

  /** A whole number from `least` to `most`, both included. */
  between (least: number, most: number): number {
    return least + this.int(most - least + 1)
  }

  pick<T> (items: readonly T[]): T {
    return items[this.int(items.length)]
  }

  /** Undefined when there are none. */
  pickAny<T> (items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : this.pick(items)
  }

  /** One of the names, each as often as its weight says. */
  weighted<T extends string> (weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries(weights) as Array<[T, number]>
    let left = this.int(entries.reduce((sum, [, weight]) => sum + weight, 0))
    const found = entries.find(([, weight]) => (left -= weight) < 0)

    return (found ?? entries[0])[0]
  }

  /** In another order. */
  shuffled<T> (items: readonly T[]): T[] {
    return items.map(item => ({ item, place: this.int(SEEDS) })).toSorted((a, b) => a.place - b.place).map(({ item }) => item)
  }

  /** A seed for something that draws on its own. */
  seed (): number {
    return this.int(SEEDS)
  }
}
