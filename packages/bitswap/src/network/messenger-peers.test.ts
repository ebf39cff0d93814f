import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Uint8ArrayList } from 'uint8arraylist'
import { setUpMessenger } from '../../test/support/messenger-setup.ts'
import { randomBlocks } from '../testing/random-blocks.ts'
import { frameOf } from '../testing/raw-peer.ts'
import { blockMessage, wantMessage } from '../../test/support/scripted-receiver.ts'
import { Lane } from './messenger-receiver.ts'
import { BitswapProtocol } from './protocols.ts'

const CONNECTED = 'connected /ipfs/bitswap/1.2.0'

test('when a peer leaves, what was being written or was sent lately is lost before it is reported', async () => {
  const { net, node, messenger, receiver, bob } = await setUpMessenger({ network: { window: 1_000 } })
  receiver.repeats = false
  bob.onStream = (stream, number) => {
    if (number === 1) {
      stream.pause()
    }
  }
  const wants = receiver.post(bob.peer, Lane.Wants, wantMessage(1))
  messenger.wake(bob.peer, Lane.Wants)
  await net.clock.advance(1)
  const blocks = [1, 2].map(seed => receiver.post(bob.peer, Lane.Blocks, blockMessage(seed, 5_000)))
  messenger.wake(bob.peer, Lane.Blocks)
  await net.clock.advance(1)
  net.disconnect(node, bob.node)
  assert.deepEqual(wants.fate, ['taken', 'sent', 'lost StreamClosedError'])
  assert.deepEqual(receiver.events, [CONNECTED, 'disconnected'])
  await net.clock.run()
  assert.deepEqual(blocks.map(({ fate }) => fate.length), [2, 2])
  assert.equal(net.clock.now(), 2)
  messenger.wake(bob.peer, Lane.Wants)
  assert.equal(net.clock.pending, 0)
})

test('a peer that is back within the same moment is a new peer with new streams', async () => {
  const { net, node, messenger, receiver, bob } = await setUpMessenger({ network: { latency: 10 } })
  const first = receiver.post(bob.peer, Lane.Wants, wantMessage(1))
  messenger.wake(bob.peer, Lane.Wants)
  await net.clock.advance(15) // while the stream is being opened
  net.disconnect(node, bob.node)
  net.connect(node, bob.node)
  assert.deepEqual(receiver.events, [CONNECTED, 'disconnected', CONNECTED])
  messenger.wake(bob.peer, Lane.Wants)
  await net.clock.run()
  assert.deepEqual(first.fate, ['taken', 'sent'])
  assert.equal(bob.messages.length, 1)
  assert.deepEqual(receiver.events.slice(3), [])
})

test('nothing more is handed over of a peer that has left', async () => {
  const { net, node, messenger, receiver, bob } = await setUpMessenger()
  const dealtWith = Promise.withResolvers<void>()
  receiver.onMessage = async () => { await dealtWith.promise }
  const raw = await net.run(bob.open(node))
  raw.stream.send(new Uint8ArrayList(frameOf(wantMessage(1)), frameOf(wantMessage(2))))
  await net.clock.run()
  net.disconnect(node, bob.node)
  dealtWith.resolve()
  await net.clock.run()
  assert.deepEqual(receiver.events, [CONNECTED, 'message', 'disconnected'])
  assert.equal(messenger.stats.messagesReceived, 1)
})

test('what a peer said before it left is not taken for said by it when it is back', async () => {
  const { net, node, receiver, bob } = await setUpMessenger()
  const dealtWith = Promise.withResolvers<void>()
  receiver.onMessage = async () => { await dealtWith.promise }
  const raw = await net.run(bob.open(node))
  raw.stream.send(new Uint8ArrayList(frameOf(wantMessage(1)), frameOf(wantMessage(2))))
  await net.clock.run()
  raw.stream.abort(new Error('bye'))
  await net.clock.run()
  net.disconnect(node, bob.node)
  net.connect(node, bob.node)
  dealtWith.resolve()
  await net.clock.run()
  assert.deepEqual(receiver.events, [CONNECTED, 'message', 'disconnected', CONNECTED])
})

test('a peer that speaks before it is reported is reported first, once, by the protocol of its stream', async () => {
  const { net, node, messenger, receiver } = await setUpMessenger()
  const carol = await net.rawPeer({ protocols: [BitswapProtocol.V110] })
  net.connect(node, carol.node, { identifyDelay: 500 })
  const raw = await net.run(carol.open(node))
  assert.deepEqual(receiver.events, [CONNECTED])
  raw.stream.send(frameOf(wantMessage(1)))
  await net.clock.advance(1)
  assert.deepEqual(receiver.events, [CONNECTED, 'connected /ipfs/bitswap/1.1.0', 'message'])

  const letter = receiver.post(carol.peer, Lane.Wants, wantMessage(2)) // it can be answered at once
  messenger.wake(carol.peer, Lane.Wants)
  await net.clock.run()
  assert.deepEqual(letter.fate, ['taken', 'sent'])
  assert.equal(receiver.events.length, 3)
  net.disconnect(node, carol.node)
  assert.deepEqual(receiver.events.slice(3), ['disconnected'])
})

