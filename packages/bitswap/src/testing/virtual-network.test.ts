import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { createPair, openPair, Owner } from '../../test/support/virtual-pair.ts'
import { BitswapProtocol } from '../network/protocols.ts'
import { peerIdFromSeed } from './peer-ids.ts'
import { VirtualNetwork } from './virtual-network.ts'

test('ids follow from the seed and are good peer ids', () => {
  assert.equal(peerIdFromSeed(1).toString(), peerIdFromSeed(1).toString())
  assert.notEqual(peerIdFromSeed(1).toString(), peerIdFromSeed(2).toString())
  assert.match(peerIdFromSeed(7).toString(), /^12D3KooW/)
  assert.equal(new VirtualNetwork({ seed: 3 }).createNode().self.toString(), new VirtualNetwork({ seed: 3 }).createNode().self.toString())
})

test('both ends are told once, and told again only after they were parted', async () => {
  const { net, alice, bob, aliceOwner, bobOwner } = await createPair()
  net.connect(alice, bob)
  assert.deepEqual(aliceOwner.events, ['connected /ipfs/bitswap/1.2.0'])
  assert.deepEqual(bobOwner.events, ['connected /ipfs/bitswap/1.2.0'])
  assert.deepEqual(alice.peers().map(String), [bob.self.toString()])

  net.disconnect(alice, bob)
  net.disconnect(alice, bob)
  assert.deepEqual(alice.peers(), [])
  net.connect(bob, alice)
  assert.deepEqual(aliceOwner.events.slice(1), ['disconnected', 'connected /ipfs/bitswap/1.2.0'])
})

test('peers connected before the start are reported before start has resolved, and a second start does nothing', async () => {
  const net = new VirtualNetwork()
  const [alice, bob] = [net.createNode(), net.createNode()]
  const [aliceOwner, bobOwner] = [new Owner(), new Owner()]
  net.connect(alice, bob)
  await alice.start(aliceOwner)
  assert.deepEqual(aliceOwner.events, [])
  await bob.start(bobOwner)
  assert.deepEqual(bobOwner.events, ['connected /ipfs/bitswap/1.2.0'])
  await bob.start(new Owner())
  await net.clock.run()
  assert.deepEqual(aliceOwner.events, ['connected /ipfs/bitswap/1.2.0'])
})

test('a node that stops resets its streams and is no longer reported', async () => {
  const { net, alice, bob, aliceOwner, nearRecorder, farRecorder } = await openPair({ latency: 10 })
  await bob.stop()
  await bob.stop()
  assert.deepEqual(farRecorder.events, ['closed: StreamClosedError'])
  assert.deepEqual(nearRecorder.events, [])
  await net.clock.run()
  assert.deepEqual(nearRecorder.events, ['closed: StreamResetError'])
  assert.deepEqual(aliceOwner.events.at(-1), 'disconnected')
  assert.equal(alice.streamCount(bob.self), 0)
  await assert.rejects(net.clock.run(alice.openStream(bob.self)), { name: 'UnsupportedProtocolError' })
})

test('the best protocol both speak is agreed on', async () => {
  const net = new VirtualNetwork()
  const alice = net.createNode()
  const old = net.createNode({ protocols: [BitswapProtocol.V110, BitswapProtocol.V100] })
  const odd = net.createNode({ protocols: [] })
  const owner = new Owner()

  for (const node of [old, odd]) {
    await node.start(new Owner())
    net.connect(alice, node)
  }

  await alice.start(owner)
  assert.deepEqual(owner.events, ['connected /ipfs/bitswap/1.1.0'])
  assert.equal((await net.clock.run(alice.openStream(old.self))).protocol, BitswapProtocol.V110)
  await assert.rejects(net.clock.run(alice.openStream(odd.self)), { name: 'UnsupportedProtocolError' })
})

test('streams can be opened before the peer is identified', async () => {
  const net = new VirtualNetwork()
  const [alice, bob] = [net.createNode(), net.createNode()]
  const owner = new Owner()
  await alice.start(new Owner())
  await bob.start(owner)
  net.connect(alice, bob, { identifyDelay: 50 })
  await net.clock.run(alice.openStream(bob.self))
  assert.deepEqual(owner.events, ['stream'])
  await net.clock.run()
  assert.equal(net.clock.now(), 50)
  assert.deepEqual(owner.events, ['stream', 'connected /ipfs/bitswap/1.2.0'])
})

