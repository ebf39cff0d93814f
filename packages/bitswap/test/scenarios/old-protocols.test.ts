import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import { BitswapProtocol } from 'ts-bitswap'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

const DAG_PB = 0x70

for (const protocol of Object.values(BitswapProtocol)) {
  test(`a block comes from a peer that speaks ${protocol}, and goes to one`, async () => {
    const net = new VirtualNetwork({ latency: 20 })
    const [alice] = await net.instances(1)
    const [bob] = await net.instances(1, { protocols: [protocol] })
    const [first, second] = (await randomBlocks(2)).map(block => ({ ...block, cid: CID.createV0(block.cid.multihash as never) }))

    net.connect(alice.node, bob.node)
    bob.hold(first)
    alice.hold(second)
    assert.deepEqual(await net.clock.run(alice.bitswap.getBlock(first.cid), { limit: 1000 }), first.bytes)
    assert.deepEqual(await net.clock.run(bob.bitswap.getBlock(second.cid), { limit: 1000 }), second.bytes)
    await net.close()
  })

  test(`a dag-pb block is had by its CIDv1 from a peer that speaks ${protocol}`, async () => {
    const net = new VirtualNetwork({ latency: 20 })
    const [alice] = await net.instances(1)
    const [bob] = await net.instances(1, { protocols: [protocol] })
    const [block] = await randomBlocks(1)
    const cid = CID.createV1(DAG_PB, block.cid.multihash)

    net.connect(alice.node, bob.node)
    bob.hold({ ...block, cid })
    assert.deepEqual(await net.clock.run(alice.bitswap.getBlock(cid), { limit: 1000 }), block.bytes)
    await net.close()
  })
}

test('a raw block, which a peer without CID prefixes cannot name, is not asked of it', async () => {
  const net = new VirtualNetwork({ latency: 20 })
  const [alice] = await net.instances(1)
  const [bob] = await net.instances(1, { protocols: [BitswapProtocol.V100] })
  const [block] = await randomBlocks(1)

  net.connect(alice.node, bob.node)
  bob.hold(block)
  await assert.rejects(net.clock.run(alice.bitswap.getBlock(block.cid, { failFast: true }), { limit: 1000 }), { name: 'BlockUnavailableError', peersAsked: 0 })
  await net.close()
})

test('blocks come from a mix of old and new peers, also when the old ones lack them and cannot say so', async () => {
  const net = new VirtualNetwork({ latency: 20 })
  const [alice, modern] = await net.instances(2)
  const old = await net.instances(2, { protocols: [BitswapProtocol.V110] })
  const blocks = await randomBlocks(20)

  old.forEach(peer => { net.connect(alice.node, peer.node) })
  modern.hold(...blocks.slice(10))
  old[0].hold(...blocks.slice(0, 10))

  for (const block of blocks) {
    assert.deepEqual(await net.clock.run(alice.bitswap.getBlock(block.cid), { limit: 20_000 }), block.bytes)
  }
  await net.close()
})

test('a peer that cannot say what it lacks is used for what it has, and costs no more than its silence', async () => {
  const net = new VirtualNetwork({ latency: 20 })
  const [alice, modern] = await net.instances(2)
  const [old] = await net.instances(1, { protocols: [BitswapProtocol.V110] })
  const blocks = await randomBlocks(400, { size: 2000 })

  net.connect(alice, old)
  old.hold(...blocks.filter((_, i) => i % 2 === 0))
  modern.hold(...blocks.filter((_, i) => i % 2 === 1))
  const got = await net.run(collect(alice.bitswap.getBlocks(blocks.map(({ cid }) => cid))))
  assert.equal(got.length, 400)
  assert.equal(alice.bitswap.stat().dupBlksReceived, 0)
  assert.ok(old.bitswap.stat().blocksSent >= 200, `${old.bitswap.stat().blocksSent}`)
  assert.ok(net.clock.now() <= 5000, `${net.clock.now()}`)
  await net.close()
})

test('a lone peer that cannot say what it lacks sends what it has without delay, also after it was asked for what it lacks', async () => {
  const net = new VirtualNetwork({ latency: 20 })
  const [alice] = await net.instances(1)
  const [old] = await net.instances(1, { protocols: [BitswapProtocol.V110] })
  const [first, lacking, ...blocks] = await randomBlocks(20, { size: 2000 })

  net.connect(alice, old)
  old.hold(first, ...blocks)
  await net.run(alice.bitswap.getBlock(first.cid))
  const missing = alice.bitswap.getBlock(lacking.cid)
  await net.advance(30_000)
  const asked = net.clock.now()
  assert.equal((await net.run(collect(alice.bitswap.getBlocks(blocks.map(({ cid }) => cid), { failFast: true })))).length, blocks.length)
  assert.ok(net.clock.now() - asked <= 200, `${net.clock.now() - asked}`)
  await old.bitswap.addBlock(lacking)
  assert.deepEqual(await net.run(missing), lacking.bytes)
  await net.close()
})
