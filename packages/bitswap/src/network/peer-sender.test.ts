import assert from 'node:assert/strict'
import { test } from 'node:test'
import { say, setUpMessenger } from '../../test/support/messenger-setup.ts'
import { frameOf } from '../testing/raw-peer.ts'
import { blockMessage, wantMessage } from '../../test/support/scripted-receiver.ts'
import { Lane } from './messenger-receiver.ts'
import { BitswapProtocol } from './protocols.ts'
import { resolveNetworkOptions } from './resolve-options.ts'
import { sendTimeout } from './send-timeout.ts'

test('a hundred wakes in one turn are one look, which finds all that is due', async () => {
  const { net, messenger, receiver, bob } = await setUpMessenger()

  for (let i = 0; i < 100; i++) {
    messenger.wake(bob.peer, Lane.Wants)
  }

  const letter = receiver.post(bob.peer, Lane.Wants, wantMessage(1)) // after the wakes, in the same turn
  await net.clock.run()
  assert.equal(receiver.takes, 1)
  assert.deepEqual(letter.fate, ['taken', 'sent'])
  assert.equal(bob.messages.length, 1)
})

test('what is said in answer does not wait for the end of the turn, and a hundred wakes are one message then too', async () => {
  const setup = await setUpMessenger()
  const { net, node, messenger, receiver, bob } = setup
  const question = say(setup, 1)
  await net.clock.run(() => question.fate.includes('sent'))
  const soon = net.clock.soon.bind(net.clock)
  const hurried: boolean[] = []
  net.clock.soon = (callback, hurry?: boolean) => {
    hurried.push(hurry === true)

    return soon(callback)
  }
  receiver.onMessage = () => {
    receiver.post(bob.peer, Lane.Wants, wantMessage(2))

    for (let i = 0; i < 100; i++) {
      messenger.wake(bob.peer, Lane.Wants)
    }
  }
  bob.say(node.self, blockMessage(1, 10))
  await net.clock.run()
  assert.equal(receiver.takes, 2)
  assert.equal(bob.messages.length, 2)
  assert.deepEqual(hurried, [false, true])
})

test('no stream is opened when nothing is due', async () => {
  const { net, messenger, receiver, bob } = await setUpMessenger()
  messenger.wake(bob.peer, Lane.Wants)
  messenger.wake(bob.peer, Lane.Blocks)
  await net.clock.run()
  assert.equal(bob.streams.length, 0)
  assert.equal(receiver.takes, 0)
})

test('fifty messages go over one stream, one a turn, in order', async () => {
  const { net, messenger, receiver, bob } = await setUpMessenger({ network: { latency: 10 } })
  const letters = Array.from({ length: 50 }, (_, i) => receiver.post(bob.peer, Lane.Wants, wantMessage(i)))
  let turns = 0
  const count = (): void => {
    turns++

    if (letters.some(({ fate }) => !fate.includes('sent'))) {
      net.clock.soon(count)
    }
  }

  messenger.wake(bob.peer, Lane.Wants)
  await net.clock.run(() => receiver.takes > 0)
  count()
  await net.clock.run()
  assert.ok(turns >= 49, `${turns} turns`)
  assert.deepEqual(letters.map(({ fate }) => fate.join()), letters.map(() => 'taken,sent'))
  assert.deepEqual(bob.messages.map(message => message.wants[0]?.cid.toString()), letters.map(({ message }) => message.wants[0]?.cid.toString()))
  assert.equal(messenger.stats.streamsOpened, 1)
  assert.equal(bob.streams.length, 1)
})

test('each lane has its stream: wants pass while the peer does not read blocks', async () => {
  const { net, messenger, receiver, bob } = await setUpMessenger({ network: { window: 1_000 } })
  bob.onStream = (stream, number) => {
    if (number === 0) {
      stream.pause()
    }
  }
  const blocks = receiver.post(bob.peer, Lane.Blocks, blockMessage(1, 5_000))
  messenger.wake(bob.peer, Lane.Blocks)
  await net.clock.advance(1)
  assert.deepEqual(blocks.fate, ['taken'])

  const wants = receiver.post(bob.peer, Lane.Wants, wantMessage(1))
  messenger.wake(bob.peer, Lane.Wants)
  await net.clock.advance(1)
  assert.deepEqual(wants.fate, ['taken', 'sent'])
  assert.deepEqual(blocks.fate, ['taken'])

  bob.streams[0]?.stream.resume()
  await net.clock.advance(1)
  assert.deepEqual(blocks.fate, ['taken', 'sent'])
})

