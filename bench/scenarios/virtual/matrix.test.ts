import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readArguments } from './arguments.ts'
import { MATRIX } from './matrix.ts'
import type { Row } from './matrix.ts'
import { idealTime } from './peer-selection.ts'
import { header, jsonLine, row } from './report.ts'
import { percentile } from './result.ts'
import type { Result } from './result.ts'
import { drawHolder, stepOf } from './rfm-16.ts'
import { scenarioOf } from './run-scenario.ts'
import { SCENARIOS } from './scenarios.ts'

/** Of boxo's benchmark. */
const NAMES = [
  '3Nodes-AllToAll-OneAtATime', '3Nodes-AllToAll-BigBatch', '3Nodes-Overlap1-OneAtATime', '3Nodes-Overlap3-OneAtATime', '3Nodes-Overlap3-BatchBy10',
  '3Nodes-Overlap3-AllConcurrent', '3Nodes-Overlap3-BigBatch', '3Nodes-Overlap3-UnixfsFetch', '10Nodes-AllToAll-OneAtATime',
  '10Nodes-AllToAll-BatchFetchBy10', '10Nodes-AllToAll-BigBatch', '10Nodes-AllToAll-AllConcurrent', '10Nodes-AllToAll-UnixfsFetch',
  '10Nodes-AllToAll-UnixfsFetchLarge', '10Nodes-OnePeerPerBlock-OneAtATime', '10Nodes-OnePeerPerBlock-BigBatch',
  '10Nodes-OnePeerPerBlock-UnixfsFetch', '200Nodes-AllToAll-BigBatch', 'RealWorld-Fast', 'RealWorld-Average', 'RealWorld-Slow',
  'Datacenter-3Nodes', 'Datacenter-3Leech3Seed'
]

const KEYS = ['name', 'seconds', 'boxo', 'limit', 'sent', 'received', 'duplicates', 'blocks', 'bytes', 'details']

function rowNamed (name: string): Row {
  return MATRIX.find(row => row.name === name) as Row
}

async function run (row: Row, seed: number): Promise<Result> {
  return await scenarioOf(row).run({ seed, full: false })
}

async function runMain (...args: string[]): Promise<{ code: number, out: string, errors: string }> {
  const child = spawn(process.execPath, ['--conditions=ts-bitswap:source', fileURLToPath(new URL('main.ts', import.meta.url)), ...args])
  const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])

  return { code, out, errors }
}

test('all of boxo\'s scenarios are there, under its names, and no name twice', () => {
  assert.deepEqual(MATRIX.map(({ name }) => name), NAMES)
  assert.equal(new Set(SCENARIOS.map(({ name }) => name)).size, SCENARIOS.length)
})

test('the same seed makes the same run, byte for byte, and another one another', async () => {
  for (const name of ['3Nodes-Overlap3-UnixfsFetch', '10Nodes-OnePeerPerBlock-BigBatch']) {
    const first = await run(rowNamed(name), 1)

    assert.deepEqual(await run(rowNamed(name), 1), first)
    assert.notEqual((await run(rowNamed(name), 2)).hash, first.hash)
  }
})

test('connections among seeds change nothing that the fetcher sees', async () => {
  const row = rowNamed('10Nodes-OnePeerPerBlock-BigBatch')
  const [mesh, star] = [await run({ ...row, mesh: true }, 1), await run({ ...row, mesh: false }, 1)]

  // the hash is of the connections too
  assert.deepEqual({ ...star, hash: '' }, { ...mesh, hash: '' })
})

test('a result is a line of the table, or of JSON with the keys there are to be', async () => {
  const result = await run(rowNamed('3Nodes-AllToAll-BigBatch'), 1)
  const json = JSON.parse(jsonLine(result))

  assert.deepEqual(Object.keys(json), KEYS)
  assert.deepEqual([json.name, json.boxo, json.limit, json.blocks], ['3Nodes-AllToAll-BigBatch', 0.047, 0.04, 100])
  assert.deepEqual([json.details.boxoSent, json.details.boxoReceived], [5, 37])
  assert.equal(row({ ...result, details: {} }).length, header().length)
  assert.equal(row({ ...result, details: { some: 1, more: [1, { a: 2 }] } }).split('\n').slice(1).join('\n'), '    some: 1\n    more: 1, a 2')
  assert.deepEqual(JSON.parse(jsonLine({ ...result, boxo: null, limit: null })).boxo, null)
})

test('one of them alone, as JSON, prints one line', async () => {
  const { code, out } = await runMain('--json', '--only', 'Chain', '--seed', '7')

  assert.equal(code, 0)
  assert.match(out, /^\{"name":"Chain".*\}\n$/)
  assert.deepEqual(Object.keys(JSON.parse(out)), KEYS)
})

test('a name there is not is refused in one line', async () => {
  const { code, out, errors } = await runMain('--only', 'Nothing')

  assert.deepEqual([code, out], [1, ''])
  assert.equal(errors, `Error: no scenario is called Nothing; there are: ${SCENARIOS.map(({ name }) => name).join(', ')}\n`)
})

test('without arguments all scenarios run; a seed that is none and options nobody knows are refused', () => {
  assert.deepEqual(readArguments([], SCENARIOS), { scenarios: SCENARIOS, seed: 1, full: false, json: false })
  assert.throws(() => readArguments(['--seed', 'x'], SCENARIOS), { message: '--seed must be a whole number from 0 to 4294967295, got x' })
  assert.throws(() => readArguments(['--seed', ''], SCENARIOS), { message: '--seed must be a whole number from 0 to 4294967295, got ' })
  assert.throws(() => readArguments(['--nothing'], SCENARIOS), /Unknown option '--nothing'/)
})

test('the ideal time leaves out a seed that would come too late', () => {
  assert.equal(idealTime([{ rate: 1000, roundTrip: 0 }], 5000), 5)
  assert.equal(idealTime([{ rate: 1000, roundTrip: 0 }, { rate: 1000, roundTrip: 1000 }], 5000), 3)
  assert.equal(idealTime([{ rate: 1000, roundTrip: 9000 }, { rate: 1000, roundTrip: 0 }], 5000), 5)
})

test('the step of a block is the first wave with a holder in it', () => {
  const asked = new Map([['a', 0], ['b', 3], ['c', 200], ['d', 400]])

  assert.deepEqual(['a', 'b', 'c', 'd', 'e'].map(holder => stepOf(asked, new Set([holder]))), [1, 1, 2, 3, 0])
  assert.equal(stepOf(asked, new Set(['d', 'b'])), 1)
})

test('holders are drawn by popularity, up to the last bracket', () => {
  const at = (share: number, place: number): number => {
    const draws = [share, place]

    return drawHolder({ int: () => draws.shift() } as never)
  }

  assert.deepEqual([at(0, 0), at(105, 0), at(106, 0), at(256, 1), at(999, 361)], [0, 0, 1, 2, 722])
})

test('a percentile is one of the values', () => {
  assert.deepEqual([percentile([4, 1, 3, 2], 50), percentile([4, 1, 3, 2], 95), percentile([7], 0)], [2, 4, 7])
})