test('a disconnect ends all streams at once, with those being opened', async () => {
  const { net, alice, bob, nearRecorder, farRecorder } = await openPair({ latency: 5 })
  const opening = alice.openStream(bob.self)
  net.disconnect(alice, bob)
  await assert.rejects(opening, { name: 'NotConnectedError' })
  assert.deepEqual(nearRecorder.events, ['closed: StreamClosedError'])
  assert.deepEqual(farRecorder.events, ['closed: StreamClosedError'])
  await assert.rejects(alice.openStream(bob.self), { name: 'NotConnectedError' })
  assert.equal(net.clock.pending, 0)
})

test('a node that starts does not know peers that are not identified yet', async () => {
  const net = new VirtualNetwork()
  const [alice, bob] = [net.createNode(), net.createNode()]
  const owner = new Owner()
  net.connect(alice, bob, { identifyDelay: 50 })
  await bob.start(new Owner())
  await alice.start(owner)
  await net.clock.advance(49)
  assert.deepEqual(owner.events, [])
  await net.clock.run()
  assert.deepEqual(owner.events, ['connected /ipfs/bitswap/1.2.0'])
})

test('opening can be made to fail, as often as asked, in one direction', async () => {
  const { net, alice, bob } = await createPair()
  net.faults.failOpening(alice, bob, new RangeError('one'), new TypeError('two'))
  await assert.rejects(net.clock.run(alice.openStream(bob.self)), RangeError)
  await net.clock.run(bob.openStream(alice.self))
  await assert.rejects(net.clock.run(alice.openStream(bob.self)), TypeError)
  await net.clock.run(alice.openStream(bob.self))
})

test('opening ends with the signal, and the stream that comes too late is reset', async () => {
  const { net, alice, bob, bobOwner } = await createPair({ latency: 10 })
  const controller = new AbortController()
  const opening = alice.openStream(bob.self, { signal: controller.signal })
  await net.clock.advance(15)
  controller.abort(new RangeError('enough'))
  await assert.rejects(opening, RangeError)
  await assert.rejects(alice.openStream(bob.self, { signal: controller.signal }), RangeError)
  await net.clock.run()
  assert.deepEqual(bobOwner.recorders[0]?.events, ['closed: StreamResetError'])
  assert.equal(alice.streamCount(bob.self), 0)
})

test('all streams between two nodes can be reset, or held up and let go', async () => {
  const { net, alice, bob, near, nearRecorder, farRecorder } = await openPair({ latency: 5 })
  const release = net.faults.hold(alice, bob)
  near.send(Uint8Array.of(1))
  await net.clock.advance(100)
  assert.equal(farRecorder.bytes.byteLength, 0)
  release()
  release()
  await net.clock.run()
  assert.equal(farRecorder.bytes.byteLength, 1)
  assert.equal(net.clock.now(), 115)

  net.faults.resetStreams(bob, alice)
  assert.deepEqual(nearRecorder.events, ['closed: StreamResetError'])
  assert.deepEqual(farRecorder.events, ['closed: StreamResetError'])
})

test('a node dials a peer id or an address that ends in one', async () => {
  const net = new VirtualNetwork({ latency: 10 })
  const [alice, bob, carol] = [net.createNode(), net.createNode(), net.createNode()]
  await alice.start(new Owner())
  await bob.start(new Owner())
  await carol.start(new Owner())
  assert.ok((await net.clock.run(alice.connect(bob.self))).equals(bob.self))
  assert.equal(net.clock.now(), 20)
  assert.ok((await net.clock.run(alice.connect([multiaddr(`/ip4/127.0.0.1/tcp/1/p2p/${carol.self}`)]))).equals(carol.self))
  assert.equal(alice.peers().length, 2)
  await assert.rejects(alice.connect(alice.self), { name: 'DialError', message: /cannot dial itself/ })
  await assert.rejects(alice.connect(peerIdFromSeed(99)), { name: 'DialError' })
  await assert.rejects(alice.connect(multiaddr('/ip4/127.0.0.1/tcp/1')), { name: 'DialError' })
  await assert.rejects(net.clock.run(alice.connect(net.createNode({ protocols: [] }).self)), { name: 'UnsupportedProtocolError' })
})