test('a peer that opens a stream and says nothing is not reported until the network does', async () => {
  const { net, node, messenger, receiver } = await setUpMessenger()
  const carol = await net.rawPeer()
  net.connect(node, carol.node, { identifyDelay: 500 })
  await net.run(carol.open(node))
  assert.equal(messenger.peers().length, 1)
  await net.clock.run()
  assert.deepEqual(receiver.events, [CONNECTED, CONNECTED])
})

test('a peer that is never identified is forgotten a while after its last stream, and not before', async () => {
  const { net, node, receiver } = await setUpMessenger({ options: { identifyTimeout: 3_000 } })
  const carol = await net.rawPeer()
  net.connect(node, carol.node, { identifyDelay: 1_000_000 })

  for (let i = 0; i < 3; i++) {
    const raw = await net.run(carol.open(node))
    raw.stream.send(frameOf(wantMessage(i)))
    await net.clock.advance(10_000)
    await raw.stream.close()
    await net.clock.advance(2_999)
  }

  assert.deepEqual(receiver.events, [CONNECTED, CONNECTED, 'message', 'message', 'message'])
  await net.clock.advance(1)
  assert.deepEqual(receiver.events.slice(5), ['disconnected'])
})

test('a peer that is known by its streams alone is another one after it was connected anew', async () => {
  const { net, node, receiver } = await setUpMessenger({ options: { identifyTimeout: 3_000 } })
  const carol = await net.rawPeer()
  net.connect(node, carol.node, { identifyDelay: 1_000_000 })
  const raw = await net.run(carol.open(node))
  raw.stream.send(frameOf(wantMessage(1)))
  await net.clock.advance(100)
  net.disconnect(node, carol.node)
  assert.deepEqual(receiver.events, [CONNECTED, CONNECTED, 'message', 'disconnected'])
  net.connect(node, carol.node)
  await net.clock.advance(10_000)
  assert.deepEqual(receiver.events.slice(4), [CONNECTED])
})

test('when a message of a peer last grew is known, as long as it grows by more than a trifle', async () => {
  const { net, node, messenger, bob } = await setUpMessenger()
  assert.equal(messenger.heardAt(bob.peer), -Infinity)
  const raw = await net.run(bob.open(node))
  const frame = frameOf({ blocks: await randomBlocks(1, { size: 1000 }) })
  raw.stream.send(frame.subarray(0, 255))
  await net.clock.advance(40)
  assert.equal(messenger.heardAt(bob.peer), -Infinity)
  raw.stream.send(frame.subarray(255, 600))
  await net.clock.advance(10)
  assert.equal(messenger.heardAt(bob.peer), 40)
  raw.stream.send(frame.subarray(600))
  await net.clock.advance(1)
  assert.equal(messenger.heardAt(bob.peer), 40) // it is complete: whoever takes it knows
  net.disconnect(node, bob.node)
  assert.equal(messenger.heardAt(bob.peer), -Infinity)
})

test('what comes of a peer is counted as it comes, but for messages that bring no block', async () => {
  const { net, node, messenger, bob } = await setUpMessenger()
  const raw = await net.run(bob.open(node))
  const frame = frameOf({ blocks: await randomBlocks(1, { size: 1000 }) })
  const cid = (await randomBlocks(1))[0].cid

  raw.stream.send(frameOf({ cancels: [cid] }))
  await net.clock.advance(40)
  const before = messenger.bytesFrom(bob.peer)
  assert.ok(before <= 2, `${before}: no more than the length of the message`)
  raw.stream.send(frame.subarray(0, 600))
  await net.clock.advance(40)
  assert.equal(messenger.bytesFrom(bob.peer) - before, 600)
  raw.stream.send(frame.subarray(600))
  await net.clock.advance(40)
  assert.equal(messenger.bytesFrom(bob.peer) - before, frame.byteLength)
})

test('what a peer speaks is learnt from its streams', async () => {
  const { net, node, messenger, bob } = await setUpMessenger()
  bob.node.protocols = [BitswapProtocol.V110]
  await net.run(bob.open(node))
  assert.equal(messenger.protocolOf(bob.peer), BitswapProtocol.V110)
  assert.equal(messenger.protocolOf(net.createNode().self), undefined)
})

test('connecting is up to the network', async () => {
  const { net, node, receiver } = await setUpMessenger()
  const carol = await net.rawPeer()
  assert.ok((await net.clock.run(node.connect(carol.peer))).equals(carol.peer))
  assert.deepEqual(receiver.events, [CONNECTED, CONNECTED])
  await assert.rejects(node.connect(carol.peer, { signal: AbortSignal.abort(new RangeError('no')) }), RangeError)
})
