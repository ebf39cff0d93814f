import assert from 'node:assert/strict'
import { test } from 'node:test'
import { say, setUpMessenger } from '../../test/support/messenger-setup.ts'
import { frameOf } from '../testing/raw-peer.ts'
import { blockMessage, wantMessage } from '../../test/support/scripted-receiver.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { silentLogger } from '../testing/silent-logger.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { KeptStream } from './kept-stream.ts'
import { Lane } from './messenger-receiver.ts'
import { createStats } from './messenger-stats.ts'
import type { NetworkStream } from './network.ts'
import { BitswapProtocol } from './protocols.ts'
import { resolveNetworkOptions } from './resolve-options.ts'

test('opening that fails once and then works delivers, after a pause, and nobody is told', async () => {
  const setup = await setUpMessenger()
  const { net, node, messenger, receiver, bob } = setup
  net.faults.failOpening(node, bob.node, new Error('one'))
  const letter = say(setup, 1)
  await net.clock.run(() => letter.fate.includes('sent'))
  assert.equal(net.clock.now(), 100)
  assert.deepEqual(letter.fate, ['taken', 'sent'])
  assert.deepEqual(receiver.events.slice(1), [])
  assert.equal(messenger.stats.openFailures, 1)
})

test('opening that fails as often as allowed makes the peer unreachable, with growing pauses; the message waits untaken', async () => {
  const setup = await setUpMessenger({ options: { sendAttempts: 4, retryDelay: 50 } })
  const { net, node, receiver, bob, messenger } = setup
  net.faults.failOpening(node, bob.node, ...['a', 'b', 'c', 'd'].map(message => new RangeError(message)))
  const letter = say(setup, 1)
  await net.clock.run(50 + 100 + 200 - 1)
  assert.deepEqual(receiver.events.slice(1), [])
  await net.clock.advance(1)
  assert.deepEqual(receiver.events.slice(1), ['unreachable RangeError'])
  await net.clock.advance(9_999)
  assert.deepEqual(letter.fate, [])
  assert.equal(messenger.stats.openFailures, 4)
})

test('a peer that was given up is tried again by itself while something is due to it, ever more rarely until it is heard of', async () => {
  const setup = await setUpMessenger({ options: { sendAttempts: 1 } })
  const { net, node, receiver, bob } = setup
  const fail = (times: number): void => { net.faults.failOpening(node, bob.node, ...Array.from({ length: times }, () => new Error('no'))) }
  const triedAt: number[] = []

  receiver.onUnreachable = () => { triedAt.push(net.clock.now()) }
  fail(9)
  const letter = say(setup, 1)
  await net.clock.run(() => letter.fate.includes('sent'))
  assert.deepEqual(triedAt.map(time => time / 1000), [0, 10, 30, 70, 150, 310, 630, 1230, 1830])
  assert.equal(net.clock.now(), 2_430_000)
  await net.clock.run()
  assert.equal(net.clock.pending, 0)

  fail(2)
  net.faults.resetStreams(node, bob.node)
  await net.run(bob.open(node))
  say(setup, 2)
  await net.clock.run(() => triedAt.length === 11)
  assert.equal(triedAt[10] as number - (triedAt[9] as number), 10_000)
})

test('a peer that was given up is left alone when nothing is due to it any more, and when it is gone', async () => {
  for (const leaves of [false, true]) {
    const setup = await setUpMessenger({ options: { sendAttempts: 1 } })
    const { net, node, receiver, bob, messenger } = setup
    net.faults.failOpening(node, bob.node, new Error('no'))
    say(setup, 1)
    await net.clock.advance(1)

    if (leaves) {
      net.disconnect(node, bob.node)
      assert.equal(net.clock.pending, 0)
    } else {
      await receiver.takeOutgoing(bob.peer, Lane.Wants, BitswapProtocol.V120)
    }

    await net.clock.run()
    assert.equal(messenger.stats.unreachable, 1)
    assert.equal(bob.streams.length, 0)
  }
})

