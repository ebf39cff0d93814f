/** Calls that would rather fail than wait, made right after a dial: who was dialled has not said yet what it speaks. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlockUnavailableError } from 'ts-bitswap'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

/** Alice, and Bob whom she has dialled; Carol, whom she knows, has nothing. */
async function setUp (): Promise<{ net: VirtualNetwork, alice: Instance, bob: Instance, carol: Instance, identified: () => void }> {
  const net = new VirtualNetwork({ latency: 20 })
  const [alice, bob, carol] = await net.instances(3, { connected: 'none' })
  const { promise, resolve } = Promise.withResolvers<void>()
  let known: Promise<void> | undefined = promise

  net.connect(alice, carol)
  await net.clock.run()
  Object.assign(alice.node, { peersIdentified: () => known })

  return {
    net,
    alice,
    bob,
    carol,
    identified: () => {
      known = undefined
      resolve()
    }
  }
}

test('of more blocks than a peer may be asked for at once all are had from the one that was dialled', async () => {
  const { net, alice, bob, identified } = await setUp()
  const blocks = await randomBlocks(1500, { size: 16 })

  bob.hold(...blocks)
  const fetched = collect(alice.bitswap.getBlocks(blocks.map(({ cid }) => cid), { failFast: true }))
  await net.clock.advance(1000)
  net.connect(alice, bob)
  await net.clock.advance(21)
  identified()
  assert.equal((await net.run(fetched)).length, blocks.length)
  await net.close()
})

test('what was waited for in vain is wanted of nobody any more, and they are told', async () => {
  const { net, alice, carol, identified } = await setUp()
  const [block] = await randomBlocks(1)
  const failed = alice.bitswap.getBlock(block.cid, { failFast: true }).catch((error: unknown) => error)

  await net.clock.advance(10_000)
  assert.equal(carol.bitswap.wantlistForPeer(alice.peer).length, 1)
  identified()
  assert.ok(await failed instanceof BlockUnavailableError)
  await net.clock.advance(2000)
  assert.deepEqual(carol.bitswap.wantlistForPeer(alice.peer), [])
  await net.close()
})
