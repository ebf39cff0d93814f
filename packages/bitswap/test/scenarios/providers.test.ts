/**
 * What boxo tests of its searches for providers, in ours. Ours differs in these:
 * two searches for one block are one because the want for it is one; there is no
 * unlimited number of searches; and a provider that cannot be dialled by the
 * addresses it was named with is left alone for a while, not looked up again.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap'
import type { Instance, VirtualRouting } from 'ts-bitswap/testing'
import { resolveClientOptions } from '../../src/client/resolve-options.ts'
import type { ClientInit } from '../../src/client/options.ts'

const LATENCY = 20
const DELAY = 500

interface Setting {
  net: VirtualNetwork
  routing: VirtualRouting
  alice: Instance
  holders: Instance[]
  blocks: Block[]
}

/** Alice is connected with nobody; routing needs {@link DELAY}, and knows of so many blocks at as many holders each. */
async function setup (blocks: number, holders: number = 1, client: ClientInit = {}): Promise<Setting> {
  const net = new VirtualNetwork({ latency: LATENCY, streamRoundTrips: 0, dialRoundTrips: 1 })
  const routing = net.routing({ delay: DELAY })
  const [alice] = await net.instances(1, { routing, client })
  const setting = { net, routing, alice, holders: await net.instances(holders, { connected: 'none' }), blocks: await randomBlocks(blocks, { size: 4096 }) }

  for (const block of setting.blocks) {
    routing.add(block.cid, ...setting.holders)
    setting.holders.forEach(holder => { holder.hold(block) })
  }

  return setting
}

test('two blocks of two calls are two searches at the same time, each of which finds all', async () => {
  const { net, routing, alice, holders, blocks } = await setup(2, 5)
  const sessions = blocks.map(() => alice.bitswap.newSession())
  const got = Promise.all(sessions.map(async (session, i) => session.getBlock((blocks[i] as Block).cid)))

  await net.advance(1)
  assert.deepEqual(routing.calls, { begun: 2, running: 2 })
  assert.deepEqual(await net.run(got), blocks.map(({ bytes }) => bytes))
  await net.advance(1000)
  assert.ok(holders.every(holder => net.isConnected(alice, holder)))
  sessions.forEach(session => { session.close() })
  await net.close()
})

test('of two callers that share a search one gives up, and the other has the block; when both do it ends', async () => {
  const { net, routing, alice, blocks: [block, other] } = await setup(2)
  const [one, two, three] = [new AbortController(), new AbortController(), new AbortController()]
  const get = async (of: Block | undefined, { signal }: AbortController): Promise<Uint8Array> => alice.bitswap.newSession({ signal }).getBlock((of as Block).cid)
  const [gone, stays] = [get(block, one), get(block, two)]

  await net.advance(100)
  assert.equal(routing.calls.begun, 1)
  one.abort()
  await assert.rejects(gone)
  assert.equal(routing.calls.running, 1)
  assert.deepEqual(await net.run(stays), block?.bytes)
  assert.deepEqual(routing.calls, { begun: 1, running: 0 })

  net.disconnect(alice, net.members[1] as Instance)
  const both = [get(other, two), get(other, three)]
  await net.advance(100)
  assert.deepEqual(routing.calls, { begun: 2, running: 1 })
  two.abort()
  three.abort()
  await Promise.all(both.map(async call => assert.rejects(call)))
  await net.advance(0)
  assert.equal(routing.calls.running, 0)
  await net.close()
})

test('a stop ends all searches at once, and those in line are never begun', async () => {
  const { net, routing, alice, blocks } = await setup(12)
  const lost = blocks.map(async ({ cid }) => assert.rejects(alice.bitswap.newSession().getBlock(cid), { name: 'NotStartedError' }))

  await net.advance(100)
  assert.deepEqual(routing.calls, { begun: 8, running: 8 })
  await net.run(alice.bitswap.stop())
  await Promise.all(lost)
  assert.deepEqual(routing.calls, { begun: 8, running: 0 })
  await net.close()
})

test('no number of searches or providers is none, or without end', () => {
  for (const name of ['maxSearches', 'maxProviders'] as const) {
    for (const value of [0, -1, 1.5, Infinity]) {
      assert.throws(() => resolveClientOptions({ [name]: value }), { name: 'InvalidOptionError' })
    }
  }
})

test('who has had enough before searches for nothing, and who has had enough after is not heard', async () => {
  const { net, routing, alice, blocks: [block] } = await setup(1)
  const controller = new AbortController()
  const { cid, bytes } = block as Block

  await assert.rejects(alice.bitswap.getBlock(cid, { signal: AbortSignal.abort(new Error('enough')) }), /enough/)
  assert.equal(routing.calls.begun, 0)
  assert.deepEqual(await net.run(alice.bitswap.getBlock(cid, { signal: controller.signal })), bytes)
  controller.abort()
  await net.advance(1000)
  assert.deepEqual(routing.calls, { begun: 1, running: 0 })
  await net.close()
})

test('a deadline that is shorter than a search ends the call, and the search', async () => {
  const { net, routing, alice, holders: [holder], blocks: [block] } = await setup(1)
  const controller = new AbortController()
  const late = assert.rejects(alice.bitswap.getBlock((block as Block).cid, { signal: controller.signal }), { name: 'TimeoutError' })

  await (holder as Instance).bitswap.stop()
  await net.advance(10)
  controller.abort(new DOMException('too late', 'TimeoutError'))
  await late
  await net.advance(0)
  assert.deepEqual([routing.calls, alice.bitswap.getWantlist()], [{ begun: 1, running: 0 }, []])
  await net.close()
})

test('of more than ten providers ten are dialled', async () => {
  const { net, alice, holders, blocks: [block] } = await setup(1, 15)

  await net.run(alice.bitswap.getBlock((block as Block).cid))
  await net.advance(5000)
  assert.equal(holders.filter(holder => net.isConnected(alice, holder)).length, 10)
  await net.close()
})

test('a provider that is connected already is asked, and not dialled', async () => {
  const { net, routing, alice, blocks } = await setup(2, 1, { maxBroadcastPeers: 0 })

  for (const [i, { cid, bytes }] of blocks.entries()) {
    const session = alice.bitswap.newSession()

    assert.deepEqual(await net.run(session.getBlock(cid)), bytes)
    assert.equal(routing.calls.begun, i + 1)
    session.close()
  }

  assert.equal(net.trace.events.filter(({ what }) => what === 'connected').length, 1)
  await net.close()
})
