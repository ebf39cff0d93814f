/**
 * How long something took, many times over: how often, how long at the longest,
 * and how long for most. Costs no more than a count, and a fixed amount of memory.
 */

/** All in milliseconds, but for the count. Zero when nothing was counted. */
export interface DurationSummary {
  count: number
  total: number
  longest: number
  /** Half took no longer. As `percentile99` up to 41 % more than was measured, and never more than the longest. */
  median: number
  percentile99: number
}

/** What the buckets reach to, in milliseconds: each √2 times as much as the one before, the last years. */
const BOUNDS = Float64Array.from(bounds(80, 1 / 16))

export class Durations {
  readonly #counts: Float64Array = new Float64Array(BOUNDS.length)
  #count = 0
  #total = 0
  #longest = 0

  /** @param duration - in milliseconds; less than none counts as none */
  add (duration: number): void {
    const positive = Math.max(0, duration)
    const bucket = bucketOf(positive)

    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#count++
    this.#total += positive
    this.#longest = Math.max(this.#longest, positive)
  }

  get summary (): DurationSummary {
    return { count: this.#count, total: this.#total, longest: this.#longest, median: this.#quantile(0.5), percentile99: this.#quantile(0.99) }
  }

  #quantile (share: number): number {
    let below = 0

    const bucket = this.#counts.findIndex(count => {
      below += count

      return below >= share * this.#count
    })

    return Math.min(this.#longest, BOUNDS[bucket] ?? Infinity)
  }
}

/** The first that reaches so far, or the last. */
function bucketOf (duration: number): number {
  let [first, last] = [0, BOUNDS.length - 1]

  while (first < last) {
    const middle = (first + last) >> 1

    if (duration <= (BOUNDS[middle] ?? Infinity)) {
      last = middle
    } else {
      first = middle + 1
    }
  }

  return first
}

function * bounds (count: number, first: number): Generator<number> {
  for (let [bucket, bound] = [0, first]; bucket < count; bucket++, bound *= Math.SQRT2) {
    yield bound
  }
}
