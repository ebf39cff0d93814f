/** A stream that has ended is let go of, with all that libp2p keeps for it: a peer may be idle for days after. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collectGarbage } from '../../test/support/collect-garbage.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { silentLogger } from '../testing/silent-logger.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { KeptStream } from './kept-stream.ts'
import { createStats } from './messenger-stats.ts'
import type { NetworkStream } from './network.ts'
import type { OutgoingStream } from './outgoing-stream.ts'
import { resolveNetworkOptions } from './resolve-options.ts'

function streamThatTakesAll (): NetworkStream {
  return { protocol: '/ipfs/bitswap/1.2.0', unsent: 0, send: () => true, drained: async () => {}, read () {}, pause () {}, resume () {}, async close () {}, abort () {} }
}

/** Carries one message on a stream, and ends that. */
async function carryOne (end: (stream: OutgoingStream, clock: VirtualClock) => void | Promise<void>): Promise<{ kept: KeptStream, clock: VirtualClock, stream: WeakRef<NetworkStream> }> {
  const clock = new VirtualClock()
  let opened: WeakRef<NetworkStream> | undefined
  const kept = new KeptStream({
    peer: peerIdFromSeed(1),
    clock,
    log: silentLogger().forComponent('test'),
    stats: createStats(),
    async openStream () {
      const stream = streamThatTakesAll()
      opened = new WeakRef(stream)

      return stream
    },
    attach () {}
  }, resolveNetworkOptions({}), () => {})

  await (async () => {
    const stream = await kept.open(() => true)
    assert.ok(stream != null && opened != null)
    await stream.send({ frame: { byteLength: 1 } as never, lost: () => {} }, async () => {})
    await end(stream, clock)
  })()
  assert.ok(opened != null)

  return { kept, clock, stream: opened }
}

test('one that the peer has ended is let go of as soon as what it carried counts as arrived', async () => {
  const { kept, clock, stream } = await carryOne(stream => { stream.ended() })

  await clock.run()
  await collectGarbage()
  assert.equal(stream.deref(), undefined)
  assert.equal(await kept.open(() => false), undefined)
})

test('one that was closed long after its last message is let go of at once', async () => {
  const { kept, stream } = await carryOne(async (stream, clock) => {
    await clock.run()
    stream.closed()
  })

  await collectGarbage()
  assert.equal(stream.deref(), undefined)
  assert.equal(await kept.open(() => false), undefined)
})

test('one that was reset is let go of, though it has to be said why when that happens too often', async () => {
  const { kept, stream } = await carryOne(stream => {
    // what comes from a stream has hold of it, as the stack of an error has
    stream.closed(Object.assign(new Error('reset'), { stream }))
  })

  await collectGarbage()
  assert.equal(stream.deref(), undefined)
  assert.equal(await kept.open(() => false), undefined)
})

test('one that the peer has ended is let go of when the next is opened, and when all is over', async () => {
  for (const goOn of [async (kept: KeptStream) => { await kept.open(() => true) }, async (kept: KeptStream) => { kept.abort(new Error('over')) }]) {
    const { kept, stream } = await carryOne(stream => { stream.ended() })

    await goOn(kept)
    await collectGarbage()
    assert.equal(stream.deref(), undefined)
    await assert.doesNotReject(kept.open(() => false))
  }
})
