/** What has to come out of the measurements, and whether it did. Pure. */
import type { Figures, Results } from './case.ts'
import { median } from './statistics.ts'

/** One figure of one entry. */
export interface Measured {
  case: string
  entry: string
  figure: string
}

export interface Bound {
  /** In words, as in the table. */
  says: string
  of: Measured
  /** What it is held against, round by round: the largest of these, or the smallest. It is divided by that. Without either it stands for itself. */
  largest?: readonly Measured[]
  smallest?: readonly Measured[]
  /** So many times what it is held against are taken off, in place of the division. */
  minus?: number
  /** What may come out. Exactly one of the two. */
  atLeast?: number
  atMost?: number
}

export interface Verdict {
  bound: Bound
  /** What came out: the median of all rounds in which all of it was measured. NaN when there is none. */
  value: number
  kept: boolean
}

/** Of those bounds that this run has measured all parts of, or tried to. */
export function check (bounds: readonly Bound[], results: Results): Verdict[] {
  return bounds
    .filter(({ of, largest = [], smallest = [] }) => [of, ...largest, ...smallest].every(each => results[each.case]?.[each.entry] != null))
    .map(bound => {
      const rounds = roundsOf(bound.of, results).map((figures, round) => outcome(bound, figures, round, results))
      const value = median(rounds.filter(each => !Number.isNaN(each)))

      return { bound, value, kept: value >= (bound.atLeast ?? Number.NEGATIVE_INFINITY) && value <= (bound.atMost ?? Number.POSITIVE_INFINITY) }
    })
}

function outcome ({ of, largest, smallest, minus }: Bound, figures: Figures, round: number, results: Results): number {
  const values = (all: readonly Measured[]): number[] => all.map(each => roundsOf(each, results)[round]?.[each.figure] ?? Number.NaN)
  const against = largest != null ? Math.max(...values(largest)) : smallest != null ? Math.min(...values(smallest)) : 1
  const value = figures[of.figure] ?? Number.NaN

  return minus == null ? value / against : value - minus * against
}

function roundsOf ({ case: name, entry }: Measured, results: Results): readonly Figures[] {
  return results[name]?.[entry] ?? []
}

/** What it missed, in words. */
export function miss ({ bound: { says, atLeast, atMost }, value }: Verdict): string {
  return `${says}: ${Number.isNaN(value) ? 'not measured' : value.toFixed(2)}, and it should be ${atLeast == null ? `at most ${atMost}` : `at least ${atLeast}`}`
}
