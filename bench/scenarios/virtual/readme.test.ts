/** The figures in the README are what its command prints. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { MATRIX } from './matrix.ts'
import { scenarioOf } from './run-scenario.ts'

/** Which row of the matrix each row of the README's table is. */
const ROWS: Readonly<Record<string, string>> = {
  '100 blocks one after the other, 10 peers have all': '10Nodes-AllToAll-OneAtATime',
  'a file of 1000 blocks, 10 peers have all': '10Nodes-AllToAll-UnixfsFetchLarge',
  '100 blocks, each at one of 10 peers, one after the other': '10Nodes-OnePeerPerBlock-OneAtATime',
  '200 blocks from 299 peers, 60 to 800 ms, 0.5 MB/s': 'RealWorld-Average'
}

const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8')

for (const [words, name] of Object.entries(ROWS)) {
  test(`the README says what ${name} takes`, async () => {
    const row = MATRIX.find(row => row.name === name)
    assert.ok(row != null)

    const { seconds, boxo, sent } = await scenarioOf(row).run({ seed: 1, full: false })
    const [ours, theirs] = [`${seconds.toFixed(2)} s, ${sent}`, `${boxo?.seconds.toFixed(2)} s, ${boxo?.sent}`]
    const line = readme.split('\n').find(line => line.startsWith(`| ${words} |`))

    assert.equal(line?.replace(' messages', ''), `| ${words} | ${ours} | ${theirs} |`)
  })
}