test('a message is sent in pieces, each when there is room, and counts as sent when all is taken', async () => {
  const { net, messenger, receiver, bob } = await setUpMessenger({ network: { window: 1_000 }, options: { pieceSize: 600 } })
  bob.onStream = stream => { stream.pause() }
  const letter = receiver.post(bob.peer, Lane.Wants, blockMessage(1, 2_500))
  messenger.wake(bob.peer, Lane.Wants)
  await net.clock.advance(1)
  const [raw] = bob.streams
  assert.ok(raw != null)
  raw.stream.resume()
  await net.clock.advance(1)
  assert.deepEqual(letter.fate, ['taken', 'sent'])
  assert.ok(raw.pieces.every(size => size <= 600), String(raw.pieces))
  assert.equal(raw.messages[0]?.blocks[0]?.bytes.byteLength, 2_500)
})

test('the next blocks are taken while the last drain, one message ahead; wants are not', async () => {
  for (const lane of [Lane.Blocks, Lane.Wants]) {
    const { net, messenger, receiver, bob } = await setUpMessenger({ network: { window: 1_000 }, options: { pieceSize: 1_500 } })
    bob.onStream = stream => { stream.pause() }
    const letters = [1, 2, 3].map(seed => receiver.post(bob.peer, lane, blockMessage(seed, 5_000)))
    messenger.wake(bob.peer, lane)
    await net.clock.advance(1)
    assert.deepEqual(letters.map(({ fate }) => fate.join()), lane === Lane.Blocks ? ['taken', 'taken', ''] : ['taken', '', ''])
    bob.streams[0]?.stream.resume()
    await net.clock.advance(1)
    assert.deepEqual(letters.map(({ fate }) => fate.join()), ['taken,sent', 'taken,sent', 'taken,sent'])
    assert.equal(bob.messages.length, 3)
  }
})

test('reading the store and writing to the wire take the time of the longer, not of both', async () => {
  const { net, messenger, receiver, bob } = await setUpMessenger({ network: { window: 1_000, latency: 5 } })
  receiver.takeDelay = 20
  const letters = Array.from({ length: 10 }, (_, i) => receiver.post(bob.peer, Lane.Blocks, blockMessage(i, 2_900))) // three round trips of 10 ms each
  messenger.wake(bob.peer, Lane.Blocks)
  await net.clock.run(() => letters.every(({ fate }) => fate.includes('sent')))
  assert.ok(net.clock.now() < 10 + 20 + 10 * 31, `${net.clock.now()} ms`)
})

test('a peer that takes no bytes has the time that the size of the message allows, and then loses it', async () => {
  const options = resolveNetworkOptions()
  const { net, messenger, receiver, bob } = await setUpMessenger({ network: { window: 1_000 }, options: { sendAttempts: 1 } })
  bob.onStream = stream => { stream.pause() }
  receiver.repeats = false
  const letter = receiver.post(bob.peer, Lane.Blocks, blockMessage(1, 262_144))
  const timeout = sendTimeout(frameOf(letter.message).byteLength, options)
  messenger.wake(bob.peer, Lane.Blocks)
  await net.clock.advance(timeout - 1)
  assert.deepEqual(letter.fate, ['taken'])
  await net.clock.advance(2)
  assert.deepEqual(letter.fate, ['taken', 'lost StreamTimeoutError'])
  assert.deepEqual(bob.streams[0]?.events, ['closed StreamResetError'])
  assert.equal(messenger.stats.sendFailures, 1)
})

test('a peer that takes some bytes and then none has its time from then on, and an eighth', async () => {
  const options = resolveNetworkOptions()
  const { net, messenger, receiver, bob } = await setUpMessenger({ network: { window: 50_000 }, options: { sendAttempts: 1 } })
  bob.onStream = stream => { stream.pause() }
  receiver.repeats = false
  const letter = receiver.post(bob.peer, Lane.Blocks, blockMessage(1, 262_144))
  const timeout = sendTimeout(frameOf(letter.message).byteLength, options)
  messenger.wake(bob.peer, Lane.Blocks)
  await net.clock.advance(timeout / 2)
  bob.streams[0]?.stream.resume()
  bob.streams[0]?.stream.pause()
  await net.clock.advance(timeout - 1)
  assert.deepEqual(letter.fate, ['taken'])
  await net.clock.advance(timeout / 8 + 1)
  assert.deepEqual(letter.fate, ['taken', 'lost StreamTimeoutError'])
})

