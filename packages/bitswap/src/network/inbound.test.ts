import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Uint8ArrayList } from 'uint8arraylist'
import { blockMessage, emptyMessage, wantMessage } from '../../test/support/scripted-receiver.ts'
import { detach } from '../core/detach.ts'
import { encodeFrame } from '../message/frame.ts'
import type { Message, ReceivedMessage } from '../message/message.ts'
import { silentLogger } from '../testing/silent-logger.ts'
import { VirtualNetwork } from '../testing/virtual-network.ts'
import { Inbound } from './inbound.ts'
import type { InboundOwner } from './inbound.ts'
import { InboundBudget } from './inbound-budget.ts'
import { InboundTotal } from './inbound-total.ts'
import type { NetworkStream } from './network.ts'
import type { NetworkInit } from './options.ts'
import { resolveNetworkOptions } from './resolve-options.ts'

const log = silentLogger().forComponent('test')

/** Closes our half when theirs has ended, as the messenger does, and writes all down. */
class Owner implements InboundOwner {
  readonly events: string[] = []
  readonly messages: ReceivedMessage[] = []
  bytes = 0
  /** After how many messages it had caught up, each time. */
  readonly caughtUpAt: number[] = []
  stream: NetworkStream | undefined
  /** What `messageReceived` returns. */
  answer: (() => void | Promise<void>) | undefined

  /** What `whenReadable` returns. */
  readable: (() => Promise<void> | undefined) | undefined

  messageGrew (): void {}

  whenReadable (): Promise<void> | undefined {
    return this.readable?.()
  }

  bytesReceived (size: number): void {
    this.bytes += size
  }

  messageReceived (message: ReceivedMessage): void | Promise<void> {
    this.events.push('message')
    this.messages.push(message)

    return this.answer?.()
  }

  caughtUp (): void {
    this.caughtUpAt.push(this.messages.length)
  }

  malformed (error: Error): void {
    this.events.push(`malformed ${error.name}`)
  }

  ended (): void {
    this.events.push('ended')
    detach(Promise.resolve(this.stream?.close()), log, 'closing')
  }

  closed (error?: Error): void {
    this.events.push(error == null ? 'closed' : `closed ${error.name}`)
  }
}

interface Setup {
  net: VirtualNetwork
  budget: InboundBudget
  /** Opens a stream on which whatever is sent goes through an {@link Inbound}. */
  open (): Promise<{ near: NetworkStream, owner: Owner, ends: string[] }>
}

async function setUp (init: NetworkInit = {}, network: ConstructorParameters<typeof VirtualNetwork>[0] = {}): Promise<Setup> {
  const net = new VirtualNetwork(network)
  const options = resolveNetworkOptions(init)
  const budget = new InboundBudget(options.peerBufferSize, new InboundTotal(options.totalBufferSize))
  const [alice, bob] = [net.createNode(), net.createNode()]
  const owners: Owner[] = []
  const idle = { peerConnected: () => {}, peerDisconnected: () => {} }
  await alice.start({ ...idle, streamOpened: () => {} })
  await bob.start({
    ...idle,
    streamOpened: (_, stream) => {
      const owner = new Owner()
      owner.stream = stream
      owners.push(owner)
      stream.read(new Inbound(stream, { log, budget, owner }, options))
    }
  })
  net.connect(alice, bob)

  return {
    net,
    budget,
    open: async () => {
      const near = await net.clock.run(alice.openStream(bob.self))
      const ends: string[] = []
      near.read({ data: () => {}, ended: () => { ends.push('ended') }, closed: error => { ends.push(`closed ${error?.name}`) } })

      return { near, owner: owners.at(-1) as Owner, ends }
    }
  }
}

function frame (message: Message): Uint8Array {
  return encodeFrame(message, 'v1').slice()
}

test('messages come one by one and in order, however their bytes are cut', async () => {
  for (const [segmentSize, caughtUpAt] of [[1, [1, 2, 3]], [7, [2, 3]], [65_536, [3]]] as const) {
    const { net, open } = await setUp({}, { segmentSize })
    const { near, owner } = await open()
    const bytes = new Uint8ArrayList(...[1, 2, 3].map(seed => frame(blockMessage(seed, seed * 10))))
    near.send(bytes)
    await net.clock.run()
    assert.deepEqual(owner.messages.map(message => message.blocks[0]?.bytes.byteLength), [10, 20, 30])
    assert.equal(owner.bytes, bytes.byteLength)
    near.send(frame(blockMessage(4, 16_384)))
    await net.clock.run()
    assert.deepEqual(owner.caughtUpAt, caughtUpAt, 'not after a large one')
  }
})

