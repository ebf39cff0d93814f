import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

const LATENCY = 20

test('streams that are reset in the middle are opened again, and nothing is lost', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(300, { size: 4096 })
  let arrived = 0

  bob.hold(...blocks)
  alice.bitswap.addEventListener('block:received', () => {
    if (++arrived % 60 === 0) {
      net.faults.resetStreams(alice.node, bob.node)
    }
  })

  const got = await net.clock.run(collect(alice.bitswap.getBlocks(blocks.map(block => block.cid))), { limit: 20_000 })
  assert.equal(got.length, 300)
  await net.close()
})

test('idle streams that are reset lose no want', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)
  const got = alice.bitswap.getBlock(block.cid)

  await net.clock.advance(10_000)
  net.faults.resetStreams(alice.node, bob.node)
  await net.clock.advance(10_000)
  await bob.bitswap.addBlock(block)
  assert.deepEqual(await net.clock.run(got, { limit: 1000 }), block.bytes)
  await net.close()
})

test('a peer that could not be told what is no longer wanted is told when streams can be opened again', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)
  const caller = new AbortController()
  const got = alice.bitswap.getBlock(block.cid, { signal: caller.signal })
  const held = (): string[] => bob.bitswap.wantlistForPeer(alice.peer).map(({ cid }) => cid.toString())

  await net.clock.advance(1000)
  net.faults.resetStreams(alice.node, bob.node)
  net.faults.failOpening(alice.node, bob.node, ...Array.from({ length: 3 }, () => new Error('too many streams')))
  caller.abort(new Error('never mind'))
  await assert.rejects(net.clock.run(got), { message: 'never mind' })
  await net.clock.advance(9000)
  assert.deepEqual(held(), [block.cid.toString()])
  await net.clock.advance(2000)
  assert.deepEqual(held(), [])
  await net.close()
})
