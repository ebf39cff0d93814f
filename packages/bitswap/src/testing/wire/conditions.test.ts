/** Each condition of a virtual network, seen in what it does to bytes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPair, openPair } from '../../../test/support/virtual-pair.ts'
import { resolveConditions } from './conditions.ts'
import type { NetworkConditionsInit } from './conditions.ts'
import { uniform } from './distributions.ts'
import { VirtualNetwork } from '../virtual-network.ts'

/** Bytes that are no messages: zeros would be as many empty ones. */
function noise (size: number): Uint8Array {
  return new Uint8Array(size).fill(0xff)
}

/** Milliseconds until all of so many bytes have arrived, from when they were sent on an open stream. */
async function timeOf (size: number, init: NetworkConditionsInit): Promise<number> {
  const { net, near, farRecorder } = await openPair(init)
  const start = net.clock.now()
  near.send(noise(size))
  await net.clock.run(() => farRecorder.bytes.byteLength === size)

  return net.clock.now() - start
}

function near (actual: number, expected: number, tolerance: number = 0.05): void {
  assert.ok(Math.abs(actual - expected) <= expected * tolerance, `${actual}, expected about ${expected}`)
}

test('latency is paid once for all that fits the window, and the window grows as it is used up', async () => {
  near(await timeOf(1000, { latency: 50 }), 50)
  near(await timeOf(262_144, { latency: 50 }), 50)
  near(await timeOf(262_145, { latency: 50 }), 150)
  near(await timeOf(2_000_000, { latency: 50, window: 2_000_000 }), 50)
  // 256 KiB, then what comes with doubled windows
  assert.ok(await timeOf(4_000_000, { latency: 50 }) < 500)
  near(await timeOf(4_000_000, { latency: 50, maxWindow: 262_144 }), 50 + 100 * Math.ceil((4_000_000 - 262_144) / 131_072) / 2, 0.2)
})

test('rates of connection, uplink and downlink hold what they say', async () => {
  for (const name of ['rate', 'uplink', 'downlink']) {
    near(await timeOf(10_000_000, { [name]: 1_000_000, latency: 10 }), 10_010)
  }
})

test('the uplink is shared by all that a node sends', async () => {
  const net = new VirtualNetwork({ uplink: 1_000_000 })
  const nodes = [net.createNode(), net.createNode(), net.createNode()] as const
  const arrived = [0, 0]

  for (const [i, node] of nodes.entries()) {
    await node.start({
      peerConnected: () => {},
      peerDisconnected: () => {},
      streamOpened: (_peer, stream) => { stream.read({ data: bytes => { arrived[i - 1] += bytes.byteLength }, ended: () => {}, closed: () => {} }) }
    })
  }

  for (const node of nodes.slice(1)) {
    net.connect(nodes[0], node)
    const stream = await net.run(nodes[0].openStream(node.self))
    stream.send(noise(500_000))
  }

  await net.advance(500)
  near(arrived[0], 250_000)
  near(arrived[1], 250_000)
  await net.advance(520)
  assert.deepEqual(arrived, [500_000, 500_000])
})

test('jitter delays, and nothing overtakes', async () => {
  const time = await timeOf(500_000, { latency: 10, jitter: uniform(0, 20), window: 500_000, segmentSize: 1000 })
  assert.ok(time > 25 && time <= 30, String(time))
})

test('a stream takes a round trip to open, or none; a dial as many as it is said to', async () => {
  for (const streamRoundTrips of [0, 1] as const) {
    const { net, alice, bob } = await createPair({ latency: 10, streamRoundTrips })
    const start = net.clock.now()
    await net.run(alice.openStream(bob.self))
    assert.equal(net.clock.now() - start, 20 * streamRoundTrips)
  }

  for (const dialRoundTrips of [0, 3]) {
    const net = new VirtualNetwork({ latency: 10, dialRoundTrips })
    const [{ node: alice }, { node: bob }] = await net.instances(2, { connected: 'none' })
    await net.run(alice.connect(bob.self))
    assert.equal(net.clock.now(), 20 * dialRoundTrips)
  }
})

test('a stream that takes no round trip may be written to before the other end knows of it', async () => {
  const { net, alice, bob, bobOwner } = await createPair({ latency: 10, streamRoundTrips: 0 })
  const start = net.clock.now()
  const stream = await alice.openStream(bob.self)
  stream.send(Uint8Array.of(1, 2, 3))
  await net.clock.run(() => bobOwner.recorders[0]?.bytes.byteLength === 3)
  assert.equal(net.clock.now() - start, 10)
})

test('what is drawn for two nodes follows from the seed, whatever else there is', async () => {
  const arrival = async (seed: number, others: number): Promise<number> => {
    const net = new VirtualNetwork({ seed, latency: uniform(10, 1000) })
    const [alice, bob] = await net.instances(2, { connected: 'none' })
    await net.instances(others, { connected: 'none' })
    await net.run(alice.node.connect(bob.peer))

    return net.clock.now()
  }

  assert.equal(await arrival(1, 0), await arrival(1, 5))
  assert.notEqual(await arrival(1, 0), await arrival(2, 0))
})

test('conditions that cannot be are refused', () => {
  for (const wrong of [{ latency: -1 }, { latency: NaN }, { rate: 0 }, { uplink: Infinity }, { window: 0 }, { segmentSize: 0 }, { dialRoundTrips: -1 }]) {
    assert.throws(() => resolveConditions(wrong), { name: 'InvalidOptionError' }, JSON.stringify(wrong))
  }

  assert.equal(resolveConditions({ window: 100_000_000 }).maxWindow, 100_000_000)
})
