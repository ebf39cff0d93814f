/** Real connections over loopback: with each other, with the tls of libp2p, and with ends that misbehave in the handshake. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Connection, Metrics, Stream } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tls } from '@libp2p/tls'
import { multiaddr } from '@multiformats/multiaddr'
import { dialAndChoose, dialSecured, eager, listenAndChoose } from '../../test/raw-tls.ts'
import { closed, start, startWatched, watched } from '../../test/tls-hosts.ts'
import type { Encrypter, Outcome } from '../../test/tls-hosts.ts'
import { directTls } from './direct-tls.ts'

const ECHO = '/test/echo/1.0.0'
/** More than fits any window or buffer on the way. */
const SIZE = 8_388_608

const counter = { increment: () => {}, decrement: () => {}, update: () => {}, reset: () => {}, timer: () => () => {}, observe: () => {} }
/** Takes whatever is counted. */
const NO_METRICS = new Proxy({}, { get: () => () => counter }) as Metrics

function echo (stream: Stream): void {
  stream.addEventListener('message', ({ data }) => {
    if (!stream.send(data)) {
      stream.pause()
      stream.addEventListener('drain', () => { stream.resume() }, { once: true })
    }
  })
}

/** @returns what comes back, until it is as much */
async function exchange (connection: Connection, bytes: Uint8Array): Promise<Buffer> {
  const stream = await connection.newStream(ECHO)
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  const back = Buffer.alloc(bytes.length)
  let size = 0

  stream.addEventListener('message', ({ data }) => {
    back.set(data.subarray(), size)
    size += data.byteLength

    if (size === back.length) {
      resolve(back)
    }
  })

  for (let at = 0; at < bytes.length; at += 65_536) {
    if (!stream.send(bytes.subarray(at, at + 65_536))) {
      await once(stream, 'drain')
    }
  }

  return await promise
}

function patterned (size: number): Buffer {
  const bytes = Buffer.alloc(size)

  for (let at = 0; at < size; at += 4) {
    bytes.writeUInt32LE(at, at)
  }

  return bytes
}

const pairs: Array<[string, Encrypter, Encrypter, Outcome[]]> = [
  ['both ends', directTls(), directTls(), ['direct', 'direct']],
  ['the end that dials', directTls(), tls(), ['direct', 'usual']],
  ['the end that listens', tls(), directTls(), ['direct', 'usual']]
]

for (const [who, dials, listens, expected] of pairs) {
  test(`straight on the socket at ${who}: the muxer is agreed on in the handshake, all bytes arrive both ways`, async t => {
    const outcomes: Outcome[] = []
    const tell = (outcome: Outcome): void => { outcomes.push(outcome) }
    const server = await start(t, { encrypter: watched(listens, tell) })
    const client = await start(t, { encrypter: watched(dials, tell) })
    const connection = await client.dial(server.getMultiaddrs())
    const bytes = patterned(SIZE)

    await server.handle(ECHO, echo)
    assert.equal(connection.encryption, '/tls/1.0.0')
    assert.equal(connection.multiplexer, '/yamux/1.0.0')
    assert(connection.remotePeer.equals(server.peerId))
    assert(bytes.equals(await exchange(connection, bytes)))
    assert(server.getConnections(client.peerId)[0]?.remotePeer.equals(client.peerId))
    assert.deepEqual(outcomes.map(String).toSorted((a, b) => a < b ? -1 : 1), expected)
  })
}

test('what is sent along with the choice of tls is not lost, and who stops in the turn in which the handshake ends does no harm', async t => {
  const { server, port, outcome } = await startWatched(t)
  const { secured } = await dialSecured(t, port)

  assert.equal(await outcome, 'direct')
  assert.equal(secured.alpnProtocol, '/yamux/1.0.0')
  // the end of the handshake is being dealt with below: the process does not survive it when what it is about is taken away
  await server.stop()
})

test('a peer other than the one that was dialled is refused', async t => {
  const { port } = await startWatched(t)
  const client = await start(t)
  const other = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

  await assert.rejects(client.dial(multiaddr(`/ip4/127.0.0.1/tcp/${port}/p2p/${other}`)), { name: 'EncryptionFailedError' })
  assert.deepEqual(client.getConnections(), [])
})

test('who has no certificate is refused', async t => {
  const { port, outcome } = await startWatched(t)
  const secured = connectTls({ socket: eager(connectTcp(port, '127.0.0.1')), rejectUnauthorized: false, ALPNProtocols: ['libp2p'] })

  const hungUp = closed(secured)

  assert.equal((await outcome as Error).name, 'InvalidCryptoExchangeError')
  await hungUp
})

test('who hangs up in the handshake is not waited for, on either side', async t => {
  const { port, outcome } = await startWatched(t)

  ;(await dialAndChoose(t, port)).destroy()
  assert(await outcome instanceof Error)

  const client = await start(t)
  const rude = await listenAndChoose(t, socket => { socket.end() })

  await assert.rejects(client.dial(multiaddr(`/ip4/127.0.0.1/tcp/${rude}`)), { name: 'EncryptionFailedError' })
})

test('a handshake without an answer ends with its signal, and hangs up', async t => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<Socket>()
  const port = await listenAndChoose(t, begin)
  const client = await start(t)
  const abort = new AbortController()
  const dialled = client.dial(multiaddr(`/ip4/127.0.0.1/tcp/${port}`), { signal: abort.signal })
  const failed = assert.rejects(dialled)
  const socket = await begun
  const hungUp = closed(socket)

  socket.resume()
  abort.abort()
  await failed
  await hungUp
})

test('what is no plain TCP connection, and what libp2p counts the bytes of, goes the usual way', async t => {
  const webSocket = await startWatched(t, { listen: '/ip4/127.0.0.1/tcp/0/ws' })
  const counted = await startWatched(t, { metrics: NO_METRICS })
  const client = await start(t)

  for (const { server, outcome } of [webSocket, counted]) {
    await client.dial(server.getMultiaddrs())
    assert.equal(await outcome, 'usual')
  }
})
