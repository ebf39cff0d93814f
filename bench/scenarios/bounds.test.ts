import assert from 'node:assert/strict'
import test from 'node:test'
import { chainMisses } from './chain.ts'
import { transferMisses } from './transfer.ts'

test('a transfer 1.5 times as fast as the other keeps its bound, a slower one does not', () => {
  const result = { scenario: 'transfer', size: 1, speeds: {} } as const

  assert.deepEqual(transferMisses({ ...result, ratios: { get: 1.5, cat: 1 } }), [])
  assert.deepEqual(transferMisses({ ...result, ratios: { get: 1.49, cat: 9 } }), ['transfer: 1.49 times as fast as @helia/bitswap, and it should be 1.5'])
})

test('a chain under 2 ms a block keeps its bound, one at 2 ms does not', () => {
  const result = { scenario: 'chain', blocks: 500, kubo: [], ratio: 1 } as const

  assert.deepEqual(chainMisses({ ...result, kubo: [], ours: [1, 1.99, 7] }), [])
  assert.deepEqual(chainMisses({ ...result, kubo: [], ours: [1, 2, 7] }), ['chain: 2.00 ms a block, and it should be under 2'])
})
