import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Uint8ArrayList } from 'uint8arraylist'
import { setUpMessenger } from '../../test/support/messenger-setup.ts'
import { frameOf } from '../testing/raw-peer.ts'
import { blockMessage, ScriptedReceiver, wantMessage } from '../../test/support/scripted-receiver.ts'
import { Lane } from './messenger-receiver.ts'
import { BitswapProtocol } from './protocols.ts'

const CONNECTED = 'connected /ipfs/bitswap/1.2.0'

test('peers are reported, one that was connected before the start before it has resolved', async () => {
  const { net, node, messenger, receiver, bob } = await setUpMessenger()
  assert.deepEqual(receiver.events, [CONNECTED])
  assert.deepEqual(messenger.peers().map(String), [bob.peer.toString()])
  assert.equal(messenger.protocolOf(bob.peer), BitswapProtocol.V120)

  await messenger.stop()
  const again = new ScriptedReceiver()
  await messenger.start(again)
  await messenger.start(new ScriptedReceiver())
  assert.deepEqual(again.events, [CONNECTED])
  net.disconnect(node, bob.node)
  assert.deepEqual(again.events, [CONNECTED, 'disconnected'])
  assert.deepEqual(messenger.peers(), [])
  assert.deepEqual(receiver.events, [CONNECTED])
})

test('a start that fails can be tried again', async () => {
  const { node, messenger } = await setUpMessenger()
  await messenger.stop()
  const start = node.start.bind(node)
  node.start = async () => { throw new RangeError('no handler') }
  const receiver = new ScriptedReceiver()
  await assert.rejects(messenger.start(receiver), RangeError)
  node.start = start
  await messenger.start(receiver)
  assert.deepEqual(receiver.events, [CONNECTED])
})

test('starts and stops that are not waited for run one after the other', async () => {
  const { messenger, receiver } = await setUpMessenger()
  const again = new ScriptedReceiver()
  await Promise.all([messenger.stop(), messenger.stop(), messenger.start(again), messenger.stop(), messenger.start(receiver)])
  assert.deepEqual(again.events, [CONNECTED])
  assert.deepEqual(receiver.events, [CONNECTED, CONNECTED])
})

test('stopping leaves no timer, stream or message without an end behind', async () => {
  const { net, node, messenger, receiver, bob } = await setUpMessenger({ network: { window: 1_000 } })
  const carol = await net.rawPeer()
  net.connect(node, carol.node)
  bob.onStream = (stream, number) => {
    if (number === 0) {
      stream.pause()
    }
  }
  const blocks = [500, 5_000, 5_000, 5_000].map(size => receiver.post(bob.peer, Lane.Blocks, blockMessage(1, size)))
  const wants = receiver.post(bob.peer, Lane.Wants, wantMessage(1))
  receiver.post(carol.peer, Lane.Wants, wantMessage(2))
  net.faults.failOpening(node, carol.node, new Error('carol is in a pause between attempts'))
  await net.run(bob.open(node))
  messenger.wake(bob.peer, Lane.Blocks)
  await net.clock.advance(1)
  messenger.wake(bob.peer, Lane.Wants)
  messenger.wake(carol.peer, Lane.Wants)
  await net.clock.advance(1)
  assert.deepEqual(blocks.map(({ fate }) => fate.join()), ['taken,sent', 'taken', 'taken', ''])

  messenger.wake(carol.peer, Lane.Blocks) // a look that never happens
  receiver.repeats = false
  const before = net.clock.now()
  await net.clock.run(messenger.stop())
  assert.equal(net.clock.now(), before)
  assert.deepEqual(blocks.map(({ fate }) => fate.join()), ['taken,sent,lost NotStartedError', 'taken,lost NotStartedError', 'taken,lost NotStartedError', ''])
  assert.deepEqual(wants.fate, ['taken', 'sent'])
  assert.equal(node.streamCount(bob.peer), 0)
  await net.clock.advance(0) // what is on its way to the peers
  assert.equal(net.clock.pending, 0)
  assert.deepEqual(receiver.events, [CONNECTED, CONNECTED])
  messenger.wake(bob.peer, Lane.Wants)
  assert.equal(net.clock.pending, 0)
})

