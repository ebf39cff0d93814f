import assert from 'node:assert/strict'
import test from 'node:test'
import { costsOf } from './costs.ts'
import type { Observed } from './costs.ts'

const observed: Observed = {
  fetched: [{ size: 1e9, seconds: 4 }, { size: 1e9, seconds: 5 }],
  blocks: 1000,
  seeds: { usages: [{ cpu: 3, peak: 2e9, growth: 1e8 }], traffic: [{ received: 0, messagesReceived: 60 }] },
  leeches: {
    usages: [{ cpu: 2, peak: 3e9, growth: 1e9 }, { cpu: 4, peak: 1e9, growth: 5e8 }],
    traffic: [{ received: 1e9, messagesReceived: 70, wire: 1.01e9 }, { received: 1.5e9, messagesReceived: 70, wire: 1.01e9 }]
  }
}

test('a transfer costs time, processor time, memory, messages and bytes', () => {
  assert.deepEqual(costsOf(observed), {
    speed: 400,
    seconds: 5,
    spread: 1.25,
    copies: 1.25,
    seedCpu: 1.5,
    leechCpu: 3,
    seedMemory: 50,
    leechMemory: 750,
    seedPeak: 2000,
    leechPeak: 3000,
    messages: 0.1,
    overhead: 10_000
  })
})

test('what nobody counted is not there, and what one end counts is enough', () => {
  const silent = { ...observed, leeches: { ...observed.leeches, traffic: [{}, {}] } }

  assert.deepEqual(['copies', 'messages', 'overhead'].filter(name => name in costsOf(silent)), [])
  assert.equal(costsOf({ ...silent, seeds: { ...observed.seeds, traffic: [{ wire: 2.02e9 }] } }).overhead, 10_000)
})

test('what is no blocks has no messages or bytes per block', () => {
  assert.deepEqual(['messages', 'overhead'].filter(name => name in costsOf({ ...observed, blocks: 0 })), [])
})
