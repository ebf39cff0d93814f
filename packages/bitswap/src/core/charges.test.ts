import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Charges } from './charges.ts'

test('as much as the limit is within it, more is not, and each has an account of its own', () => {
  const charges = new Charges(10, 1000)

  assert.equal(charges.charge('a', 4, 0), false)
  assert.equal(charges.charge('a', 6, 0), false)
  assert.equal(charges.charge('a', 0.1, 0), true)
  assert.equal(charges.charge('b', 10, 0), false)
  assert.equal(new Charges(10, 1000).charge('a', 11, 0), true)
})

test('a little is forgiven all the time, and all in the time of recovery, however much it was', () => {
  const charges = new Charges(10, 1000)

  for (let i = 0; i < 100; i++) {
    assert.equal(charges.charge('a', 1, i * 100), false, 'as fast as it is forgiven')
  }

  assert.equal(charges.charge('b', 1e9, 10_000), true)
  assert.equal(charges.charge('b', 5, 10_499), true)
  assert.equal(charges.charge('b', 10, 11_499), false)
})

test('accounts are forgotten when all is forgiven, and over the limit the oldest', () => {
  const charges = new Charges(10, 1000)

  for (let i = 0; i < 1025; i++) {
    charges.charge(`${i}`, 10, 1)
  }

  assert.equal(charges.size, 1024)
  assert.equal(charges.charge('1', 1, 1), true)
  assert.equal(charges.charge('0', 1, 1), false, 'it was forgotten')
  charges.charge('later', 1, 1001)
  assert.equal(charges.size, 1)
})