test('a look that is due, and a peer about to be forgotten, do not outlive the stop', async () => {
  const { net, node, messenger, bob } = await setUpMessenger()
  const carol = await net.rawPeer()
  net.connect(node, carol.node, { identifyDelay: 1 })
  const raw = await net.run(carol.open(node))
  await raw.stream.close()
  await net.clock.advance(0.5)
  assert.equal(net.clock.pending, 2) // carol is to be forgotten, or identified
  messenger.wake(bob.peer, Lane.Wants)
  assert.equal(net.clock.pending, 3)
  await messenger.stop()
  assert.equal(net.clock.pending, 3) // carol is to be identified, and both are to learn that we have stopped
})

test('what a peer says while we are stopping is not listened to', async () => {
  const { net, node, messenger, receiver, bob } = await setUpMessenger()
  bob.closes = false // so that stopping takes a while
  const raw = await net.run(bob.open(node))
  receiver.post(bob.peer, Lane.Wants, wantMessage(1))
  messenger.wake(bob.peer, Lane.Wants)
  await net.clock.advance(1)
  const stopping = messenger.stop()
  net.clock.timer(500, () => { raw.stream.send(new Uint8ArrayList(frameOf(wantMessage(1)), Uint8Array.of(1, 0xff))) })
  await net.clock.run(stopping)
  const { bytesReceived, messagesReceived, malformed } = messenger.stats
  assert.deepEqual([bytesReceived, messagesReceived, malformed], [0, 0, 0])
  assert.deepEqual(receiver.events, [CONNECTED])
})

test('a message that is being made when we stop is lost when it is there', async () => {
  const { net, messenger, receiver, bob } = await setUpMessenger()
  receiver.takeDelay = 50
  receiver.repeats = false
  const letter = receiver.post(bob.peer, Lane.Blocks, blockMessage(1, 10))
  messenger.wake(bob.peer, Lane.Blocks)
  await net.clock.advance(10)
  await net.clock.run(messenger.stop())
  await net.clock.run()
  assert.deepEqual(letter.fate, ['taken', 'lost NotStartedError'])
})

test('what was written before the stop still arrives, and the peer sees an end and no reset', async () => {
  const { net, messenger, receiver, bob } = await setUpMessenger({ network: { latency: 50 } })
  const letter = receiver.post(bob.peer, Lane.Blocks, blockMessage(1, 100_000))
  messenger.wake(bob.peer, Lane.Blocks)
  await net.clock.run(() => letter.fate.includes('sent'))
  const before = net.clock.now()
  await net.clock.run(messenger.stop())
  assert.equal(net.clock.now(), before + 100) // the end there, and the other end back
  assert.equal(bob.messages.length, 1)
  assert.deepEqual(bob.streams[0]?.events, ['ended', 'closed'])
  assert.deepEqual(letter.fate, ['taken', 'sent'])
})

test('a stop waits no longer than it may for a peer that does not end its side, and not at all for an idle one', async () => {
  for (const [idle, waited] of [[0, 700], [1_000, 0]] as const) {
    const { net, messenger, receiver, bob } = await setUpMessenger({ options: { closeTimeout: 700 } })
    bob.closes = false
    receiver.post(bob.peer, Lane.Wants, wantMessage(1))
    messenger.wake(bob.peer, Lane.Wants)
    await net.clock.run(() => bob.messages.length > 0)
    await net.clock.advance(idle)
    const before = net.clock.now()
    await net.clock.run(messenger.stop())
    assert.equal(net.clock.now(), before + waited)
  }
})