test('a peer that takes no bytes at any attempt is unreachable', async () => {
  const { net, messenger, receiver, bob } = await setUpMessenger({ network: { window: 10 } })
  bob.onStream = stream => { stream.pause() }
  const letter = receiver.post(bob.peer, Lane.Blocks, blockMessage(1, 100))
  messenger.wake(bob.peer, Lane.Blocks)
  await net.clock.run(10_000 + 100 + 10_000 + 200 + 10_000 - 1)
  assert.deepEqual(receiver.events.slice(1), [])
  await net.clock.advance(1)
  assert.deepEqual(letter.fate, ['taken', 'lost StreamTimeoutError', 'taken', 'lost StreamTimeoutError', 'taken', 'lost StreamTimeoutError'])
  assert.deepEqual(receiver.events.slice(1), ['unreachable StreamTimeoutError'])
  assert.equal(messenger.stats.unreachable, 1)
})

test('a message that is too large is lost and not tried for ever', async () => {
  const { net, messenger, receiver, bob } = await setUpMessenger()
  const letter = receiver.post(bob.peer, Lane.Blocks, blockMessage(1, 4 * 1024 * 1024))
  messenger.wake(bob.peer, Lane.Blocks)
  await net.clock.run()
  assert.equal(letter.fate.filter(step => step === 'lost MessageTooLargeError').length, 3)
  assert.deepEqual(receiver.events.slice(1), ['unreachable MessageTooLargeError'])
})

test('peers of the old protocols are sent bare blocks', async () => {
  for (const protocol of [BitswapProtocol.V100, BitswapProtocol.Unversioned, BitswapProtocol.V110]) {
    const { net, messenger, receiver, bob } = await setUpMessenger({ protocols: [protocol] })
    receiver.post(bob.peer, Lane.Blocks, blockMessage(1, 10))
    messenger.wake(bob.peer, Lane.Blocks)
    await net.clock.run()
    assert.deepEqual(receiver.protocols, [protocol])
    assert.equal(bob.messages[0]?.blocks[0]?.prefix.version, protocol === BitswapProtocol.V110 ? 1 : 0)
  }
})

test('a message taken ahead for one protocol is not sent over another', async () => {
  const { net, messenger, receiver, bob } = await setUpMessenger({ network: { window: 1_000 } })
  bob.onStream = stream => { stream.pause() }
  const letters = [1, 2].map(seed => receiver.post(bob.peer, Lane.Blocks, blockMessage(seed, 5_000)))
  messenger.wake(bob.peer, Lane.Blocks)
  await net.clock.advance(1)
  assert.deepEqual(letters.map(({ fate }) => fate.join()), ['taken', 'taken'])

  bob.onStream = undefined
  bob.node.protocols = [BitswapProtocol.V100]
  bob.streams[0]?.stream.abort(new Error('changed my mind'))
  await net.clock.run()
  assert.deepEqual(letters.map(({ fate }) => fate.at(-1)), ['sent', 'sent'])
  assert.ok(letters[1]?.fate.includes('lost StreamClosedError'))
  assert.deepEqual(bob.messages.map(message => message.blocks[0]?.prefix.version), [0, 0])
})

test('a receiver that fails to make a message stops nothing', async () => {
  const { net, messenger, receiver, bob } = await setUpMessenger()
  const take = receiver.takeOutgoing.bind(receiver)
  let failures = 0
  receiver.takeOutgoing = (peer, lane, protocol) => {
    if (++failures === 1) {
      throw new Error('a bug')
    }

    return failures === 2 ? Promise.reject(new Error('the store is broken')) : take(peer, lane, protocol)
  }
  const letter = receiver.post(bob.peer, Lane.Blocks, blockMessage(1, 10))

  for (let i = 0; i < 3; i++) {
    messenger.wake(bob.peer, Lane.Blocks)
    await net.clock.run()
  }

  assert.equal(failures, 3)
  assert.deepEqual(letter.fate, ['taken', 'sent'])
})

test('a message that could not be made ahead stops nothing either', async () => {
  const { net, messenger, receiver, bob } = await setUpMessenger({ network: { window: 1_000 } })
  const take = receiver.takeOutgoing.bind(receiver)
  let takes = 0
  receiver.takeOutgoing = (peer, lane, protocol) => ++takes === 2 ? Promise.reject(new Error('the store is broken')) : take(peer, lane, protocol)
  bob.onStream = stream => { stream.pause() }
  const letters = [1, 2].map(seed => receiver.post(bob.peer, Lane.Blocks, blockMessage(seed, 5_000)))
  messenger.wake(bob.peer, Lane.Blocks)
  await net.clock.advance(1)
  assert.equal(takes, 2)
  bob.streams[0]?.stream.resume()
  await net.clock.advance(1)
  messenger.wake(bob.peer, Lane.Blocks)
  await net.clock.run()
  assert.deepEqual(letters.map(({ fate }) => fate.join()), ['taken,sent', 'taken,sent'])
})
