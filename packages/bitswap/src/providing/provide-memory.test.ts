/** What a CID that waits takes of the heap. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collectGarbage } from '../../test/support/collect-garbage.ts'
import { cidsOf } from '../../test/support/providing.ts'
import { ProvideQueue } from './provide-queue.ts'

test('a hundred thousand CIDs that wait take less than 25 MiB', async () => {
  const queue = new ProvideQueue({ maxQueued: 262_144, maxAttempts: 3, retryDelay: 10, maxRetryDelay: 35, sweeps: true })
  await collectGarbage()
  const before = process.memoryUsage().heapUsed

  for (let seed = 0; seed < 100; seed++) {
    for (const cid of cidsOf(seed, 1_000)) {
      queue.add(cid, 'block', 0.5)
    }
  }

  await collectGarbage()
  const taken = (process.memoryUsage().heapUsed - before) / 1024 / 1024

  assert.equal(queue.size, 100_000)
  assert.ok(taken < 25, `${taken} MiB`)
})