test('all messages of a piece come in the turn of the piece when nobody wants to be waited for', async () => {
  const { net, open } = await setUp()
  const { near, owner } = await open()
  let turns = 0
  owner.answer = () => { net.clock.soon(() => { turns++ }) }
  near.send(new Uint8ArrayList(frame(wantMessage(1)), frame(wantMessage(2)), frame(emptyMessage())))
  await net.clock.run(() => turns > 0)
  assert.equal(owner.messages.length, 3)
})

test('the next message waits until the last was dealt with; other streams do not', async () => {
  const { net, open } = await setUp()
  const [slow, other] = [await open(), await open()]
  const dealtWith = Promise.withResolvers<void>()
  slow.owner.answer = async () => { await dealtWith.promise }
  slow.near.send(new Uint8ArrayList(frame(wantMessage(1)), frame(wantMessage(2))))
  other.near.send(frame(wantMessage(3)))
  await net.clock.run()
  assert.deepEqual([slow.owner.messages.length, other.owner.messages.length], [1, 1])
  dealtWith.resolve()
  await net.clock.run()
  assert.equal(slow.owner.messages.length, 2)
})

test('a message whose receiver fails does not hold up the next', async () => {
  const { net, open } = await setUp()
  const { near, owner } = await open()
  owner.answer = async () => { throw new Error('a bug') }
  near.send(new Uint8ArrayList(frame(wantMessage(1)), frame(wantMessage(2))))
  await net.clock.run()
  assert.equal(owner.messages.length, 2)
})

test('what piles up while a message is dealt with is bounded: the stream is paused one byte past the limit, and then goes on', async () => {
  const size = frame(blockMessage(1, 100)).byteLength

  for (const over of [0, 1]) {
    const { net, open } = await setUp({ inboundBufferSize: size - over }, { window: size })
    const { near, owner } = await open()
    const dealtWith = Promise.withResolvers<void>()
    owner.answer = async () => { await dealtWith.promise }
    near.send(frame(blockMessage(1, 100)))
    await net.clock.run()
    near.send(frame(blockMessage(2, 100))) // fills the buffer to the limit, or one past it
    await net.clock.run()
    near.send(new Uint8Array(size)) // fills the window if nothing is read
    near.send(new Uint8Array(1))
    await net.clock.run()
    assert.equal(near.unsent, over)
    dealtWith.resolve()
    await net.clock.run()
    assert.equal(near.unsent, 0)
  }
})

test('a message larger than what may pile up gets through: it is not piling up but coming', async () => {
  const { net, open } = await setUp({ inboundBufferSize: 10 }, { window: 100 })
  const { near, owner } = await open()
  near.send(frame(blockMessage(1, 5_000)))
  await net.clock.run()
  assert.equal(owner.messages.length, 1)
})

test('bytes that are no message reset the stream, and nothing more is taken from it', async () => {
  const { net, open } = await setUp()
  const { near, owner, ends } = await open()
  near.send(new Uint8ArrayList(frame(wantMessage(1)), Uint8Array.of(3, 0xff, 0xff, 0xff), frame(wantMessage(2))))
  await net.clock.run()
  assert.deepEqual(owner.events, ['message', 'malformed MalformedMessageError', 'closed MalformedMessageError'])
  assert.deepEqual(ends, ['closed StreamResetError'])
})

test('a message may be as large as allowed, and not a byte larger: that resets the stream before it has come', async () => {
  const message = blockMessage(1, 1_000)
  const size = encodeFrame(message, 'v1').byteLength - 2

  for (const over of [0, 1]) {
    const { net, open } = await setUp({ maxMessageSize: size - over })
    const { near, owner } = await open()
    near.send(frame(message).subarray(0, 2))
    await net.clock.run()
    assert.deepEqual(owner.events, over === 0 ? [] : ['malformed MessageTooLargeError', 'closed MessageTooLargeError'])

    if (over === 0) {
      near.send(frame(message).subarray(2))
      await net.clock.run()
      assert.deepEqual(owner.events, ['message'])
    }
  }
})

