import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep } from '../core/clock.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { silentLogger } from '../testing/silent-logger.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { KeptStream } from './kept-stream.ts'
import { createStats } from './messenger-stats.ts'
import type { NetworkStream } from './network.ts'
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

test('what is taken adds up over the looks: a peer that takes too little in each, and enough in its time, is not given up', async () => {
  for (const [taken, endsAt] of [[25, Infinity], [12, 800]] as const) {
    const clock = new VirtualClock()
    const stream = {
      get unsent () {
        return 10_000 - Math.floor(clock.now() / 100) * taken
      },
      drained: async ({ signal }: { signal: AbortSignal }) => { await sleep(clock, 5_000 - clock.now(), signal) }
    }
    const kept = new KeptStream({
      peer: peerIdFromSeed(1),
      clock,
      log: silentLogger().forComponent('test'),
      stats: createStats(),
      openStream: async () => assert.fail('none is opened'),
      attach: () => {}
    }, resolveNetworkOptions(), () => {})
    const room = kept.room(stream as unknown as NetworkStream, 800, 100)

    if (endsAt === Infinity) {
      await clock.run(room)
    } else {
      await assert.rejects(clock.run(room), { name: 'StreamTimeoutError' })
    }

    assert.equal(clock.now(), Math.min(endsAt, 5_000))
    assert.equal(clock.pending, 0)
  }
})
