import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settled } from '../../test/fake-libp2p.ts'
import { FakeStream } from '../../test/fake-stream.ts'
import { alice, bob, createNetwork, startNetwork } from '../../test/network-setup.ts'
import { BitswapProtocol, PROTOCOLS } from './protocols.ts'

const { V110, V120, Unversioned } = BitswapProtocol

test('a peer is reported when identify says that it speaks Bitswap, once, with its best protocol', async () => {
  const { host, network, receiver } = await startNetwork()
  const connection = host.open(alice)
  assert.deepEqual(receiver.told, [])

  // Kubo lists its protocols in no useful order
  host.identify(connection, ['/ipfs/ping/1.0.0', Unversioned, V110, V120])
  host.identify(connection, [V120])
  host.identify(host.open(alice), [V120])

  assert.deepEqual(receiver.told, [`alice connected ${V120}`])
  assert.deepEqual(network.peers(), [alice])
})

test('a peer is gone when its last connection is, also while libp2p still lists that', async () => {
  const { host, network, receiver } = await startNetwork()
  const [first, second] = [host.open(alice), host.open(alice)]
  host.identify(first, [V120])
  host.close(first)
  assert.equal(receiver.told.length, 1)

  host.close(second)
  assert.deepEqual(receiver.told.slice(1), ['alice disconnected'])
  assert.deepEqual(network.peers(), [])
})

test('a peer that leaves before identify has finished is told to have gone, and its late identify is not told', async () => {
  const { host, receiver } = await startNetwork()
  const connection = host.open(alice)
  host.close(connection)
  host.identify(connection, [V120])

  assert.deepEqual(receiver.told, ['alice disconnected'])
})

test('a quick reconnect is told in order, and the new connection is the one that is used', async () => {
  const { host, network, receiver } = await startNetwork()
  const first = host.open(alice)
  host.identify(first, [V120])
  host.close(first)
  const second = host.open(alice)
  assert.deepEqual(receiver.told.slice(1), ['alice disconnected'])

  host.identify(second, [V110])
  assert.deepEqual(receiver.told.slice(2), [`alice connected ${V110}`])

  await network.openStream(alice)
  assert.equal(first.asked.length, 0)
  assert.equal(second.asked.length, 1)
})

test('what was identified over a connection that has closed does not overrule what the next one says', async () => {
  const { host, receiver } = await startNetwork()
  const first = host.open(alice)
  const second = host.open(alice)
  host.close(first)
  host.identify(second, ['/ipfs/ping/1.0.0'])
  host.identify(first, [V120])
  assert.deepEqual(receiver.told, [])

  host.identify(second, [V110])
  host.identify(first, ['/ipfs/ping/1.0.0'])
  assert.deepEqual(receiver.told, [`alice connected ${V110}`])
})

test('a reconnect that overlaps the old connection is told nothing of', async () => {
  const { host, network, receiver } = await startNetwork()
  const first = host.open(alice)
  host.identify(first, [V120])
  const second = host.open(alice)
  host.close(first)
  host.identify(second, [V120])

  assert.deepEqual(receiver.told, [`alice connected ${V120}`])
  assert.deepEqual(network.peers(), [alice])
})

test('a peer that says it speaks no Bitswap is not reported, and what it pushes later counts', async () => {
  const { host, receiver } = await startNetwork()
  const connection = host.open(alice)

  host.identify(connection, ['/ipfs/ping/1.0.0'])
  assert.deepEqual(receiver.told, [])
  host.identify(connection, ['/ipfs/ping/1.0.0', V120])
  assert.deepEqual(receiver.told, [`alice connected ${V120}`])
  host.identify(connection, [])
  assert.deepEqual(receiver.told.length, 1, 'a push of something else')
  host.identify(connection, ['/ipfs/ping/1.0.0'])
  assert.deepEqual(receiver.told.slice(1), ['alice disconnected'])
})

test('limited connections are not used, and an upgrade to a direct one is enough', async () => {
  const { host, network, receiver } = await startNetwork()
  const limited = host.open(alice, { limited: true })
  host.identify(limited, [V120])
  assert.deepEqual(receiver.told, [])
  await assert.rejects(network.openStream(alice), { name: 'NotConnectedError' })

  const direct = host.open(alice)
  assert.deepEqual(receiver.told, [`alice connected ${V120}`])
  await network.openStream(alice)
  assert.equal(direct.asked.length, 1)
  assert.equal(limited.asked.length, 0)

  host.close(direct)
  assert.deepEqual(receiver.told.slice(1), ['alice disconnected'])
})

test('with runOnLimitedConnections they are used, and libp2p is told so', async () => {
  const { host, network, receiver } = await startNetwork({ runOnLimitedConnections: true })
  const limited = host.open(alice, { limited: true })
  let asked: unknown
  limited.answer = async ([id], options) => {
    asked = options

    return new FakeStream(id ?? '')
  }
  host.identify(limited, [V120])
  assert.deepEqual(receiver.told, [`alice connected ${V120}`])

  await network.openStream(alice)
  assert.equal((asked as { runOnLimitedConnection: boolean }).runOnLimitedConnection, true)
  assert.equal(host.handlers.get(V120)?.options.runOnLimitedConnection, true)
})

test('all ids are handled with maxInboundStreams, under the prefix', async () => {
  const { host, receiver } = await startNetwork({ protocolPrefix: '/mine', maxInboundStreams: 9 })

  for (const protocol of PROTOCOLS) {
    const options = host.handlers.get(`/mine${protocol}`)?.options
    assert.equal(options?.maxInboundStreams, 9)
    assert.equal(options?.runOnLimitedConnection, false)
  }

  const connection = host.open(alice)
  host.identify(connection, [V120])
  assert.deepEqual(receiver.told, [], 'a stranger without the prefix')
  host.identify(connection, [`/mine${V110}`])
  await host.inbound(connection, `/mine${V110}`)
  assert.deepEqual(receiver.told, [`alice connected ${V110}`, `alice stream ${V110}`])
})

