import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BOOLEAN, checkOptions, DURATION, FUNCTION, NOT_NEGATIVE, numberFrom, oneOf, POSITIVE, RATE, storeWith, wholeFrom } from './option-rules.ts'
import type { Rule } from './option-rules.ts'
import { resolveClientOptions } from './client/resolve-options.ts'

const NONE = [undefined, null, NaN, '5', {}, []]

test('each rule takes what it says, up to its bounds, and nothing else', () => {
  const rules: Array<[rule: Rule, expected: string, takes: unknown[], refuses: unknown[]]> = [
    [wholeFrom(2, 4), 'a whole number from 2 to 4', [2, 4], [1, 5, 2.5, ...NONE]],
    [POSITIVE, 'a whole number from 1 up', [1, Number.MAX_SAFE_INTEGER], [0, 1.5, Infinity, ...NONE]],
    [NOT_NEGATIVE, 'a whole number from 0 up', [0], [-1, 0.5, Infinity, ...NONE]],
    [numberFrom(1), 'a number from 1 up', [1, 1.5], [0.9, Infinity, ...NONE]],
    [DURATION, 'a positive number of milliseconds', [0.1], [0, Infinity, ...NONE]],
    [RATE, 'a positive number', [0.1, Infinity], [0, -1, ...NONE]],
    [BOOLEAN, 'true or false', [true, false], ['true', 0, ...NONE]],
    [oneOf(true, 'silent'), 'true or "silent"', [true, 'silent'], [false, 'true', ...NONE]],
    [FUNCTION, 'a function', [() => {}], NONE],
    [storeWith('load', 'save'), 'false, or something with load and save', [false, { load: () => {}, save: () => {} }], [true, { load: () => {} }, { load: 1, save: 1 }, ...NONE]]
  ]

  for (const [{ expected, holds }, said, takes, refuses] of rules) {
    assert.equal(expected, said)
    assert.deepEqual(takes.filter(value => !holds(value)), [], said)
    assert.deepEqual(refuses.filter(value => holds(value)), [], said)
  }
})

test('options that hold are fixed, the first that does not is named, and so is one there is not', () => {
  const rules = { size: POSITIVE }
  const unknown: { size: number } = Object.assign({ size: 1 }, { toString: 1 })

  assert.ok(Object.isFrozen(checkOptions('group', { size: 1 }, rules)))
  assert.throws(() => checkOptions('group', { size: 0 }, rules), { name: 'InvalidOptionError', option: 'group.size', message: 'group.size must be a whole number from 1 up, got 0' })
  assert.throws(() => checkOptions('group', unknown, rules), { option: 'group.toString', message: 'group.toString must be an option there is, got 1' })
})

test('a number in quotes is none', () => {
  assert.throws(() => resolveClientOptions({ searchTimeout: '5' as unknown as number }), { option: 'client.searchTimeout' })
})