test('a stream may be idle for a day', async () => {
  const { net, open } = await setUp()
  const { near, owner, ends } = await open()
  near.send(frame(wantMessage(1)))
  await net.clock.advance(86_400_000)
  near.send(frame(wantMessage(2)))
  await net.clock.run()
  assert.equal(owner.messages.length, 2)
  assert.deepEqual(ends, [])
})

test('when the peer ends its side ours is ended too, once all its messages were dealt with', async () => {
  const { net, open } = await setUp()
  const { near, owner, ends } = await open()
  const dealtWith = Promise.withResolvers<void>()
  owner.answer = async () => { await dealtWith.promise }
  near.send(new Uint8ArrayList(frame(wantMessage(1)), frame(wantMessage(2))))
  await near.close()
  await net.clock.run()
  assert.deepEqual(owner.events, ['message'])
  assert.deepEqual(ends, [])
  dealtWith.resolve()
  await net.clock.run()
  assert.deepEqual(owner.events, ['message', 'message', 'ended', 'closed'])
  assert.deepEqual(ends, ['ended', 'closed undefined'])
})

test('a stream that ends within a message counts as malformed', async () => {
  const { net, open } = await setUp()
  const { near, owner, ends } = await open()
  near.send(new Uint8ArrayList(frame(wantMessage(1)), frame(wantMessage(2)).subarray(0, -1)))
  await near.close()
  await net.clock.run()
  assert.deepEqual(owner.events, ['message', 'malformed MalformedMessageError', 'closed MalformedMessageError'])
  assert.deepEqual(ends, ['closed StreamResetError'])
})

test('after a reset the messages that had come are still handed over, and the rest of one is nobody’s fault', async () => {
  const { net, open, budget } = await setUp()
  const { near, owner } = await open()
  const dealtWith = Promise.withResolvers<void>()
  owner.answer = async () => { await dealtWith.promise }
  near.send(new Uint8ArrayList(frame(wantMessage(1)), frame(wantMessage(2)), frame(wantMessage(3)).subarray(0, 5)))
  await net.clock.run()
  near.abort(new Error('enough'))
  await net.clock.run()
  assert.ok(budget.used > 0)
  dealtWith.resolve()
  await net.clock.run()
  assert.deepEqual(owner.events, ['message', 'closed StreamResetError', 'message'])
  assert.equal(budget.used, 0)
})

test('over its budget nothing more is read from a peer but on the stream that began first, until there is room', async () => {
  const bytes = frame(blockMessage(1, 1_002)) // an even number of bytes in all
  const half = bytes.byteLength / 2

  for (const over of [0, 1]) {
    const { net, open, budget } = await setUp({ peerBufferSize: 3 * half - over })
    const [first, second, third] = [await open(), await open(), await open()]
    const received = (): number[] => [first, second, third].map(({ owner }) => owner.messages.length)

    for (const { near } of [first, second, third]) {
      near.send(bytes.subarray(0, half))
      await net.clock.run()
    }

    assert.equal(budget.used, 3 * half)
    third.near.send(bytes.subarray(half))
    await net.clock.run()
    assert.deepEqual(received(), [0, 0, over === 0 ? 1 : 0])
    first.near.send(bytes.subarray(half))
    await net.clock.run()
    assert.deepEqual(received(), [1, 0, 1])
    second.near.send(bytes.subarray(half))
    await net.clock.run()
    assert.deepEqual(received(), [1, 1, 1])
    assert.equal(budget.used, 0)
  }
})

test('a message that is being dealt with counts towards the budget', async () => {
  const { net, open, budget } = await setUp()
  const { near, owner } = await open()
  const dealtWith = Promise.withResolvers<void>()
  owner.answer = async () => { await dealtWith.promise }
  near.send(frame(blockMessage(1, 1_000)))
  await net.clock.run()
  assert.equal(budget.used, owner.messages[0]?.size)
  dealtWith.resolve()
  await net.clock.run()
  assert.equal(budget.used, 0)
})
