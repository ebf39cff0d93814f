/**
 * The benchmarks: ours and others in the same run, on this machine; compare by
 * ratio. Started by `npm run bench`, which brings the others. Exit code 1 when
 * something could not be measured, or, unless `--quick`, a bound is missed.
 *
 *   --quick        one small round of the most important: shows that it runs, measures nothing
 *   --full         also noise, blocks on disk, 4 GiB, and more of the others; five rounds
 *   --rounds N     so many rounds (usually 3)
 *   --only NAME    this case; may be repeated. `attack` and `message-size` run only when named
 *   --write        puts the results into docs/performance.md, and a chart beside it
 *   --json         one object per line on standard output, nothing else
 */
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { BOUNDS } from './bounds.ts'
import { CASES } from './cases.ts'
import { chart } from './report/chart.ts'
import { circumstancesOf } from './report/circumstances.ts'
import { section, writeBetweenMarks } from './report/document.ts'
import type { Report } from './report/document.ts'
import { caseTable, verdictTable } from './report/table.ts'
import { Apart, runApart } from './scenarios/apart.ts'
import { check, miss } from './suite/bounds.ts'
import { Extent } from './suite/case.ts'
import { runCases } from './suite/runner.ts'

const DOCUMENT = new URL('../docs/performance.md', import.meta.url)
const PICTURE = 'performance.svg'

/** Of the usual amount of work. */
const QUICK_SCALE = 1 / 16

/** More than any measurement takes on a busy machine; 4 GiB over disks take longer. In milliseconds. */
const TIMEOUT = 90_000
const FULL_TIMEOUT = 900_000

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
    write: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false }
  }
})
const { quick, full, only, json } = values
const extent = full ? Extent.Full : quick ? Extent.Quick : Extent.Usual
const rounds = Number(values.rounds ?? (quick ? 1 : full ? 5 : 3))

if (!(Number.isSafeInteger(rounds) && rounds > 0)) {
  throw new RangeError(`--rounds must be a whole number from 1, got ${values.rounds}`)
}

const names = [...CASES.map(({ name }) => name), ...Object.values(Apart)]
const unknown = only.find(name => !names.includes(name))

if (unknown != null) {
  throw new RangeError(`--only must be one of ${names.join(', ')}, got ${unknown}`)
}

function say (line: string): void {
  if (!json) {
    console.error(line)
  }
}

function print (object: object, text: () => string): void {
  console.log(json ? JSON.stringify(object) : text())
}

async function runSuite (): Promise<void> {
  let failures = 0

  // what is named runs whole
  const cases = CASES.filter(({ name }) => only.length === 0 || only.includes(name))
  const results = await runCases(cases, { rounds, extent: only.length > 0 && !quick ? Extent.Full : extent, scale: quick ? QUICK_SCALE : 1, timeout: full ? FULL_TIMEOUT : TIMEOUT }, {
    measured: measurement => {
      if (json) {
        console.log(JSON.stringify(measurement))
      } else {
        say(`  round ${measurement.round + 1}: ${measurement.case.padEnd(10)} ${measurement.entry.padEnd(34)} ${shown(measurement)}`)
      }
    },
    failed: ({ case: name, entry, error }) => {
      failures++
      console.error(`${name}: ${entry} could not be measured:`, error)
    }
  })
  const report: Report = { cases, results, verdicts: check(BOUNDS, results), circumstances: await circumstancesOf(rounds) }

  tell(report)

  if (values.write) {
    await writeFile(DOCUMENT, writeBetweenMarks(await readFile(DOCUMENT, 'utf8'), section(report, PICTURE)))
    await writeFile(new URL(PICTURE, DOCUMENT), chart(cases, results))
  }

  if (failures > 0 || (!quick && report.verdicts.some(({ kept }) => !kept))) {
    process.exitCode = 1
  }
}

/** The figure that its case is compared by. */
function shown ({ case: name, figures }: { case: string, figures: Partial<Record<string, number>> }): string {
  const [column] = CASES.find(each => each.name === name)?.columns ?? []
  const value = column == null ? undefined : figures[column.figure]

  return value == null || column == null ? 'failed' : `${value.toFixed(column.digits)} ${column.title}`
}

function tell ({ cases, results, verdicts, circumstances }: Report): void {
  if (json) {
    console.log(JSON.stringify({ circumstances, results, verdicts: verdicts.map(({ bound: { says, atLeast, atMost }, value, kept }) => ({ says, atLeast, atMost, value, kept })) }))

    return
  }

  for (const each of cases.filter(({ name }) => results[name] != null)) {
    console.log(`\n${each.title}\n${caseTable(each, results[each.name] ?? {})}`)
  }

  if (verdicts.length > 0) {
    console.log(`\n${verdictTable(verdicts)}`)
  }

  for (const verdict of quick ? [] : verdicts.filter(({ kept }) => !kept)) {
    console.error(miss(verdict))
  }
}

const apart = Object.values(Apart).filter(name => only.includes(name))

if (only.length === 0 || apart.length < only.length) {
  await runSuite()
}

for (const name of apart) {
  const { result, table, misses } = await runApart(name, { quick, rounds }, say)

  print(result, () => table.join('\n'))

  if (!quick && misses.length > 0) {
    console.error(misses.join('\n'))
    process.exitCode = 1
  }
}