test('peers that were connected before start are reported before it resolves', async () => {
  const { host, network, receiver } = createNetwork()
  host.open(alice)
  host.stored.set(alice.toString(), [V110, V120])
  const unknown = host.open(bob)
  await network.start(receiver)
  assert.deepEqual(receiver.told, [`alice connected ${V120}`])

  host.identify(unknown, [V120]) // was under way
  assert.deepEqual(receiver.told.slice(1), [`bob connected ${V120}`])
})

test('what identify says while the peer store is read counts, not what the store had', async () => {
  const { host, network, receiver } = createNetwork()
  const stored = Promise.withResolvers<readonly string[]>()
  const connection = host.open(alice)
  host.stored.set(alice.toString(), stored.promise)
  const starting = network.start(receiver)
  await settled()

  host.identify(connection, ['/ipfs/ping/1.0.0'])
  stored.resolve([V120])
  await starting
  assert.deepEqual(receiver.told, [])
})

test('a peer store that fails costs the peer until its identify, and is logged', async () => {
  const { host, network, receiver, logger } = createNetwork()
  const failing = Promise.reject(new Error('the datastore is closed'))
  failing.catch(() => 'handled when it is read')
  const connection = host.open(alice)
  host.stored.set(alice.toString(), failing)
  await network.start(receiver)
  assert.deepEqual(receiver.told, [])
  assert.equal(logger.errors.length, 1)

  host.identify(connection, [V120])
  assert.equal(receiver.told.length, 1)
})

test('a peer that opens a stream before identify has finished is reported first, once', async () => {
  const { host, receiver } = await startNetwork()
  const connection = host.open(alice)
  const stream = await host.inbound(connection, V110)
  stream.arrive(new Uint8Array(3))
  host.identify(connection, [V110, V120])

  assert.deepEqual(receiver.told, [`alice connected ${V110}`, `alice stream ${V110}`, 'alice data 3'])
})

test('a peer that speaks no Bitswap, says identify, may open streams all the same', async () => {
  const { host, receiver } = await startNetwork()
  const connection = host.open(alice)
  host.identify(connection, ['/ipfs/ping/1.0.0'])
  await host.inbound(connection, V120)

  assert.deepEqual(receiver.told, [`alice stream ${V120}`])
})

test('a stream is asked for with the protocol known first, then the others', async () => {
  const { host, network } = await startNetwork()
  const connection = host.open(alice)
  host.identify(connection, [V110])
  const stream = await network.openStream(alice)

  assert.deepEqual(connection.asked[0], [V110, V120, ...PROTOCOLS.slice(2)])
  assert.equal(stream.protocol, V110)
})

test('a connection that is closing is passed over, and NotConnectedError says why there is none', async () => {
  const { host, network } = await startNetwork()
  const [first, second] = [host.open(alice), host.open(alice)]
  const closing = Object.assign(new Error('the muxer is closing'), { name: 'ConnectionClosedError' })
  host.identify(first, [V120])
  second.answer = async () => { throw closing }
  await network.openStream(alice)
  assert.equal(first.asked.length, 1)

  first.answer = async () => { throw closing }
  await assert.rejects(network.openStream(alice), { name: 'NotConnectedError', cause: closing })
  await assert.rejects(network.openStream(bob), { name: 'NotConnectedError', peer: bob })
})

test('what a peer says to a stream is passed on as it is', async () => {
  const { host, network } = await startNetwork()
  const [first, second] = [host.open(alice), host.open(alice)]
  const refused = Object.assign(new Error('no'), { name: 'UnsupportedProtocolError' })
  second.answer = async () => { throw refused }

  await assert.rejects(network.openStream(alice), refused)
  assert.equal(first.asked.length, 0)
})

test('a stream that is never agreed on ends after openStreamTimeout, by signal or at stop', async () => {
  const { host, network, clock } = await startNetwork({ openStreamTimeout: 70 })
  const connection = host.open(alice)
  const silent = async (_: string[], { signal }: { signal?: AbortSignal | null }): Promise<FakeStream> =>
    await new Promise((_resolve, reject) => { signal?.addEventListener('abort', () => { reject(new Error('interrupted')) }) })
  connection.answer = silent

  let ended = false
  const late = assert.rejects(network.openStream(alice), { name: 'StreamTimeoutError', timeout: 70 }).then(() => { ended = true })
  await clock.advance(69)
  assert.equal(ended, false)
  await clock.advance(1)
  await late

  const controller = new AbortController()
  const reason = new RangeError('no time')
  const aborted = assert.rejects(network.openStream(alice, { signal: controller.signal }), reason)
  controller.abort(reason)
  await aborted

  const stopped = assert.rejects(network.openStream(alice), { name: 'NotStartedError' })
  await network.stop()
  await stopped
  assert.equal(clock.pending, 0)
})

test('a stream that is agreed on after the call was given up is reset', async () => {
  const { host, network } = await startNetwork()
  const connection = host.open(alice)
  const answer = Promise.withResolvers<FakeStream>()
  const stream = new FakeStream(V120)
  connection.answer = async () => await answer.promise

  const opening = assert.rejects(network.openStream(alice), { name: 'NotStartedError' })
  await network.stop()
  answer.resolve(stream)
  await opening
  assert.equal(stream.status, 'aborted')
})