test('peers that open a stream for each message are read, and leave no streams behind', async () => {
  const { net, node, messenger, receiver, bob } = await setUpMessenger()

  for (let i = 0; i < 20; i++) {
    const { stream } = await net.run(bob.open(node))
    stream.send(frameOf(wantMessage(i)))
    await stream.close()
  }

  await net.clock.run()
  assert.equal(receiver.received.length, 20)
  assert.equal(messenger.stats.streamsAccepted, 20)
  assert.equal(node.streamCount(bob.peer), 0)
})

test('messages that come back on a stream we opened are taken like any other', async () => {
  const { net, messenger, receiver, bob } = await setUpMessenger()
  bob.onMessage = (_from, _message, stream) => { stream.send(frameOf(blockMessage(1, 10))) }
  receiver.post(bob.peer, Lane.Wants, wantMessage(1))
  messenger.wake(bob.peer, Lane.Wants)
  await net.clock.run()
  assert.equal(receiver.received[0]?.blocks.length, 1)
})

test('a stream that carries what is no message is reset; the peer and its other streams stay', async () => {
  const { net, node, messenger, receiver, bob } = await setUpMessenger()
  const [bad, good] = [await net.run(bob.open(node)), await net.run(bob.open(node))]
  bad.stream.send(Uint8Array.of(2, 0xff, 0xff))
  good.stream.send(frameOf(wantMessage(1)))
  await net.clock.run()
  assert.deepEqual(bad.events, ['closed StreamResetError'])
  assert.deepEqual(receiver.events, [CONNECTED, 'message'])
  assert.equal(messenger.stats.malformed, 1)
})

test('a receiver that throws at a message does not hold up the next', async () => {
  const { net, node, receiver, bob } = await setUpMessenger()
  receiver.onMessage = () => { throw new Error('a bug') }
  const raw = await net.run(bob.open(node))
  raw.stream.send(new Uint8ArrayList(frameOf(wantMessage(1)), frameOf(wantMessage(2))))
  await net.clock.run()
  assert.equal(receiver.received.length, 2)
})

test('a peer that does not read delays only itself', async () => {
  const { net, node, messenger, receiver, bob } = await setUpMessenger({ network: { window: 1_000 } })
  const carol = await net.rawPeer()
  net.connect(node, carol.node)
  bob.onStream = stream => { stream.pause() }
  const toBob = receiver.post(bob.peer, Lane.Blocks, blockMessage(1, 5_000))
  const toCarol = [1, 2, 3].map(seed => receiver.post(carol.peer, Lane.Blocks, blockMessage(seed, 5_000)))
  messenger.wake(bob.peer, Lane.Blocks)
  messenger.wake(carol.peer, Lane.Blocks)
  await net.clock.advance(1)
  assert.deepEqual(toBob.fate, ['taken'])
  assert.deepEqual(toCarol.map(({ fate }) => fate.join()), ['taken,sent', 'taken,sent', 'taken,sent'])
})

test('what goes over the streams is counted exactly', async () => {
  for (let count = 0; count <= 10; count++) {
    const { net, node, messenger, receiver, bob } = await setUpMessenger()
    const letters = Array.from({ length: 10 - count }, (_, i) => receiver.post(bob.peer, Lane.Wants, wantMessage(i)))
    const replies = Array.from({ length: count }, (_, i) => frameOf(blockMessage(i, i)))
    messenger.wake(bob.peer, Lane.Wants)
    const raw = await net.run(bob.open(node))
    replies.forEach(reply => { raw.stream.send(reply) })
    await net.clock.run()
    const { messagesSent, messagesReceived, bytesSent, bytesReceived } = messenger.stats
    assert.deepEqual([messagesSent, messagesReceived], [10 - count, count])
    assert.equal(bytesSent, letters.reduce((size, { message }) => size + frameOf(message).byteLength, 0))
    assert.equal(bytesReceived, replies.reduce((size, reply) => size + reply.byteLength, 0))
  }
})
