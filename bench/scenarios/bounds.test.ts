import assert from 'node:assert/strict'
import test from 'node:test'
import { chainMisses } from './chain.ts'
import { transferMisses } from './transfer.ts'

test('a transfer 1.5 times as fast as the other keeps its bound, a slower one does not', () => {
  const result = { scenario: 'transfer', size: 1, speeds: {} } as const

  assert.deepEqual(transferMisses({ ...result, ratios: { get: 1.5, cat: 1 } }), [])
  assert.deepEqual(transferMisses({ ...result, ratios: { get: 1.49, cat: 9 } }), ['transfer: 1.49 times as fast as @helia/bitswap, and it should be 1.5'])
})

test('a chain that takes as many times as long as it may keeps its bound, a slower one does not', () => {
  const compared = { what: 'ours', against: 'bare', limit: 1.5 }

  assert.deepEqual(chainMisses({ ratios: [{ ...compared, ratio: 1.5 }] }), [])
  assert.deepEqual(chainMisses({ ratios: [{ ...compared, ratio: 1.51 }] }), ['chain: ours takes 1.51 × bare, and it should be at most 1.5'])
  assert.equal(chainMisses({ ratios: [{ ...compared, ratio: Number.NaN }] }).length, 1, 'what was not measured')
})
