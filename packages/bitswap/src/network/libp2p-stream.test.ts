import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settled } from '../../test/fake-libp2p.ts'
import { FakeStream } from '../../test/fake-stream.ts'
import { setupStream, state, wrapStream } from '../../test/stream-setup.ts'
import { MAX_PAUSED_SIZE } from './libp2p-stream.ts'
import { BitswapProtocol } from './protocols.ts'

const bytes = (size: number): Uint8Array => new Uint8Array(size)

test('bytes arrive, then the end, then nothing more', async () => {
  const { fake, stream, told } = setupStream()

  fake.arrive(bytes(3))
  fake.arrive(bytes(2))
  fake.remoteEnd()
  await settled()
  assert.deepEqual(told, ['data 3', 'data 2', 'ended'])

  await stream.close()
  await settled()
  assert.deepEqual(told, ['data 3', 'data 2', 'ended', 'closed well'])
})

test('an end that is told before the last bytes is passed on after them', async () => {
  const { fake, told } = setupStream()

  // yamux: the flag is read before the data of the frame that carries it
  fake.remoteEnd()
  fake.arrive(bytes(5))
  await settled()

  assert.deepEqual(told, ['data 5', 'ended'])
})

test('bytes and end that came before the stream was handed over are not lost', async () => {
  const fake = new FakeStream(BitswapProtocol.V120)
  fake.arrive(bytes(4))
  fake.remoteEnd()

  const { read, told } = wrapStream(fake)
  read()
  assert.deepEqual(told, [], 'nobody is called from within read')

  await settled()
  assert.deepEqual(told, ['data 4', 'ended'])
})

test('a stream that was reset before it was handed over is closed with an error, after read', async () => {
  const fake = new FakeStream(BitswapProtocol.V120)
  fake.remoteReset()

  const { read, told, stream, released } = wrapStream(fake)
  read()
  assert.deepEqual(told, [])

  await settled()
  assert.deepEqual(told, ['closed StreamClosedError'])
  assert.equal(await state(stream.drained()), 'StreamClosedError')
  assert.equal(released(), 1)
})

test('a paused stream keeps what comes, and ends after it was read', async () => {
  const { fake, stream, told } = setupStream()

  stream.pause()
  stream.pause()
  fake.arrive(bytes(10))
  fake.remoteEnd()
  await settled()
  assert.deepEqual(told, [])

  stream.resume()
  stream.resume()
  await settled()
  assert.deepEqual(told, ['data 10', 'ended'])
})

test('a paused stream that both sides have ended is closed only after it was read', async () => {
  const { fake, stream, told, released } = setupStream()

  stream.pause()
  fake.arrive(bytes(10))
  fake.remoteEnd()
  await stream.close()
  await settled()
  assert.equal(fake.status, 'closed')
  assert.deepEqual(told, [])
  assert.equal(released(), 0)

  stream.resume()
  await settled()
  assert.deepEqual(told, ['data 10', 'ended', 'closed well'])
  assert.equal(released(), 1)
})

test('a paused stream that both sides have ended can still be aborted', async () => {
  const { fake, stream, told } = setupStream()

  stream.pause()
  fake.arrive(bytes(10))
  fake.remoteEnd()
  await stream.close()
  await settled()

  stream.abort(new RangeError('enough'))
  stream.resume()
  await settled()
  assert.deepEqual(told, ['closed RangeError'])
})

test('bytes that fail to be asked for on resume do not lose those that were kept', async () => {
  const { fake, stream, told } = setupStream()

  stream.pause()
  fake.arrive(bytes(10))
  fake.resume = () => {
    FakeStream.prototype.resume.call(fake)
    throw new Error('the connection is gone')
  }
  stream.resume()

  assert.deepEqual(told, ['data 10'])
})

test('pausing makes room for the window the peer was granted, and never makes less', () => {
  const { fake, stream } = setupStream()

  stream.pause()
  assert.equal(fake.maxReadBufferLength, MAX_PAUSED_SIZE)
  assert.ok(MAX_PAUSED_SIZE > 16 * 1024 * 1024)

  stream.resume()
  fake.maxReadBufferLength = MAX_PAUSED_SIZE + 1
  stream.pause()
  assert.equal(fake.maxReadBufferLength, MAX_PAUSED_SIZE + 1)
})

test('a reader that pauses from within data is handed no more until it resumes', async () => {
  const fake = new FakeStream(BitswapProtocol.V120)
  const { stream } = wrapStream(fake)
  const sizes: number[] = []

  stream.read({
    data: data => {
      sizes.push(data.byteLength)
      stream.pause()
    },
    ended: () => {},
    closed: () => {}
  })
  fake.arrive(bytes(1))
  fake.arrive(bytes(2))
  assert.deepEqual(sizes, [1])

  stream.resume()
  assert.deepEqual(sizes, [1, 2])
})

test('a reset closes with its error at once, and what was kept is dropped', async () => {
  const { fake, stream, told, released } = setupStream()

  stream.pause()
  fake.arrive(bytes(10))
  fake.remoteReset()
  assert.deepEqual(told, ['closed StreamResetError'])

  stream.resume()
  await settled()
  assert.deepEqual(told, ['closed StreamResetError'])
  assert.equal(released(), 1)
})

test('a connection that closes is an error unless both sides had ended', async () => {
  const open = setupStream()
  open.fake.transportClosed()
  assert.deepEqual(open.told, ['closed StreamClosedError'])

  const half = setupStream()
  half.fake.remoteEnd()
  await settled()
  half.fake.transportClosed()
  assert.deepEqual(half.told, ['ended', 'closed StreamClosedError'])

  const unsent = setupStream(0)
  unsent.stream.send(bytes(1))
  unsent.fake.remoteEnd()
  const closing = unsent.stream.close()
  await settled()
  unsent.fake.transportClosed()
  assert.deepEqual(unsent.told, ['ended', 'closed StreamClosedError'])
  assert.equal(await state(closing), 'StreamClosedError')
})

test('an abort closes once, with the error it was given', async () => {
  const { fake, stream, told, released } = setupStream()

  stream.abort(new RangeError('enough'))
  stream.abort(new Error('again'))
  await settled()

  assert.deepEqual(told, ['closed RangeError'])
  assert.equal(fake.status, 'aborted')
  assert.equal(released(), 1)
  assert.throws(() => stream.send(bytes(1)), { name: 'StreamClosedError' })
})

test('no listener is left on a stream that is over, however it ended', async () => {
  const reset = setupStream()
  assert.ok(reset.fake.listeners > 0)
  reset.fake.remoteReset()
  assert.equal(reset.fake.listeners, 0)

  const ended = setupStream()
  ended.fake.remoteEnd()
  await ended.stream.close()
  await settled()
  assert.equal(ended.fake.listeners, 0)

  const unread = wrapStream(new FakeStream(BitswapProtocol.V120))
  unread.stream.abort(new Error('nobody wants it'))
  assert.equal(unread.released(), 1)
  assert.equal(unread.fake.listeners, 0)
})
