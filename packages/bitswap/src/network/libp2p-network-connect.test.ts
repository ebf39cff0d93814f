import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerId } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { FakeHost, FakeLogger, settled } from '../../test/fake-libp2p.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { Libp2pNetwork } from './libp2p-network.ts'
import { BitswapProtocol } from './protocols.ts'
import { resolveNetworkOptions } from './resolve-options.ts'

const peer = peerIdFromSeed(1)
const address = multiaddr('/ip4/127.0.0.1/tcp/4001')
const { V120 } = BitswapProtocol

interface Setup {
  host: FakeHost
  clock: VirtualClock
  network: Libp2pNetwork
  told: string[]
}

async function setup (): Promise<Setup> {
  const [host, clock] = [new FakeHost(), new VirtualClock()]
  const network = new Libp2pNetwork({ host, clock, logger: new FakeLogger() }, resolveNetworkOptions({ identifyTimeout: 50 }))
  const told: string[] = []

  await network.start({
    peerConnected: () => { told.push('connected') },
    peerDisconnected: () => { told.push('disconnected') },
    streamOpened: () => {}
  })
  host.dialling = async () => host.open(peer)

  return { host, clock, network, told }
}

test('connect dials, and resolves once identify says that the peer speaks Bitswap', async () => {
  const { host, clock, network, told } = await setup()
  let answer: PeerId | undefined
  const connecting = network.connect(address).then(found => { answer = found })
  await settled()
  assert.deepEqual(host.dialled, [address])
  assert.equal(answer, undefined)

  host.identify(host.connections[0] ?? assert.fail(), [V120])
  await connecting
  assert.equal(answer, peer)
  assert.deepEqual(told, ['connected'])
  assert.equal(clock.pending, 0)
})

test('connect to a peer that is connected and known does not dial', async () => {
  const { host, network } = await setup()
  host.identify(host.open(peer), [V120])

  assert.equal(await network.connect(peer), peer)
  assert.equal((await network.connect(address.encapsulate(`/p2p/${peer}`))).toString(), peer.toString())
  assert.equal((await network.connect([address.encapsulate(`/p2p/${peer}`)])).toString(), peer.toString())
  assert.deepEqual(host.dialled, [])

  await network.connect([address])
  assert.deepEqual(host.dialled, [[address]], 'who is there is known only afterwards')
})

test('connect whose identify had finished before the dial returned does not wait', async () => {
  const { host, clock, network } = await setup()
  host.dialling = async () => {
    const connection = host.open(peer)
    host.identify(connection, [V120])
    await settled()

    return connection
  }

  assert.equal(await network.connect(address), peer)
  assert.equal(clock.pending, 0)
})

test('connect rejects when the peer speaks no Bitswap, whether that is new or known', async () => {
  const { host, network } = await setup()
  const connecting = assert.rejects(network.connect(address), { name: 'UnsupportedProtocolError' })
  await settled()
  host.identify(host.connections[0] ?? assert.fail(), ['/ipfs/ping/1.0.0'])

  await connecting
  await assert.rejects(network.connect(peer), { name: 'UnsupportedProtocolError' })
})

test('connect rejects when the peer leaves before it has said what it speaks', async () => {
  const { host, network } = await setup()
  const connecting = assert.rejects(network.connect(address), { name: 'NotConnectedError' })
  await settled()
  host.close(host.connections[0] ?? assert.fail())

  await connecting
})

test('connect ends after identifyTimeout when identify never does', async () => {
  const { clock, network } = await setup()
  const ends: string[] = []
  const connecting = network.connect(address).then(() => { ends.push('well') }, (error: Error) => { ends.push(error.name) })
  await settled()

  await clock.advance(49)
  assert.deepEqual(ends, [])
  await clock.advance(1)
  await connecting
  assert.deepEqual(ends, ['TimeoutError'])
})

test('connect takes the word of the peer store when identify does not end, and the peer is reported then', async () => {
  const { host, clock, network, told } = await setup()
  host.stored.set(peer.toString(), [V120])
  const connecting = network.connect(address)
  await settled()
  assert.deepEqual(told, [], 'it may be out of date')

  await clock.advance(50)
  assert.equal(await connecting, peer)
  assert.deepEqual(told, ['connected'])
})

test('connect over a limited connection waits for a direct one, in vain or not', async () => {
  const upgraded = await setup()
  upgraded.host.dialling = async () => upgraded.host.open(peer, { limited: true })
  const connecting = upgraded.network.connect(address)
  await settled()
  upgraded.host.identify(upgraded.host.connections[0] ?? assert.fail(), [V120])
  upgraded.host.open(peer)
  assert.equal(await connecting, peer)

  const limited = await setup()
  limited.host.dialling = async () => limited.host.open(peer, { limited: true })
  const vain = assert.rejects(limited.network.connect(address), { name: 'LimitedConnectionError' })
  await settled()
  await limited.clock.advance(50)
  await vain
})

