/** Puts results where people read them: between two marks in a document that is written by hand otherwise. Pure. */
import type { Verdict } from '../suite/bounds.ts'
import type { Case, Results } from '../suite/case.ts'
import { caseTable, verdictTable } from './table.ts'
import type { Circumstances } from './circumstances.ts'

const BEGIN = '<!-- npm run bench writes from here -->'
const END = '<!-- to here -->'

export interface Report {
  cases: readonly Case[]
  results: Results
  verdicts: readonly Verdict[]
  circumstances: Circumstances
}

/**
 * @param text - a document with both marks
 * @throws RangeError when it lacks one
 */
export function writeBetweenMarks (text: string, written: string): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]

  if (begin < 0 || end < begin) {
    throw new RangeError(`there is no line ${begin < 0 ? BEGIN : END} where it should be`)
  }

  return `${text.slice(0, begin + BEGIN.length)}\n${written}\n${text.slice(end)}`
}

/** @param picture - path of the chart, from the document */
export function section ({ cases, results, verdicts, circumstances }: Report, picture: string): string {
  const { date, rounds, machine, versions } = circumstances

  return [
    `${date}, ${machine}, median (range) of ${rounds}. ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}.`,
    `![Results as bars](${picture})`,
    ...cases.filter(({ name }) => results[name] != null).map(each => `**${each.title}**\n\n${caseTable(each, results[each.name] ?? {})}`),
    `**Bounds**\n\n${verdictTable(verdicts)}`
  ].join('\n\n')
}