test('a peer that was given up is tried again when there is something new to say, and then is as any other', async () => {
  const setup = await setUpMessenger()
  const { net, node, receiver, bob } = setup
  net.faults.failOpening(node, bob.node, new Error('a'), new Error('b'), new Error('c'))
  const letters = [say(setup, 1)]
  await net.clock.advance(1_000)
  letters.push(say(setup, 2))
  await net.clock.run()
  assert.deepEqual(letters.map(({ fate }) => fate.join()), ['taken,sent', 'taken,sent'])

  const unsaid = receiver.post(bob.peer, Lane.Wants, wantMessage(3))
  await net.run(bob.open(node))
  await net.clock.run()
  assert.deepEqual(unsaid.fate, [])
})

test('a peer that was given up is tried again when it opens a stream, and when it says something', async () => {
  for (const says of [false, true]) {
    const setup = await setUpMessenger({ options: { sendAttempts: 1 } })
    const { net, node, bob } = setup
    const raw = says ? await net.run(bob.open(node)) : undefined
    net.faults.failOpening(node, bob.node, new Error('a'))
    const letter = say(setup, 1)
    await net.clock.advance(1)
    assert.deepEqual(letter.fate, [])

    if (raw == null) {
      await net.run(bob.open(node))
    } else {
      raw.stream.send(frameOf(wantMessage(2)))
    }

    await net.clock.advance(1)
    assert.deepEqual(letter.fate, ['taken', 'sent'])
  }
})

test('a receiver that asks again as soon as a peer is given up is heard, with the pauses between', async () => {
  const setup = await setUpMessenger()
  const { net, node, messenger, receiver, bob } = setup
  net.faults.failOpening(node, bob.node, ...Array.from({ length: 5 }, () => new Error('no')))
  receiver.onUnreachable = peer => { messenger.wake(peer, Lane.Wants) }
  const letter = say(setup, 1)
  await net.clock.run(() => letter.fate.includes('sent'))
  assert.equal(net.clock.now(), 300 + 300)
  assert.equal(receiver.events.filter(event => event.startsWith('unreachable')).length, 1)
})

test('a peer that speaks no Bitswap is not tried again', async () => {
  const setup = await setUpMessenger()
  const { net, receiver, bob, messenger } = setup
  bob.node.protocols = []
  say(setup, 1)
  await net.clock.run()
  assert.equal(net.clock.now(), 0)
  assert.deepEqual(receiver.events.slice(1), ['unreachable UnsupportedProtocolError'])
  assert.equal(messenger.stats.openFailures, 1)
})

test('an attempt to open that hangs ends in time', async () => {
  const setup = await setUpMessenger({ options: { openStreamTimeout: 1_000, sendAttempts: 2 } })
  const { net, node, receiver, bob } = setup
  const release = net.faults.hold(node, bob.node)
  say(setup, 1)
  await net.clock.advance(2_099)
  assert.deepEqual(receiver.events.slice(1), [])
  await net.clock.advance(1)
  assert.deepEqual(receiver.events.slice(1), ['unreachable StreamTimeoutError'])
  release()
  await net.clock.advance(1)
  assert.equal(node.streamCount(bob.peer), 0)
})

test('no stream is opened when what was to be said is no longer due after the pause', async () => {
  const setup = await setUpMessenger()
  const { net, node, receiver, bob } = setup
  net.faults.failOpening(node, bob.node, new Error('one'))
  say(setup, 1)
  await net.clock.advance(50)
  await receiver.takeOutgoing(bob.peer, Lane.Wants, BitswapProtocol.V120)
  await net.clock.run()
  assert.equal(bob.streams.length, 0)
  assert.deepEqual(receiver.events.slice(1), [])
})

test('a message that is being written when the stream is reset is lost, and said again', async () => {
  const { net, messenger, receiver, bob } = await setUpMessenger({ network: { window: 1_000 }, options: { sendAttempts: 2 } })
  bob.onStream = (stream, number) => {
    if (number === 0) {
      stream.pause()
    }
  }
  const letter = receiver.post(bob.peer, Lane.Blocks, blockMessage(1, 5_000))
  messenger.wake(bob.peer, Lane.Blocks)
  await net.clock.advance(5_000)
  bob.streams[0]?.stream.abort(new Error('no more'))
  await net.clock.run(() => letter.fate.includes('sent'))
  assert.equal(net.clock.now(), 5_100) // one failure, one pause
  await net.clock.run()
  assert.deepEqual(letter.fate, ['taken', 'lost StreamResetError', 'taken', 'sent'])
  assert.equal(bob.messages.length, 1)
  assert.equal(messenger.stats.sendFailures, 1)
})

