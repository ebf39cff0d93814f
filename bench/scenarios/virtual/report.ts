/** Shows results: as a table, or as a line of JSON each. */
import { round } from './result.ts'
import type { Detail, Details, Result } from './result.ts'

interface Column {
  title: string
  width: number
  show (result: Result): string
}

const NOTHING = '-'

function seconds (value: number | null | undefined): string {
  return value == null ? NOTHING : value.toFixed(3)
}

function wantsPerBlock ({ wants, blocks }: Result): number {
  return round(blocks === 0 ? 0 : wants / blocks, 2)
}

const COLUMNS: readonly Column[] = [
  { title: 'scenario', width: -35, show: ({ name }) => name },
  { title: 'seconds', width: 9, show: result => seconds(result.seconds) },
  { title: 'boxo', width: 7, show: ({ boxo }) => seconds(boxo?.seconds) },
  { title: 'limit', width: 8, show: ({ limit }) => seconds(limit) },
  { title: 'sent', width: 8, show: ({ sent }) => `${sent}` },
  { title: 'boxo', width: 5, show: ({ boxo }) => `${boxo?.sent ?? NOTHING}` },
  { title: 'received', width: 9, show: ({ received }) => `${received}` },
  { title: 'boxo', width: 5, show: ({ boxo }) => `${boxo?.received ?? NOTHING}` },
  { title: 'duplicates', width: 11, show: ({ duplicates }) => `${duplicates}` },
  { title: 'blocks', width: 7, show: ({ blocks }) => `${blocks}` },
  { title: 'bytes', width: 12, show: ({ bytes }) => `${bytes}` },
  { title: 'wants/block', width: 12, show: result => wantsPerBlock(result).toFixed(2) }
]

function cell (text: string, width: number): string {
  return width < 0 ? text.padEnd(-width) : text.padStart(width)
}

/** The heads of the columns. */
export function header (): string {
  return COLUMNS.map(({ title, width }) => cell(title, width)).join('')
}

/** A line of the table, and below it what the scenario has to say besides. */
export function row (result: Result): string {
  const line = COLUMNS.map(({ width, show }) => cell(show(result), width)).join('')

  return [line, ...detailLines(result.details, '    ')].join('\n')
}

/** One object, without line feeds. */
export function jsonLine (result: Result): string {
  const { name, boxo, limit, sent, received, duplicates, blocks, bytes, details, hash } = result
  const messages = boxo == null ? {} : { boxoSent: boxo.sent, boxoReceived: boxo.received }

  return JSON.stringify({
    name,
    seconds: round(result.seconds, 6),
    boxo: boxo?.seconds ?? null,
    limit: limit == null ? null : round(limit, 6),
    sent,
    received,
    duplicates,
    blocks,
    bytes,
    details: { wantsPerBlock: wantsPerBlock(result), ...messages, ...details, trace: hash }
  })
}

function detailLines (details: Details, indent: string): string[] {
  return Object.entries(details).map(([name, detail]) => `${indent}${name}: ${inline(detail)}`)
}

function inline (detail: Detail): string {
  if (detail == null) {
    return NOTHING
  }

  if (typeof detail !== 'object') {
    return `${detail}`
  }

  return Array.isArray(detail)
    ? detail.map(inline).join(', ')
    : Object.entries(detail as Details).map(([name, part]) => `${name} ${inline(part)}`).join(', ')
}
