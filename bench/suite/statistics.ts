/** Of a few measurements of one thing. */

/** The middle one, or the mean of the two in the middle; NaN of none, and where one is. */
export function median (values: readonly number[]): number {
  if (values.some(value => Number.isNaN(value))) {
    return Number.NaN
  }

  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN

  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Median and range, as in `150 (140–155)`; of one, itself. */
export function summary (values: readonly number[], digits: number = 0): string {
  const middle = median(values).toFixed(digits)

  return values.length === 1 ? middle : `${middle} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`
}

/** Of each pair the first over the second, and of these the median: what is slow in one round is slow for both. */
export function medianRatio (over: readonly number[], under: readonly number[]): number {
  return median(over.map((value, index) => value / (under[index] ?? Number.NaN)))
}