test('connect with a limited connection only dials for another', async () => {
  const { host, network } = await setup()
  host.identify(host.open(peer, { limited: true }), [V120])

  assert.equal(await network.connect(peer), peer)
  assert.deepEqual(host.dialled, [peer])
})

test('connect rejects with the reason of its signal, while dialling and while waiting', async () => {
  const { host, clock, network } = await setup()
  const reason = new RangeError('no time')
  const waiting = new AbortController()
  const identifying = assert.rejects(network.connect(address, { signal: waiting.signal }), reason)
  await settled()
  waiting.abort(reason)
  await identifying

  host.dialling = async (_, { signal }) => await new Promise((_resolve, reject) => { signal?.addEventListener('abort', () => { reject(new Error('interrupted')) }) })
  const dialling = new AbortController()
  const connecting = assert.rejects(network.connect(peerIdFromSeed(2), { signal: dialling.signal }), reason)
  dialling.abort(reason)
  await connecting
  await assert.rejects(network.connect(peer, { signal: dialling.signal }), reason)
  assert.equal(clock.pending, 0)
})

test('connect rejects when stopped, while dialling and while waiting', async () => {
  const waiting = await setup()
  const identifying = assert.rejects(waiting.network.connect(address), { name: 'NotStartedError' })
  await settled()
  await waiting.network.stop()
  await identifying
  assert.equal(waiting.clock.pending, 0)

  const dialling = await setup()
  const dialled = Promise.withResolvers<void>()
  dialling.host.dialling = async () => {
    await dialled.promise

    return dialling.host.open(peer)
  }
  const connecting = assert.rejects(dialling.network.connect(address), { name: 'NotStartedError' })
  await settled()
  await dialling.network.stop()
  dialled.resolve()
  await connecting
})

test('connect passes on why a dial failed', async () => {
  const { host, network } = await setup()
  const error = new Error('nobody is there')
  host.dialling = async () => { throw error }

  await assert.rejects(network.connect(address), error)
})

test('connect to ourselves says so, and does not dial', async () => {
  const { host, network } = await setup()

  for (const target of [host.peerId, address.encapsulate(`/p2p/${host.peerId}`), [address.encapsulate(`/p2p/${host.peerId}`)]]) {
    await assert.rejects(network.connect(target), { name: 'InvalidPeerIdError', message: /cannot dial ourselves/ })
  }

  assert.deepEqual(host.dialled, [])
})

test('who is connected is waited for until it has said what it speaks, has left or has had its time', async () => {
  const { host, clock, network } = await setup()
  const known = (): Promise<string> => Promise.race([network.peersIdentified()?.then(() => 'known') ?? 'nobody', settled().then(() => 'waits')])

  assert.equal(await known(), 'nobody')

  for (const protocols of [[V120], ['/other']]) {
    const connection = host.open(peer)
    const waiting = network.peersIdentified() ?? assert.fail('it is not known')
    assert.equal(await known(), 'waits')
    host.identify(connection, protocols)
    await waiting
    assert.equal(await known(), 'nobody')
    host.close(connection)
  }

  const leaving = host.open(peer)
  const waiting = network.peersIdentified()
  host.close(leaving)
  await waiting
  assert.equal(await known(), 'nobody')

  const silent = host.open(peer)
  const first = network.peersIdentified()
  await clock.advance(50)
  await first
  assert.equal(await known(), 'nobody', 'it had its time')
  host.close(silent)
  const limited = host.open(peer, { limited: true })
  assert.equal(await known(), 'nobody', 'it is not to be used')
  host.close(limited)
  host.open(peer)
  assert.equal(await known(), 'waits', 'it came back')
  await network.stop()
  assert.equal(await known(), 'nobody')
  assert.equal(clock.pending, 0)
})

test('who had its time is waited for anew after a restart', async () => {
  const { host, clock, network } = await setup()

  host.open(peer)
  const waiting = network.peersIdentified()
  await clock.advance(50)
  await waiting
  assert.equal(network.peersIdentified(), undefined)
  await network.stop()
  await network.start({ peerConnected: () => {}, peerDisconnected: () => {}, streamOpened: () => {} })
  assert.notEqual(network.peersIdentified(), undefined)
  await network.stop()
  assert.equal(clock.pending, 0)
})
