/** How connections end: by whom, when, and what is told of it. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Connection, Libp2p, PeerId, PrivateKey } from '@libp2p/interface'
import type { TLSComponents } from '@libp2p/tls'
import { dialSecured } from '../../test/raw-tls.ts'
import { portOf, start, startWatched, watched } from '../../test/tls-hosts.ts'
import type { Encrypter, Outcome } from '../../test/tls-hosts.ts'
import { directTls } from './direct-tls.ts'

const TAKE = '/test/take/1.0.0'
/** More than a socket takes at once, in pieces that end nowhere near where that does. */
const [SIZE, PIECE] = [1_000_000, 16_000]

/** With what the first connection of a host ends: undefined when it ends well. */
async function ended (host: Libp2p): Promise<Error | undefined> {
  const { promise, resolve } = Promise.withResolvers<Error | undefined>()

  host.addEventListener('connection:open', ({ detail }) => {
    detail.addEventListener('close', ({ error }) => { resolve(error) })
  }, { once: true })

  return await promise
}

/** Sends it all, and is through when it has gone as far as can be known. */
async function sendAll (connection: Connection): Promise<void> {
  const stream = await connection.newStream(TAKE)

  for (let sent = 0; sent < SIZE; sent += PIECE) {
    if (!stream.send(Buffer.alloc(Math.min(PIECE, SIZE - sent)))) {
      await once(stream, 'drain')
    }
  }

  await stream.close()
}

test('what was sent before a connection is closed arrives, be there room for it or not, and both sides hear that it ended well', async t => {
  const { server } = await startWatched(t)
  const client = await start(t)
  const ends = [ended(server), ended(client)]
  let came = 0

  await server.handle(TAKE, stream => {
    stream.addEventListener('message', ({ data }) => { came += data.byteLength })
  })

  const connection = await client.dial(server.getMultiaddrs())

  await sendAll(connection)
  await connection.close()
  assert.deepEqual(await Promise.all(ends), [undefined, undefined])
  assert.equal(came, SIZE)
  assert.deepEqual([client.getConnections(), server.getConnections()], [[], []])
})

test('what is answered while a connection is being closed does not cut off what was sent before', async t => {
  const { server, secured } = await startWatched(t)
  const client = await start(t)
  const ends = [ended(server), ended(client)]
  const connection = await client.dial(server.getMultiaddrs())
  const closing = (await secured)?.close()

  // as a muxer does to a ping
  assert((await secured)?.send(Buffer.alloc(12)))
  await closing
  assert.deepEqual(await Promise.all(ends), [undefined, undefined])
  assert.equal(connection.status, 'closed')
})

test('what waits for room is written when the connection is closed', async t => {
  const { port, secured } = await startWatched(t)
  const { secured: other } = await dialSecured(t, port)
  let came = 0

  other.on('data', (bytes: Buffer) => { came += bytes.length })

  const connection = await secured

  assert.equal(connection?.send(Buffer.alloc(SIZE)), false)
  connection.send(Buffer.alloc(PIECE))
  assert.equal(connection.writeBufferLength, PIECE)
  await connection.close()
  await once(other, 'end')
  assert.equal(came, SIZE + PIECE)
})

for (const turns of [0, 1, 2]) {
  test(`a connection that is given up ${turns} turns after it was closed is closed`, async t => {
    const { server, secured } = await startWatched(t)
    const client = await start(t)
    const open = once(server, 'connection:open')
    const over = [server, client].map(async host => { await once(host, 'connection:close') })

    await client.dial(server.getMultiaddrs())
    await open

    const [connection] = server.getConnections()
    const closing = (await secured)?.close()

    for (let turn = 0; turn < turns; turn++) {
      await setImmediate()
    }

    connection?.abort(new Error('given up'))
    await closing
    await Promise.all(over)
  })
}

test('a connection that is given up is reset for the other side too', async t => {
  const { server, secured } = await startWatched(t)
  const client = await start(t)
  const end = ended(client)
  const open = once(server, 'connection:open')

  await client.dial(server.getMultiaddrs())
  await open
  ;(await secured)?.abort(new Error('given up'))
  assert.equal((await end as NodeJS.ErrnoException).code, 'ECONNRESET')
})

/** Has no certificate until the first connection has been closed by the other end. */
const signsOnceClosed: Encrypter = components => {
  const { promise: closed, resolve } = Promise.withResolvers<unknown>()
  const { privateKey: key } = components
  const sign: PrivateKey['sign'] = async data => await closed.then(async () => await key.sign(data))
  const privateKey = Object.create(key, { sign: { value: sign } }) as PrivateKey
  // some of the components are not there yet
  const inner = directTls()(Object.create(components, { privateKey: { value: privateKey } }) as TLSComponents)

  return {
    protocol: inner.protocol,
    secureOutbound: async (connection, options) => await inner.secureOutbound(connection, options),
    secureInbound: async (connection, options) => {
      connection.addEventListener('close', resolve)

      return await inner.secureInbound(connection, options)
    }
  }
}

/** Its socket is closed when the certificate of the first connection has been found good. */
const closesOnceVerified: Encrypter = components => {
  const inner = directTls()(components)

  return {
    protocol: inner.protocol,
    secureOutbound: async (connection, options) => await inner.secureOutbound(connection, options),
    secureInbound: async (connection, options) => {
      const remotePeer = Object.create(null, {
        equals: {
          value: () => {
            connection.abort(new Error('closed'))

            return true
          }
        }
      }) as PeerId

      return await inner.secureInbound(connection, { ...options, remotePeer })
    }
  }
}

test('a connection that was closed while the certificate was looked at is none', async t => {
  const outcome = Promise.withResolvers<Outcome>()
  const server = await start(t, { encrypter: watched(closesOnceVerified, outcome.resolve) })

  await dialSecured(t, portOf(server))
  assert.equal((await outcome.promise as Error).name, 'ConnectionClosedError')
})

const hangUps: Record<string, (socket: Socket) => void> = {
  ends: socket => { socket.end() },
  closes: socket => { socket.destroy() },
  resets: socket => { socket.resetAndDestroy() }
}

for (const [how, hangUp] of Object.entries(hangUps)) {
  test(`who ${how} as soon as the handshake is through, while the certificate is looked at, is not kept`, async t => {
    const { server, port, outcome } = await startWatched(t)
    const end = ended(server)
    const { socket, secured } = await dialSecured(t, port)

    await once(secured, 'secureConnect')
    hangUp(socket)

    if (await outcome === 'direct') {
      await end
    }

    assert.deepEqual(server.getConnections(), [])
  })

  test(`who ${how} while there is no certificate of ours yet is not waited for`, async t => {
    const outcome = Promise.withResolvers<Outcome>()
    const server = await start(t, { encrypter: watched(signsOnceClosed, outcome.resolve) })
    const { socket } = await dialSecured(t, portOf(server))

    await once(socket, 'data')
    hangUp(socket)
    assert(await outcome.promise instanceof Error)
  })
}

test('what is no tls, after the handshake, ends the connection with an error', async t => {
  const { server, port, outcome } = await startWatched(t)
  const end = ended(server)
  const { socket } = await dialSecured(t, port)

  assert.equal(await outcome, 'direct')
  socket.write(Buffer.alloc(1_000))
  assert.match(String((await end as NodeJS.ErrnoException).code), /^ERR_SSL/)
})
