import assert from 'node:assert/strict'
import { test } from 'node:test'
import { say, setUpMessenger } from '../../test/support/messenger-setup.ts'
import { frameOf } from '../testing/raw-peer.ts'
import { blockMessage } from '../../test/support/scripted-receiver.ts'
import { Lane } from './messenger-receiver.ts'

test('an idle stream that is reset, or ended by the peer, is opened again at the next use, and nothing is lost', async () => {
  for (const end of ['abort', 'close'] as const) {
    const setup = await setUpMessenger({ network: { latency: 10 } })
    const { net, node, messenger, receiver, bob } = setup
    const first = say(setup, 1)
    await net.clock.advance(10_000)
    const stream = bob.streams[0]?.stream
    await (end === 'close' ? stream?.close() : stream?.abort(new Error('idle for 10 s')))
    await net.clock.run()
    assert.equal(node.streamCount(bob.peer), 0)
    assert.deepEqual(bob.streams[0]?.events, end === 'abort' ? ['closed Error'] : ['ended', 'closed'])
    assert.equal(bob.streams.length, 1)

    const before = net.clock.now()
    const second = say(setup, 2)
    await net.clock.run(() => second.fate.includes('sent'))
    assert.equal(net.clock.now(), before + 20) // a round trip, no pause
    assert.deepEqual([first, second].map(({ fate }) => fate.join()), ['taken,sent', 'taken,sent'])
    assert.equal(messenger.stats.streamsOpened, 2)
    assert.deepEqual(receiver.events.slice(1), [])
  }
})

test('what was written less than the interval before a reset is said again; what was written before that is not', async () => {
  for (const [age, lost] of [[999, true], [1_000, false]] as const) {
    const setup = await setUpMessenger()
    const { net, node, messenger, bob } = setup
    const letter = say(setup, 1)
    await net.clock.advance(age)
    net.faults.resetStreams(node, bob.node)
    await net.clock.run()
    assert.deepEqual(letter.fate, lost ? ['taken', 'sent', 'lost StreamResetError', 'taken', 'sent'] : ['taken', 'sent'])
    assert.equal(messenger.stats.lostAfterSent, lost ? 1 : 0)
    assert.equal(bob.messages.length, lost ? 2 : 1)
  }
})

test('with no interval the transport is trusted with all it has taken', async () => {
  const setup = await setUpMessenger({ options: { resendInterval: 0 } })
  const { net, node, bob } = setup
  const letter = say(setup, 1)
  await net.clock.run(() => letter.fate.includes('sent'))
  assert.equal(net.clock.pending, 1) // the bytes on their way
  net.faults.resetStreams(node, bob.node)
  await net.clock.run()
  assert.deepEqual(letter.fate, ['taken', 'sent'])

  for (let i = 0; i < 3; i++) { // failures are forgotten as soon as a message is sent
    net.faults.failOpening(node, bob.node, new Error('a'), new Error('b'))
    say(setup, i)
    await net.clock.run()
    net.faults.resetStreams(node, bob.node)
  }

  assert.deepEqual(setup.receiver.events.slice(1), [])
})

test('nothing is said again after the peer has ended a stream in order', async () => {
  const setup = await setUpMessenger()
  const { net, bob } = setup
  const letter = say(setup, 1)
  await net.clock.advance(10)
  await bob.streams[0]?.stream.close()
  await net.clock.run()
  assert.deepEqual(letter.fate, ['taken', 'sent'])
})

test('only so many bytes are remembered, the newest message always', async () => {
  const size = frameOf(blockMessage(1, 100)).byteLength

  for (const [resendSize, lost] of [[2 * size, 2], [2 * size - 1, 1], [0, 1]] as const) {
    const { net, node, messenger, receiver, bob } = await setUpMessenger({ options: { resendSize } })
    receiver.repeats = false
    const letters = [1, 2, 3].map(seed => receiver.post(bob.peer, Lane.Blocks, blockMessage(seed, 100)))
    messenger.wake(bob.peer, Lane.Blocks)
    await net.clock.run(() => letters[2]?.fate.includes('sent') === true)
    net.faults.resetStreams(node, bob.node)
    await net.clock.run()
    assert.equal(letters.filter(({ fate }) => fate.includes('lost StreamResetError')).length, lost)
    assert.equal(letters[2]?.fate.at(-1), 'lost StreamResetError')
  }
})

test('what was sent before a message that times out is lost with it', async () => {
  const { net, messenger, receiver, bob } = await setUpMessenger({ network: { window: 1_000 }, options: { minSendTimeout: 500, maxSendTimeout: 500 } })
  bob.onStream = stream => { stream.pause() }
  const letters = [500, 5_000].map(size => receiver.post(bob.peer, Lane.Blocks, blockMessage(1, size)))
  messenger.wake(bob.peer, Lane.Blocks)
  await net.clock.advance(500)
  assert.deepEqual(letters.map(({ fate }) => fate.join()), ['taken,sent,lost StreamTimeoutError', 'taken,lost StreamTimeoutError'])
})

test('a message is written in full when the peer ends its side meanwhile', async () => {
  const { net, messenger, receiver, bob } = await setUpMessenger({ network: { window: 1_000 }, options: { pieceSize: 500 } })
  bob.onStream = stream => { stream.pause() }
  const letters = [1, 2].map(seed => receiver.post(bob.peer, Lane.Wants, blockMessage(seed, 5_000)))
  messenger.wake(bob.peer, Lane.Wants)
  await net.clock.advance(1)
  const [raw] = bob.streams
  await raw?.stream.close()
  await net.clock.advance(1)
  raw?.stream.resume()
  bob.onStream = undefined
  await net.clock.run()
  assert.deepEqual(letters.map(({ fate }) => fate.join()), ['taken,sent', 'taken,sent'])
  assert.deepEqual(bob.streams.map(({ messages }) => messages.length), [1, 1])
})

test('a peer that ends its side of every stream at once still gets every message', async () => {
  const setup = await setUpMessenger()
  const { net, node, messenger, receiver, bob } = setup
  const closing: Array<Promise<void>> = []
  bob.onStream = stream => { closing.push(stream.close()) }
  receiver.takeDelay = 5 // the end comes before the message is there
  const letters = [1, 2, 3].map(seed => receiver.post(bob.peer, Lane.Blocks, blockMessage(seed, 10)))
  messenger.wake(bob.peer, Lane.Blocks)
  await net.clock.run()
  assert.deepEqual(letters.map(({ fate }) => fate.join()), ['taken,sent', 'taken,sent', 'taken,sent'])
  assert.equal(bob.messages.length, 3)
  assert.equal(bob.streams.length, 3)
  assert.equal(node.streamCount(bob.peer), 0)

  for (let i = 0; i < 3; i++) { // such a stream counts as a success: failures before it are forgotten
    net.faults.failOpening(node, bob.node, new Error('a'), new Error('b'))
    receiver.post(bob.peer, Lane.Blocks, blockMessage(i, 10))
    messenger.wake(bob.peer, Lane.Blocks)
    await net.clock.run()
  }

  assert.deepEqual(receiver.events.slice(1), [])
  await Promise.all(closing)
})