test('a peer that resets every stream after the first message is tried as often as allowed, with pauses', async () => {
  const setup = await setUpMessenger()
  const { net, receiver, bob } = setup
  receiver.onLost = (peer, lane) => { setup.messenger.wake(peer, lane) } // as who has to say it again does
  bob.onMessage = (_from, _message, stream) => { stream.abort(new Error('I do not like this')) }
  const letter = say(setup, 1)
  await net.clock.run(300)
  assert.equal(bob.streams.length, 3)
  await net.clock.advance(9_999)
  assert.equal(bob.streams.length, 3)
  assert.equal(letter.fate.filter(step => step === 'sent').length, 3)
  assert.equal(letter.fate.at(-1), 'lost StreamResetError')
  assert.deepEqual(receiver.events.slice(1), ['unreachable StreamResetError'])
})

test('a peer that resets every stream before anything is written is tried as often as allowed', async () => {
  for (const delay of [0, 5]) {
    const { net, messenger, receiver, bob } = await setUpMessenger()
    receiver.takeDelay = 10
    receiver.onLost = (peer, lane) => { messenger.wake(peer, lane) }
    bob.onStream = stream => { net.clock.timer(delay, () => { stream.abort(new Error('go away')) }) }
    const letter = receiver.post(bob.peer, Lane.Blocks, blockMessage(1, 10))
    messenger.wake(bob.peer, Lane.Blocks)
    await net.clock.advance(5_000)
    assert.equal(bob.streams.length, 3)
    assert.equal(letter.fate.at(-1), 'lost StreamResetError')
    assert.deepEqual(receiver.events.slice(1), ['unreachable StreamResetError'])
  }
})

test('failures are forgotten once a message has come through', async () => {
  const setup = await setUpMessenger()
  const { net, node, receiver, bob } = setup

  for (let i = 0; i < 3; i++) {
    net.faults.failOpening(node, bob.node, new Error('a'), new Error('b'))
    const letter = say(setup, i)
    await net.clock.run() // and the interval passes
    assert.deepEqual(letter.fate, ['taken', 'sent'])
    net.faults.resetStreams(node, bob.node)
  }

  assert.deepEqual(receiver.events.slice(1), [])
})

test('a stream that comes when we have closed already is ended', async () => {
  const clock = new VirtualClock()
  const events: string[] = []
  const opening = Promise.withResolvers<NetworkStream>()
  const kept = new KeptStream({
    peer: peerIdFromSeed(1),
    clock,
    log: silentLogger().forComponent('test'),
    stats: createStats(),
    openStream: async () => await opening.promise, // minds no signal
    attach: () => { events.push('attached') }
  }, resolveNetworkOptions(), () => {})
  const opened = kept.open(() => true)
  kept.abort(new Error('we are done'))
  opening.resolve({ abort: (error: Error) => { events.push(`aborted: ${error.message}`) } } as NetworkStream)
  await assert.rejects(opened, { message: 'we are done' })
  assert.deepEqual(events, ['aborted: we are done'])
  assert.equal(clock.pending, 0)
})

test('what failed as often as allowed while nothing was due does not keep back what is due when the peer has spoken', async () => {
  const setup = await setUpMessenger({ options: { sendAttempts: 1 } })
  const { net, node, bob, receiver } = setup
  receiver.repeats = false
  const first = say(setup, 1)
  await net.clock.run(() => first.fate.includes('sent'))
  net.faults.resetStreams(node, bob.node)
  await net.clock.advance(10)
  assert.deepEqual(first.fate, ['taken', 'sent', 'lost StreamResetError'])

  const raw = await net.run(bob.open(node))
  raw.stream.send(frameOf(wantMessage(1)))
  await net.clock.run(() => receiver.events.includes('message'))
  const second = say(setup, 2)
  await net.clock.advance(10)
  assert.deepEqual(second.fate, ['taken', 'sent'])
  assert.equal(receiver.events.filter(event => event.startsWith('unreachable')).length, 0)
})
