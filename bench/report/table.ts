/** Results as Markdown, which can be read on a terminal too. Pure. */
import type { Case, Column, Results } from '../suite/case.ts'
import { median, medianRatio, summary } from '../suite/statistics.ts'
import type { Verdict } from '../suite/bounds.ts'

const NOT_MEASURED = '–'

/** A table of a case: an entry a line, its figures, the first with its range, and how many times as much of that ours has. */
export function caseTable (each: Case, results: Results[string]): string {
  const columns = each.columns.filter(({ figure }) => Object.values(results).some(rounds => rounds.some(figures => figures[figure] != null)))
  const [compared] = each.columns
  const own = results[each.own] ?? []

  const rows = each.entries.filter(({ name }) => results[name] != null).map(({ name }) => {
    const rounds = results[name] ?? []
    const [over, under] = both(own, rounds, compared.figure)
    const ratio = name === each.own || over.length === 0 ? '' : `${medianRatio(over, under).toFixed(2)} ×`

    return [name, ...columns.map(column => cell(rounds, column, column === compared)), ratio]
  })

  return table([['', ...columns.map(({ title }) => title), `${each.own} ÷ it`], ...rows])
}

/** The bounds and how they fared. */
export function verdictTable (verdicts: readonly Verdict[]): string {
  return table([
    ['bound', 'measured', 'limit', ''],
    ...verdicts.map(({ bound: { says, atLeast, atMost }, value, kept }) => [
      says,
      Number.isNaN(value) ? NOT_MEASURED : value.toFixed(2),
      atLeast == null ? `≤ ${atMost}` : `≥ ${atLeast}`,
      kept ? 'kept' : '**missed**'
    ])
  ])
}

/** @param range - says how far the rounds are apart */
function cell (rounds: Results[string][string], { figure, digits }: Column, range: boolean): string {
  const values = rounds.map(figures => figures[figure]).filter(value => value != null)

  if (values.length === 0) {
    return NOT_MEASURED
  }

  return range ? summary(values, digits) : median(values).toFixed(digits)
}

/** The figure in the rounds in which both have it. */
function both (one: Results[string][string], other: Results[string][string], figure: string): [number[], number[]] {
  const pairs = one.map((figures, round) => [figures[figure], other[round]?.[figure]] as const).filter(pair => pair.every(value => value != null)) as Array<[number, number]>

  return [pairs.map(([value]) => value), pairs.map(([, value]) => value)]
}

/** The first row is the head. Columns are as wide as they need. */
function table ([head = [], ...rows]: string[][]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map(row => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string => `| ${cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`

  return [line(head), line(widths.map(width => '-'.repeat(Math.max(1, width)))), ...rows.map(line)].join('\n')
}
