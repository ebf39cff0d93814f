import assert from 'node:assert/strict'
import test from 'node:test'
import { BOUNDS } from '../bounds.ts'
import { CASES } from '../cases.ts'
import { check, miss } from './bounds.ts'
import type { Bound } from './bounds.ts'
import type { Results } from './case.ts'

const of = (entry: string): Bound['of'] => ({ case: 'bulk', entry, figure: 'speed' })
const speeds = (...values: number[]): Array<Record<string, number>> => values.map(speed => ({ speed }))

/** The verdict on a bound of `ours`. */
function verdict (bound: Omit<Bound, 'says' | 'of'>, bulk: Results[string]): { value: number, kept: boolean } | undefined {
  const [first] = check([{ says: 'it', of: of('ours'), ...bound }], { bulk })

  return first == null ? undefined : { value: first.value, kept: first.kept }
}

test('a bound is kept at its limit and missed beyond it', () => {
  const others = [of('other')]

  assert.deepEqual(verdict({ largest: others, atLeast: 2 }, { ours: speeds(20), other: speeds(10) }), { value: 2, kept: true })
  assert.deepEqual(verdict({ largest: others, atLeast: 2 }, { ours: speeds(19), other: speeds(10) }), { value: 1.9, kept: false })
  assert.deepEqual(verdict({ largest: others, atMost: 2 }, { ours: speeds(20), other: speeds(10) }), { value: 2, kept: true })
  assert.deepEqual(verdict({ largest: others, atMost: 2 }, { ours: speeds(21), other: speeds(10) }), { value: 2.1, kept: false })
})

test('each round is held against itself, and the median counts', () => {
  assert.equal(verdict({ largest: [of('other')], atLeast: 1 }, { ours: speeds(10, 200, 6), other: speeds(5, 50, 6) })?.value, 2)
})

test('of several the largest or the smallest counts', () => {
  const results = { ours: speeds(10), one: speeds(5), two: speeds(20) }

  assert.equal(verdict({ largest: [of('one'), of('two')], atLeast: 1 }, results)?.value, 0.5)
  assert.equal(verdict({ smallest: [of('one'), of('two')], atLeast: 1 }, results)?.value, 2)
})

test('a bound may be on a figure alone, or on a difference', () => {
  const difference = { largest: [of('other')], minus: 5, atMost: 7 }

  assert.deepEqual(verdict({ atMost: 50 }, { ours: speeds(51) }), { value: 51, kept: false })
  assert.deepEqual(verdict(difference, { ours: speeds(17), other: speeds(2) }), { value: 7, kept: true })
  assert.deepEqual(verdict(difference, { ours: speeds(18), other: speeds(2) }), { value: 8, kept: false })
})

test('rounds that failed do not count, and where all did the bound is missed', () => {
  const other = [of('other')]

  assert.equal(verdict({ largest: other, atLeast: 1 }, { ours: [{ speed: 4 }, {}, { speed: 4 }], other: [{ speed: 2 }, { speed: 2 }, {}] })?.value, 2)
  assert.equal(verdict({ largest: other, atLeast: 1 }, { ours: speeds(4), other: [{}] })?.kept, false)
})

test('what this run was not to measure has no verdict', () => {
  assert.equal(verdict({ largest: [of('other')], atLeast: 1 }, { ours: speeds(4) }), undefined)
})

test('a miss says what came out and what should have', () => {
  const bound = { says: 'ours ÷ other', of: of('ours'), atLeast: 2 }

  assert.equal(miss({ bound, value: 1.5, kept: false }), 'ours ÷ other: 1.50, and it should be at least 2')
  assert.equal(miss({ bound, value: Number.NaN, kept: false }), 'ours ÷ other: not measured, and it should be at least 2')
})

test('each bound is on something that is measured, has one limit, and is told apart', () => {
  const known = new Set(CASES.flatMap(({ name, entries }) => entries.map(entry => `${name}: ${entry.name}`)))

  for (const { says, of, largest = [], smallest = [], atLeast, atMost } of BOUNDS) {
    assert.deepEqual([of, ...largest, ...smallest].filter(each => !known.has(`${each.case}: ${each.entry}`)), [], says)
    assert.equal(atLeast == null, atMost != null, says)
  }

  assert.equal(new Set(BOUNDS.map(({ says }) => says)).size, BOUNDS.length)
})

test('each case has the entry it holds the others against, and no two of one name', () => {
  for (const { name, own, entries } of CASES) {
    const names = entries.map(entry => entry.name)

    assert.ok(names.includes(own), name)
    assert.equal(new Set(names).size, names.length, name)
  }

  assert.equal(new Set(CASES.map(({ name }) => name)).size, CASES.length)
})
