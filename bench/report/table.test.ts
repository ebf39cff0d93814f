import assert from 'node:assert/strict'
import test from 'node:test'
import { Extent } from '../suite/case.ts'
import type { Case } from '../suite/case.ts'
import { caseTable, verdictTable } from './table.ts'

const measure = async (): Promise<Record<string, number>> => ({})

const bulk: Case = {
  name: 'bulk',
  title: 'Bulk',
  extent: Extent.Quick,
  own: 'ours',
  columns: [{ figure: 'speed', title: 'MB/s', digits: 0 }, { figure: 'cpu', title: 's/GB', digits: 1 }, { figure: 'messages', title: 'messages', digits: 0 }],
  entries: ['ours', 'other', 'left out'].map(name => ({ name, measure }))
}

test('a case is a table: a line for each entry that ran, a column for each figure that anybody has, and what ours is to each', () => {
  const results = { ours: [{ speed: 200, cpu: 1.26 }, { speed: 300, cpu: 1.5 }], other: [{ speed: 100 }, { speed: 100 }] }

  assert.equal(caseTable(bulk, results), [
    '|       | MB/s          | s/GB | ours ÷ it |',
    '| ----- | ------------- | ---- | --------- |',
    '| ours  | 250 (200–300) | 1.4  |           |',
    '| other | 100 (100–100) | –    | 2.50 ×    |'
  ].join('\n'))
})

test('a round that failed is not in the table', () => {
  const results = { ours: [{ speed: 200 }, { speed: 300 }], other: [{}, { speed: 100 }] }

  assert.match(caseTable(bulk, results), /\| other \| 100 +\| 3\.00 × +\|$/)
  assert.match(caseTable(bulk, { ours: [{ speed: 2 }], other: [{}] }), /\| other \| – +\| +\|$/)
})

test('a bound is a line that says whether it was kept', () => {
  const of = { case: 'bulk', entry: 'ours', figure: 'speed' }
  const text = verdictTable([
    { bound: { says: 'fast', of, atLeast: 2 }, value: 2.5, kept: true },
    { bound: { says: 'soon', of, atMost: 3 }, value: Number.NaN, kept: false }
  ])

  assert.equal(text, [
    '| bound | measured | limit |            |',
    '| ----- | -------- | ----- | ---------- |',
    '| fast  | 2.50     | ≥ 2   | kept       |',
    '| soon  | –        | ≤ 3   | **missed** |'
  ].join('\n'))
})
