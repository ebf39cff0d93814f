/** That the hash of a trace stands for the run. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alice, bob, carol } from '../../../test/support/trace-setup.ts'
import type { Arrival, NetworkEvent } from './network-observer.ts'
import { randomBlocks } from '../random-blocks.ts'
import { Trace } from './trace.ts'
import { VirtualNetwork } from '../virtual-network.ts'

type Step = Arrival | NetworkEvent

const bytes = Uint8Array.from({ length: 40 }, (_, i) => i)
const arrival: Arrival = { time: 1, from: alice, to: bob, stream: 0, bytes }
const event: NetworkEvent = { time: 2, what: 'reset', nodes: [alice, bob] }

function hashOf (...steps: Step[]): string {
  const trace = new Trace()

  for (const step of steps) {
    if ('bytes' in step) {
      trace.bytesArrived(step)
    } else {
      trace.happened(step)
    }
  }

  return trace.hash
}

test('another byte, time, peer, stream, event, order or cut is another hash', () => {
  const otherByte = bytes.slice()
  otherByte[39] ^= 0x80

  const hashes = [
    [],
    [arrival],
    [arrival, arrival],
    [{ ...arrival, bytes: otherByte }],
    [{ ...arrival, time: 1 + Number.EPSILON }],
    [{ ...arrival, from: carol }],
    [{ ...arrival, to: carol }],
    [{ ...arrival, from: bob, to: alice }],
    [{ ...arrival, stream: 1 }],
    [{ ...arrival, stream: 0x1_0000_0000 }],
    [{ ...arrival, bytes: bytes.subarray(0, 20) }, { ...arrival, bytes: bytes.subarray(20) }],
    [{ ...arrival, bytes: bytes.subarray(0, 21) }, { ...arrival, bytes: bytes.subarray(21) }],
    [arrival, event],
    [event, arrival],
    [event],
    [{ ...event, time: 3 }],
    [{ ...event, what: 'rest' }],
    [{ ...event, nodes: [bob, alice] }],
    [{ ...event, nodes: [alice] }],
    [{ ...event, detail: '' }],
    [{ ...event, detail: 'of one stream' }]
  ].map(steps => hashOf(...steps))

  assert.equal(new Set(hashes).size, hashes.length)
  assert.ok(hashes.every(hash => /^[0-9a-f]{32}$/.test(hash)))
})

test('the hash does not depend on what is kept, asked or named', () => {
  const trace = new Trace({ maxEntries: 0 })

  trace.name(alice, 'alice')
  trace.bytesArrived(arrival)
  trace.query({ from: carol })
  trace.traffic({ from: carol, to: bob })
  assert.notEqual(trace.hash, hashOf(arrival, event))
  trace.happened(event)
  assert.equal(trace.hash, hashOf(arrival, event))
})

test('the hash of a run is what it was yesterday', () => {
  assert.equal(hashOf(arrival, event), 'eb027b03f0e4656e0a4cc827851bc061')
})

test('two networks of one seed have one hash, those of two seeds two', async () => {
  const run = async (seed: number): Promise<Trace> => {
    const net = new VirtualNetwork({ seed, latency: 10, segmentSize: 1000 })
    const [giver, ...takers] = await net.instances(4)
    const blocks = await randomBlocks(20, { size: 5000, seed: 1 })

    giver?.hold(...blocks)

    for (const taker of takers) {
      for (const { cid } of blocks) {
        taker.bitswap.getBlock(cid).catch((error: unknown) => { assert.fail(String(error)) })
      }
    }

    await net.clock.run()

    return net.trace
  }

  const [first, second, other] = [await run(1), await run(1), await run(2)]

  assert.ok(first.traffic().blocks >= 60)
  assert.equal(first.hash, second.hash)
  assert.notEqual(first.hash, other.hash)
})
