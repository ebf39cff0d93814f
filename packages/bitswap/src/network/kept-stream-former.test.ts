/** Peers that end their side of each stream at once, as Helia does: nothing shows whether they read ours. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { say, setUpMessenger } from '../../test/support/messenger-setup.ts'
import type { MessengerSetup } from '../../test/support/messenger-setup.ts'
import { detach } from '../core/detach.ts'
import { silentLogger } from '../testing/silent-logger.ts'

async function setUpEnding (): Promise<MessengerSetup> {
  const setup = await setUpMessenger({ options: { openStreamTimeout: 2_000 } })
  setup.bob.onStream = stream => { detach(stream.close(), silentLogger().forComponent('test'), 'closing') }

  return setup
}

test('what a peer that ends its side at once was sent right before it cannot be reached is said again', async () => {
  const setup = await setUpEnding()
  const { net, node, messenger, bob } = setup
  const letters = [say(setup, 1)]
  await net.clock.advance(500)
  letters.push(say(setup, 2))
  await net.clock.advance(999)
  const release = net.faults.hold(node, bob.node)
  letters.push(say(setup, 3))
  await net.clock.advance(2_000)
  release()
  await net.clock.run()
  assert.deepEqual(letters.map(({ fate }) => fate.join()), ['taken,sent', 'taken,sent,lost StreamTimeoutError,taken,sent', 'taken,sent'])
  assert.equal(messenger.stats.lostAfterSent, 1)
})

test('it is not said again when it was sent longer ago, or the peer can be reached', async () => {
  for (const [ago, away] of [[1_000, 2_000], [0, 1_999]] as const) {
    const setup = await setUpEnding()
    const { net, node, messenger, bob } = setup
    const first = say(setup, 1)
    await net.clock.advance(0)
    assert.deepEqual(first.fate, ['taken', 'sent'])
    await net.clock.advance(ago)
    const release = net.faults.hold(node, bob.node)
    const second = say(setup, 2)
    await net.clock.advance(away)
    release()
    await net.clock.run()
    assert.deepEqual([first, second].map(({ fate }) => fate.join()), ['taken,sent', 'taken,sent'])
    assert.equal(messenger.stats.lostAfterSent, 0)
    assert.equal(bob.messages.length, 2)
  }
})
