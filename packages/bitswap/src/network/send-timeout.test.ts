import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveNetworkOptions } from './resolve-options.ts'
import { leastProgress, sendTimeout } from './send-timeout.ts'

test('the time to write a message grows with its size, within limits', () => {
  const options = resolveNetworkOptions()

  assert.equal(sendTimeout(0, options), 10_000)
  assert.equal(sendTimeout(100_000, options), 10_000)
  assert.equal(sendTimeout(100_125, options), 10_010)
  assert.equal(sendTimeout(262_144, options), 22_971.52)
  assert.equal(sendTimeout(1_048_576, options), 2_000 + 1_048_576 / 12.5)
  assert.equal(sendTimeout(1_073_741_824, options), 120_000)

  const other = resolveNetworkOptions({ minSendRate: 1_000, minSendTimeout: 1, maxSendTimeout: 5_000 })
  assert.equal(sendTimeout(0, other), 2_000)
  assert.equal(sendTimeout(2_500, other), 4_500)
  assert.equal(sendTimeout(3_001, other), 5_000)
})

test('it is granted once more for a sixteenth of the least rate', () => {
  assert.equal(leastProgress(16_000, resolveNetworkOptions()), 12_500)
  assert.equal(leastProgress(1, resolveNetworkOptions({ minSendRate: 1_000 })), 1)
})
