import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import { CASES } from '../cases.ts'
import { Extent } from '../suite/case.ts'
import type { Case } from '../suite/case.ts'
import { section, writeBetweenMarks } from './document.ts'

test('what is between the marks is replaced, and nothing else', () => {
  const before = 'Above\n<!-- npm run bench writes from here -->\nold\n<!-- to here -->\nBelow\n'

  assert.equal(writeBetweenMarks(before, 'new'), before.replace('old', 'new'))
})

test('a document without marks is refused', () => {
  assert.throws(() => writeBetweenMarks('<!-- to here -->', 'new'), RangeError)
  assert.throws(() => writeBetweenMarks('<!-- npm run bench writes from here -->', 'new'), RangeError)
})

test('docs/performance.md can be written', async () => {
  const text = await readFile(new URL('../../docs/performance.md', import.meta.url), 'utf8')

  assert.match(writeBetweenMarks(text, 'what was measured'), /\nwhat was measured\n/)
})

test('a section says when and with what, shows the chart, each case that ran, and the bounds', () => {
  const one: Case = {
    name: 'one',
    title: 'One thing',
    extent: Extent.Quick,
    own: 'ours',
    columns: [{ figure: 'speed', title: 'MB/s', digits: 0 }],
    entries: [{ name: 'ours', measure: async () => ({}) }]
  }
  const written = section({
    cases: [one, ...CASES],
    results: { one: { ours: [{ speed: 7 }] } },
    verdicts: [{ bound: { says: 'fast', of: { case: 'one', entry: 'ours', figure: 'speed' }, atLeast: 2 }, value: 7, kept: true }],
    circumstances: { date: '2026-01-02', rounds: 3, machine: '2 × Some CPU', versions: { Node: '24.1.0', Kubo: '0.43.0' } }
  }, 'picture.svg')

  assert.match(written, /^2026-01-02, 2 × Some CPU, median \(range\) of 3\. Node 24\.1\.0, Kubo 0\.43\.0\.\n\n!\[.*\]\(picture\.svg\)\n\n\*\*One thing\*\*\n\n\|.*\| 7 .*\*\*Bounds\*\*.*fast/s)
  assert.equal(written.match(/\*\*/g)?.length, 4, 'only what ran')
})
