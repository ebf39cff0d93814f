import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { test } from 'node:test'
import { StreamCloseEvent } from '@libp2p/interface'
import type { MessageStream } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { quietLogger } from '../node/quiet-logger.ts'
import { TlsConnection } from './tls-connection.ts'

const RECORD = 16_384

interface Setting {
  socket: Duplex
  connection: TlsConnection
  transport: EventTarget
  /** Sizes of what was handed on. */
  came: number[]
  /** Sizes of what was written in one go. */
  written: number[]
  aborted: Error[]
}

function setUp (): Setting {
  const [came, written, aborted]: [number[], number[], Error[]] = [[], [], []]
  const socket = new Duplex({
    read () {},
    write (chunk: Uint8Array, _encoding, done) {
      written.push(chunk.length)
      done()
    },
    writev (chunks, done) {
      written.push(chunks.reduce((sum, { chunk }) => sum + (chunk as Uint8Array).length, 0))
      done()
    }
  })
  const transport = Object.assign(new EventTarget(), {
    log: quietLogger({})?.forComponent('test'),
    inactivityTimeout: 1000,
    maxReadBufferLength: 4_194_304,
    direction: 'inbound',
    close: async () => {},
    sendClose: async () => {},
    sendReset: () => {},
    abort: (error: Error) => { aborted.push(error) }
  })
  const connection = new TlsConnection(transport as unknown as MessageStream, Object.assign(socket, { destroySoon: () => { socket.end(() => { socket.destroy() }) } }) as unknown as TLSSocket)

  connection.addEventListener('message', ({ data }) => { came.push(data.byteLength) })

  return { socket, connection, transport, came, written, aborted }
}

/** As Node does for records that are read in one turn: each is told at once. */
function read ({ socket }: Setting, records: number, size = RECORD): void {
  for (let i = 0; i < records; i++) {
    socket.emit('data', Buffer.alloc(size))
  }
}

test('what comes in a turn is handed on at its end, together', async () => {
  const setting = setUp()

  read(setting, 3, 100)
  assert.deepEqual(setting.came, [])
  await setImmediate()
  assert.deepEqual(setting.came, [300])
  read(setting, 1, 100)
  await setImmediate()
  assert.deepEqual(setting.came, [300, 100])
})

test('of much that comes in a turn the first is not kept for the last, and the more comes the more goes together', async () => {
  const setting = setUp()

  read(setting, 60)
  assert.deepEqual(setting.came.map(size => size / RECORD), [8, 16, 32])
  await setImmediate()
  assert.deepEqual(setting.came.map(size => size / RECORD), [8, 16, 32, 4])

  read(setting, 30)
  await setImmediate()
  assert.deepEqual(setting.came.slice(4).map(size => size / RECORD), [30], 'as much comes as before')

  read(setting, 1)
  await setImmediate()
  read(setting, 9)
  assert.deepEqual(setting.came.slice(5).map(size => size / RECORD), [1, 8], 'a turn with little between')
  await setImmediate()
})

test('when the transport ends what has come is handed on before', async () => {
  const setting = setUp()
  const order: unknown[] = []

  setting.connection.addEventListener('message', ({ data }) => { order.push(data.byteLength) })
  setting.connection.addEventListener('close', ({ error, local }) => { order.push([error?.name, local]) })
  read(setting, 2, 50)
  setting.transport.dispatchEvent(new StreamCloseEvent())
  assert.deepEqual(order, [100, [undefined, undefined]])
  await setImmediate()
  assert.equal(order.length, 2)
})

test('how the transport ended is told: by itself, by an error here, by a reset there', () => {
  for (const [event, expected] of [
    [new StreamCloseEvent(), 'closed'],
    [new StreamCloseEvent(true, new Error('here')), 'aborted'],
    [new StreamCloseEvent(false, new Error('there')), 'reset']
  ] as const) {
    const { transport, connection, socket } = setUp()

    transport.dispatchEvent(event)
    assert.equal(connection.status, expected)
    assert.equal(socket.destroyed, true)
  }
})

test('what is sent in one call leaves in one piece, be there room or not', async () => {
  const { connection, written, socket } = setUp()

  assert.equal(connection.send(new Uint8ArrayList(new Uint8Array(12), new Uint8Array(65_536), new Uint8Array(5))), false)
  assert.deepEqual(written, [65_553])
  await once(socket, 'drain')
  assert.equal(connection.send(new Uint8ArrayList(new Uint8Array(12), new Uint8Array(10))), true)
  assert.deepEqual(written, [65_553, 22])
})

/** Of yamux, without data. */
const HEADER = new Uint8Array(12)

test('a frame without data waits for what is sent in the same turn or the next, and no longer', async () => {
  const { connection, written } = setUp()

  connection.send(HEADER)
  connection.send(HEADER)
  await setImmediate()
  assert.deepEqual(written, [])
  connection.send(new Uint8Array(100))
  assert.deepEqual(written, [124])

  connection.send(HEADER)
  await setImmediate()
  await setImmediate()
  assert.deepEqual(written, [124, 12])
  await setImmediate()
  connection.send(new Uint8Array(13))
  assert.deepEqual(written, [124, 12, 13])
})

test('of a frame without data that waits each has the same time, whatever waited before', async () => {
  const { connection, written } = setUp()

  connection.send(HEADER)
  connection.send(new Uint8Array(100))
  await setImmediate()
  connection.send(HEADER)
  await setImmediate()
  assert.deepEqual(written, [112])
  connection.send(new Uint8Array(100))
  assert.deepEqual(written, [112, 112])
})

test('a frame without data does not wait while much comes: the peer may be waiting for it', async () => {
  const setting = setUp()

  read(setting, 7)
  setting.connection.send(HEADER)
  read(setting, 7)
  assert.deepEqual(setting.written, [])
  read(setting, 1)
  assert.deepEqual(setting.written, [12])
  await setImmediate()
  await setImmediate()
  assert.deepEqual(setting.written, [12])
})

test('a frame without data that waits is written before the connection ends', async () => {
  const { connection, written, socket } = setUp()

  connection.send(HEADER)
  await connection.close()
  assert.deepEqual([written, socket.destroyed], [[12], true])
})

test('a connection that is closed or reset takes its socket and its transport with it', async () => {
  const [closed, reset] = [setUp(), setUp()]

  await closed.connection.close()
  assert.deepEqual([closed.socket.destroyed, closed.aborted], [true, []])
  await closed.connection.close()

  const error = new Error('enough')

  reset.connection.abort(error)
  assert.deepEqual([reset.socket.destroyed, reset.aborted], [true, [error]])
})
