/** What each fault does to the bytes, calls and clocks of nodes. What Bitswap makes of it is in `test/scenarios`. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPair, openPair, Owner } from '../../test/support/virtual-pair.ts'
import { sleep } from '../core/clock.ts'
import { VirtualNetwork } from './virtual-network.ts'

test('what is held arrives all at once when it is let go, and only once', async () => {
  const { net, alice, bob, near, farRecorder } = await openPair({ latency: 10 })
  const release = net.faults.hold(alice, bob)
  near.send(Uint8Array.of(1))
  await net.advance(1000)
  assert.equal(farRecorder.bytes.byteLength, 0)
  release()
  release()
  await net.advance(0)
  assert.equal(farRecorder.bytes.byteLength, 1)
  assert.deepEqual(net.trace.events.slice(-2).map(({ what }) => what), ['held', 'no longer held'])
})

test('what is done to two that are not connected is an error: a test would pass for nothing', async () => {
  const net = new VirtualNetwork()
  const [alice, bob] = [net.createNode({ name: 'alice' }), net.createNode({ name: 'bob' })]
  assert.throws(() => net.faults.hold(alice, bob), { name: 'RangeError', message: 'alice and bob are not connected: nothing between them can be held' })
  assert.throws(() => { net.faults.resetStreams(alice, bob) }, { name: 'RangeError' })
  assert.deepEqual(net.trace.events, [])
})

test('bytes are counted in whole numbers', async () => {
  const { net, alice, bob } = await createPair()

  for (const wrong of [-5, 0.5, NaN]) {
    assert.throws(() => { net.faults.cutStream(alice, bob, wrong) }, { name: 'RangeError' })
    assert.throws(() => { net.faults.corrupt(alice, bob, wrong) }, { name: 'RangeError' })
  }
})

test('between the parts of a network nothing arrives and dials wait; within them all is well', async () => {
  const net = new VirtualNetwork({ latency: 10 })
  const nodes = [net.createNode(), net.createNode(), net.createNode()] as const
  const [alice, bob, carol] = nodes
  const owners = nodes.map(() => new Owner())
  await Promise.all(nodes.map(async (node, i) => { await node.start(owners[i] as Owner) }))
  net.connect(alice, bob)
  const near = await net.run(alice.openStream(bob.self))
  const heal = net.faults.partition([alice, carol], [bob])

  near.send(Uint8Array.of(1))
  const dialled = alice.connect(carol.self)
  const controller = new AbortController()
  const aborted = assert.rejects(carol.connect(bob.self, { signal: controller.signal }))
  assert.equal((await net.run(dialled, { limit: 100 })).toString(), carol.self.toString())
  await net.advance(10_000)
  controller.abort(new Error('enough'))
  await aborted
  net.connect(bob, carol)
  const refused = carol.openStream(bob.self)
  await net.advance(10_000)
  assert.equal(owners[1]?.recorders[0]?.bytes.byteLength, 0)

  heal()
  await net.run(refused, { limit: 100 })
  assert.equal(owners[1]?.recorders[0]?.bytes.byteLength, 1)
})

test('a dial over a partition goes on when it has healed', async () => {
  const net = new VirtualNetwork({ latency: 10 })
  const [alice, bob] = [net.createNode(), net.createNode()]
  await bob.start(new Owner())
  const heal = net.faults.partition([alice], [bob])
  const dialled = alice.connect(bob.self)
  await net.advance(60_000)
  heal()
  await net.run(dialled, { limit: 20 })
  assert.ok(net.isConnected(alice, bob))
})

test('a reader that is stalled stops its sender at the window, on new streams too', async () => {
  const { net, alice, bob, bobOwner, near, farRecorder } = await openPair({ latency: 1, window: 1000 })
  const resume = net.faults.stall(bob, alice)
  const late = await net.run(alice.openStream(bob.self))

  for (const stream of [near, late]) {
    assert.equal(stream.send(new Uint8Array(1500)), false)
  }

  await net.advance(1000)
  assert.deepEqual([near.unsent, late.unsent, farRecorder.bytes.byteLength], [500, 500, 0])
  resume()
  await net.advance(100)
  assert.deepEqual(bobOwner.recorders.map(({ bytes }) => bytes.byteLength), [1500, 1500])
})

test('a stream is cut after so many bytes, and both ends see it', async () => {
  const { net, alice, bob, near, nearRecorder, farRecorder } = await openPair({ latency: 5 })
  net.faults.cutStream(alice, bob, 7)
  near.send(new Uint8Array(5))
  near.send(new Uint8Array(5))
  await net.advance(100)
  assert.equal(farRecorder.bytes.byteLength, 7)
  assert.deepEqual(farRecorder.events, ['closed: StreamClosedError'])
  assert.deepEqual(nearRecorder.events, ['closed: StreamResetError'])
})

test('of a stream that was cut nothing arrives that was sent after, though it comes at the same time', async () => {
  const { net, alice, bob, near, farRecorder } = await openPair({ latency: 5 })
  const release = net.faults.hold(alice, bob)
  net.faults.cutStream(alice, bob, 7)
  near.send(new Uint8Array(10))
  await net.advance(1)
  near.send(new Uint8Array(10))
  await net.advance(100)
  release()
  await net.advance(100)
  assert.equal(farRecorder.bytes.byteLength, 7)
  assert.deepEqual(farRecorder.events, ['closed: StreamClosedError'])
})

test('one byte arrives changed, the others as they were', async () => {
  const { net, alice, bob, near, farRecorder } = await openPair()
  net.faults.corrupt(alice, bob, 3)
  near.send(new Uint8Array(2))
  near.send(new Uint8Array(4))
  await net.advance(1)
  assert.deepEqual([...farRecorder.bytes.subarray()], [0, 0, 0, 255, 0, 0])
})

test('a frozen process reads nothing and its clock stands still; then it catches up', async () => {
  const { net, alice, bob, near, farRecorder } = await openPair({ latency: 5 })
  const thaw = net.faults.freeze(bob)
  const slept = sleep(bob.clock, 100)
  near.send(Uint8Array.of(1))
  await net.advance(1000)
  assert.equal(farRecorder.bytes.byteLength, 0)
  assert.equal(alice.clock.now() - bob.clock.now(), 1000)
  thaw()
  await net.run(slept, { limit: 0 })
  await net.advance(0)
  assert.equal(farRecorder.bytes.byteLength, 1)
  assert.equal(alice.clock.now(), bob.clock.now())
})

test('the clock of one node jumps, and no other', async () => {
  const { net, alice, bob } = await createPair()
  const slept = sleep(bob.clock, 5000)
  net.faults.jumpClock(bob, 10_000)
  await net.run(slept, { limit: 0 })
  assert.equal(bob.clock.now() - alice.clock.now(), 10_000)
})

test('a crash that is noticed ends the connection for the other, and for the dead nothing happens', async () => {
  const { net, alice, bob, aliceOwner, bobOwner, nearRecorder, farRecorder } = await openPair({ latency: 5 })
  const slept = sleep(bob.clock, 10).then(() => { assert.fail('it is dead') })
  net.faults.crash(bob, { noticed: 50 })
  await net.advance(49)
  assert.deepEqual(nearRecorder.events, [])
  await net.advance(1)
  assert.deepEqual(nearRecorder.events, ['closed: StreamClosedError'])
  assert.equal(aliceOwner.events.at(-1), 'disconnected')
  assert.deepEqual([farRecorder.events, bobOwner.events.at(-1)], [[], 'stream'])
  await assert.rejects(net.run(alice.connect(bob.self)), { name: 'DialError' })
  void slept
})

test('a crash nobody notices shows when the node connects again', async () => {
  const { net, alice, bob, aliceOwner, nearRecorder } = await openPair({ latency: 5 })
  net.faults.crash(bob, { noticed: Infinity })
  await net.advance(100_000)
  assert.equal(aliceOwner.events.at(-1), 'connected /ipfs/bitswap/1.2.0')
  bob.revive()
  await bob.start(new Owner())
  net.connect(bob, alice)
  assert.deepEqual(nearRecorder.events, ['closed: StreamClosedError'])
  assert.deepEqual(aliceOwner.events.slice(-2), ['disconnected', 'connected /ipfs/bitswap/1.2.0'])
})

test('streams are refused as often as asked, unless that is taken back', async () => {
  const { net, alice, bob } = await createPair()
  const heal = net.faults.failOpening(alice, bob, new Error('one'), new Error('two'), new Error('three'))
  await assert.rejects(net.run(alice.openStream(bob.self)), { message: 'one' })
  heal()
  await net.run(alice.openStream(bob.self))
})

test('who connects to a frozen process is not heard either', async () => {
  const net = new VirtualNetwork({ latency: 5 })
  const [alice, bob] = [net.createNode(), net.createNode()]
  const owner = new Owner()
  await bob.start(owner)
  const thaw = net.faults.freeze(bob)
  net.connect(alice, bob)
  const opened = alice.openStream(bob.self)
  await net.advance(1000)
  assert.deepEqual(owner.streams, [])
  thaw()
  await net.run(opened, { limit: 10 })
})
