import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReceivedMessage } from '../message/message.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { silentLogger } from '../testing/silent-logger.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { Conduct } from './conduct.ts'
import { createStats } from './messenger-stats.ts'
import { NETWORK_DEFAULTS } from './options.ts'

/** Says so many wants: what they are nobody looks at. */
function messageOf (wants: number): ReceivedMessage {
  return { full: false, wants: Array.from({ length: wants }), cancels: [], blocks: [], presences: [], pendingBytes: 0, malformed: 0 } as unknown as ReceivedMessage
}

test('a message that waits again when it has waited, as others have used up what there was, is held once', async () => {
  const [clock, stats] = [new VirtualClock(), createStats()]
  const components = { network: { disconnect: () => {} }, clock, log: silentLogger().forComponent('test'), stats }
  const conduct = new Conduct(components, { ...NETWORK_DEFAULTS, maxEntries: 100_000, totalEntryRate: 1000 })
  const [alice, other] = [conduct.of(peerIdFromSeed(1)), conduct.of(peerIdFromSeed(2))]

  other.said(messageOf(3000))

  for (let time = 0; time < 3; time++) {
    const wait = alice.whenReadable(20_000)
    assert.ok(wait instanceof Promise)
    other.said(messageOf(2000))
    await clock.run(wait)
  }

  assert.equal(stats.timesHeld, 1)
  await clock.advance(60_000)
  assert.equal(alice.whenReadable(20_000), undefined)
  other.said(messageOf(3000))
  assert.ok(alice.whenReadable(20_000) instanceof Promise)
  assert.equal(stats.timesHeld, 2)
})
