import assert from 'node:assert/strict'
import { createHook } from 'node:async_hooks'
import { test } from 'node:test'
import type { CID } from 'multiformats/cid'
import { chainDag, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap'
import { collect } from '../support/collect.ts'
import { CopiedBytes } from '../support/copied-bytes.ts'

// What a transfer costs besides time, which is the same in each run. The limits are a little above what it costs now.

const LATENCY = 5

interface Costs {
  /** Per block, each way. */
  asking: number
  answering: number
  /** Per block, both ways, besides the block. */
  overhead: number
  streams: number
  /** How often each byte of a block is copied. */
  copies: number
  /** Per block. */
  promises: number
}

/** Counts promises; what a step of the clock makes of them is left out. */
async function countPromises (net: VirtualNetwork, work: () => Promise<unknown>): Promise<number> {
  let [promises, steps] = [0, 0]
  const hook = createHook({ init: (_, type) => { promises += type === 'PROMISE' ? 1 : 0 } })

  net.clock.watch(() => { steps++ })
  hook.enable()

  for (let i = 0; i < 100; i++) {
    net.clock.soon(() => {})
  }

  await net.clock.run()
  const perStep = promises / steps

  promises = 0
  steps = 0
  await net.run(work())
  hook.disable()

  return promises - steps * perStep
}

/** Of what Alice fetches of Bob; nothing was sent before. */
async function costsOf (blocks: readonly Block[], fetch: (alice: Instance) => Promise<unknown>): Promise<Costs> {
  const streams = new Set<number>()
  let arrived = 0
  const net = new VirtualNetwork({
    latency: LATENCY,
    check: false,
    trace: { maxEntries: 0 },
    observer: {
      bytesArrived: ({ stream, bytes }) => {
        streams.add(stream)
        arrived += bytes.length >= 1024 ? bytes.length : 0
      }
    }
  })
  const [alice, bob] = await net.instances(2)
  const copied = new CopiedBytes()
  const trace = net.trace.bytesArrived.bind(net.trace)

  net.trace.bytesArrived = arrival => { copied.except(() => { trace(arrival) }) }
  bob.hold(...blocks)
  const stop = copied.start()
  const promises = await countPromises(net, async () => { await fetch(alice) }).finally(stop)
  const [to, from] = [net.trace.traffic({ to: bob.peer }), net.trace.traffic({ from: bob.peer })]

  assert.equal(from.blocks, blocks.length)
  await net.close()

  return {
    asking: to.messages / blocks.length,
    answering: from.messages / blocks.length,
    overhead: (to.bytes + from.bytes - from.blockBytes) / blocks.length,
    streams: streams.size,
    // the virtual wire copies each piece once
    copies: (copied.bytes - arrived) / from.blockBytes,
    promises: promises / blocks.length
  }
}

/** None is over its limit. */
function assertWithin (costs: Costs, limits: Costs): void {
  for (const [what, limit] of Object.entries(limits)) {
    const cost = costs[what as keyof Costs]
    assert.ok(cost <= limit, `${what}: ${cost}, over ${limit}`)
  }
}

async function byOneCall ({ bitswap }: Instance, blocks: readonly Block[]): Promise<void> {
  await collect(bitswap.getBlocks(blocks.map(({ cid }) => cid)))
}

async function byManyCalls ({ bitswap }: Instance, blocks: readonly Block[]): Promise<void> {
  await Promise.all(blocks.map(async ({ cid }) => await bitswap.getBlock(cid)))
}

test('blocks of 256 KiB: a message for each and hardly any back, and one copy, as they come in pieces', async () => {
  const blocks = await randomBlocks(200, { size: 256 * 1024 })
  const limits = { asking: 0.05, answering: 1, overhead: 72, streams: 2, copies: 1, promises: 28 }

  assertWithin(await costsOf(blocks, async alice => { await byOneCall(alice, blocks) }), limits)
  assertWithin(await costsOf(blocks, async alice => { await byManyCalls(alice, blocks) }), { ...limits, promises: 27 })
})

test('blocks of 16 KiB: many in a message, of which only those are copied that come in two pieces', async () => {
  const blocks = await randomBlocks(1000, { size: 16 * 1024 })
  const limits = { asking: 0.01, answering: 0.07, overhead: 62, streams: 2, copies: 0.27, promises: 5 }

  assertWithin(await costsOf(blocks, async alice => { await byOneCall(alice, blocks) }), limits)
  assertWithin(await costsOf(blocks, async alice => { await byManyCalls(alice, blocks) }), { ...limits, promises: 10 })
})

test('a chain: a message each way for each block, and no copy', async () => {
  const { root, blocks, children } = await chainDag({ length: 500 })
  const costs = await costsOf(blocks, async ({ bitswap }) => {
    const session = bitswap.newSession()

    for (let cid: CID | undefined = root; cid != null; cid = children(cid)[0]) {
      await session.getBlock(cid)
    }

    session.close()
  })

  assertWithin(costs, { asking: 1, answering: 1, overhead: 67, streams: 2, copies: 0.01, promises: 43 })
})
