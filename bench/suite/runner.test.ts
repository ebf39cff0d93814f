import assert from 'node:assert/strict'
import test from 'node:test'
import { Extent } from './case.ts'
import type { Case, Entry } from './case.ts'
import { chosen, runCases } from './runner.ts'

function caseOf (name: string, entries: readonly Entry[], extent: Extent = Extent.Quick): Case {
  return { name, title: name, extent, own: 'ours', columns: [{ figure: 'speed', title: 'MB/s', digits: 0 }], entries }
}

const options = { rounds: 1, extent: Extent.Usual, scale: 1, timeout: 60_000 }

test('all take turns, and every other round goes the other way', async () => {
  const order: string[] = []
  const entry = (name: string): Entry => ({ name, measure: async ({ round }) => {
    order.push(name)

    return { speed: round }
  } })
  const results = await runCases([caseOf('one', [entry('a'), entry('b')]), caseOf('two', [entry('c')])], { ...options, rounds: 2 }, { measured: () => {}, failed: ({ error }) => { throw error } })

  assert.deepEqual(order, ['a', 'b', 'c', 'c', 'b', 'a'])
  assert.deepEqual(results, { one: { a: [{ speed: 0 }, { speed: 1 }], b: [{ speed: 0 }, { speed: 1 }] }, two: { c: [{ speed: 0 }, { speed: 1 }] } })
})

test('what fails or takes too long has no figures, is told, and stops nothing', async () => {
  const failures: string[] = []
  const results = await runCases([caseOf('one', [
    { name: 'fails', measure: async () => { throw new Error('no') } },
    { name: 'hangs', defect: 'known', timeout: 2, measure: async () => await new Promise(() => {}) },
    { name: 'works', measure: async () => ({ speed: 1 }) }
  ])], options, { measured: () => {}, failed: ({ error, defect }) => { failures.push(`${error} ${defect}`) } })

  assert.deepEqual(failures, ['Error: no undefined', 'Error: not done after 0.002 s known'])
  assert.deepEqual(results, { one: { fails: [{}], hangs: [{}], works: [{ speed: 1 }] } })
})

test('what is kept is made once in a case and a round', async () => {
  let made = 0
  const entry = (name: string): Entry => ({ name, measure: async scene => ({ speed: await scene.keep('it', async () => ++made) }) })
  const results = await runCases([caseOf('one', [entry('a'), entry('b')])], { ...options, rounds: 2 }, { measured: () => {}, failed: ({ error }) => { throw error } })

  assert.deepEqual(results, { one: { a: [{ speed: 1 }, { speed: 2 }], b: [{ speed: 1 }, { speed: 2 }] } })
})

test('a run has what is of its extent, and no case that has nothing in it', () => {
  const [small, large]: Entry[] = [{ name: 'small', measure: async () => ({}) }, { name: 'large', extent: Extent.Full, measure: async () => ({}) }]
  const cases = [caseOf('one', [small, large] as Entry[], Extent.Usual), caseOf('two', [large] as Entry[])]
  const names = (extent: Extent): string[][] => chosen(cases, extent).map(({ name, entries }) => [name, ...entries.map(entry => entry.name)])

  assert.deepEqual(names(Extent.Quick), [])
  assert.deepEqual(names(Extent.Usual), [['one', 'small']])
  assert.deepEqual(names(Extent.Full), [['one', 'small', 'large'], ['two', 'large']])
})
