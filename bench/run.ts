/**
 * The benchmarks: ours and others in the same run, on this machine; compare by
 * ratio. Started by `npm run bench`, which brings the others. Exit code 1 when
 * something could not be measured, or, unless `--quick`, a bound is missed.
 *
 *   --quick        one small round of the most important: shows that it runs, measures nothing
 *   --full         also noise, blocks on disk, 4 GiB, and more of the others; five rounds
 *   --rounds N     so many rounds (usually 3)
 *   --only NAME    all of this case; may be repeated. `attack` and `message-size` run only when named
 *   --write        puts the results of a whole run into docs/performance.md, and a chart beside it
 *   --json         one object per line on standard output, nothing else; the last has all results
 *   --from FILE    the results of a run before, as `--json` printed them, in place of a new one
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
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
import { layGround } from './suite/ground.ts'
import { runCases } from './suite/runner.ts'

const DOCUMENT = new URL('../docs/performance.md', import.meta.url)
const PICTURE = 'performance.svg'

/** Of the usual amount of work. */
const QUICK_SCALE = 1 / 16

/** More than most take on a busy machine. In milliseconds. */
const TIMEOUT = 90_000

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  full: { type: 'boolean', default: false },
  rounds: { type: 'string' },
  only: { type: 'string', multiple: true, default: [] as string[] },
  write: { type: 'boolean', default: false },
  from: { type: 'string' },
  json: { type: 'boolean', default: false }
} as const

function readArguments (): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>> {
  try {
    return parseArgs({ options: OPTIONS })
  } catch (error) {
    console.error(`${(error as Error).message.split('. ')[0]}; there are ${Object.keys(OPTIONS).map(name => `--${name}`).join(', ')}`)
    process.exit(1)
  }
}

const { values } = readArguments()
const { quick, full, only, json } = values
// what is named runs whole
const extent = full || only.length > 0 ? Extent.Full : quick ? Extent.Quick : Extent.Usual
const rounds = Number(values.rounds ?? (quick ? 1 : full ? 5 : 3))

if (values.write && (quick || only.length > 0)) {
  throw new RangeError('--write needs a whole run: neither --quick nor --only')
}

if (!(Number.isSafeInteger(rounds) && rounds > 0)) {
  throw new RangeError(`--rounds must be a whole number from 1, got ${values.rounds}`)
}

const names = [...CASES.map(({ name }) => name), ...Object.values(Apart)]
const unknown = only.find(name => !names.includes(name))

if (unknown != null) {
  console.error(`--only must be one of ${names.join(', ')}, got ${unknown}`)
  process.exit(1)
}

function say (line: string): void {
  if (!json) {
    console.error(line)
  }
}

function print (object: object, text: () => string): void {
  console.log(json ? JSON.stringify(object) : text())
}

const cases = CASES.filter(({ name }) => only.length === 0 || only.includes(name))

type Outcome = Pick<Report, 'results' | 'circumstances'>

async function measure (): Promise<Outcome> {
  const options = { rounds, extent, scale: quick ? QUICK_SCALE : 1, timeout: TIMEOUT }
  const results = await runCases(cases, options, {
    measured: measurement => {
      if (json) {
        console.log(JSON.stringify(measurement))
      } else {
        say(`  round ${measurement.round + 1}: ${measurement.case.padEnd(10)} ${measurement.entry.padEnd(34)} ${shown(measurement)}`)
      }
    },
    failed: ({ case: name, entry, error, defect }) => {
      if (defect != null) {
        console.error(`${name}: ${entry} could not be measured; ${defect}: ${error}`)

        return
      }

      process.exitCode = 1
      console.error(`${name}: ${entry} could not be measured:`, error)
    }
  })

  return { results, circumstances: await circumstancesOf(rounds) }
}

async function read (file: string): Promise<Outcome> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n')

  return JSON.parse(lines.at(-1) ?? '') as Outcome
}

async function runSuite (): Promise<void> {
  const { results, circumstances } = values.from == null ? await measure() : await read(values.from)
  const report: Report = { cases, results, verdicts: check(BOUNDS, results), circumstances }

  tell(report)

  if (values.write) {
    await writeFile(DOCUMENT, writeBetweenMarks(await readFile(DOCUMENT, 'utf8'), section(report, PICTURE)))
    await writeFile(new URL(PICTURE, DOCUMENT), chart(cases, results))
  }

  if (!quick && report.verdicts.some(({ kept }) => !kept)) {
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

await using ground = await layGround()
// as the command does: what a process has compiled the next need not, of ours and of Helia's alike
process.env.NODE_COMPILE_CACHE = join(ground.path, 'compiled')

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
