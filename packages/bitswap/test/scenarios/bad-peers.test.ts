import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { playBreaker, playForger, playGarbler, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance, RawPeer } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

const LATENCY = 20

/** How long a peer that has answered nothing yet may be silent when it owes answers, by default. */
const UNMEASURED = 5000

async function setup (good: number): Promise<{ net: VirtualNetwork, alice: Instance, others: Instance[], bad: RawPeer }> {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, ...others] = await net.instances(1 + good)
  const bad = await net.rawPeer()

  net.connect(alice, bad)

  return { net, alice, others, bad }
}

test('a block whose bytes do not match its CID never gets in; the right one does', async () => {
  const { net, alice, bad } = await setup(0)
  const [block, other] = await randomBlocks(2)
  const got = alice.bitswap.getBlock(block.cid)

  await net.clock.advance(1000)
  await net.run(bad.send(alice, { blocks: [{ cid: block.cid, bytes: other.bytes }] }))
  await net.clock.advance(1000)
  assert.equal(alice.store.count, 0)
  assert.equal(alice.bitswap.stat().unwantedBlocksReceived, 1)

  await net.run(bad.send(alice, { blocks: [block] }))
  assert.deepEqual(await net.clock.run(got, { limit: 1000 }), block.bytes)
  await net.close()
})

test('blocks nobody asked for are dropped and counted', async () => {
  const { net, alice, bad } = await setup(0)
  const blocks = await randomBlocks(5)

  await net.run(bad.send(alice, { blocks }))
  await net.clock.advance(1000)
  assert.equal(alice.store.count, 0)
  assert.equal(alice.bitswap.stat().unwantedBlocksReceived, 5)
  assert.equal(alice.bitswap.stat().unwantedDataReceived, blocks.reduce((sum, { bytes }) => sum + bytes.length, 0))
  await net.close()
})

test('the bytes of a block with a hash nobody can compute are counted by themselves', async () => {
  const { net, alice, bad } = await setup(0)
  const [{ cid, bytes }] = await randomBlocks(1)
  const wanted = assert.rejects(alice.bitswap.getBlock(cid), { name: 'NotStartedError' })

  await net.advance(LATENCY)
  await net.run(bad.send(alice, { blocks: [{ cid: CID.createV1(cid.code, Digest.create(0x1e, cid.multihash.digest)), bytes }] }))
  await net.clock.advance(1000)
  const { malformedReceived, malformedDataReceived, dataReceived } = alice.bitswap.stat()
  assert.deepEqual([malformedReceived, malformedDataReceived, dataReceived], [1, bytes.length, 0])
  await net.close()
  await wanted
})

test('a second copy of a block counts as a duplicate and is not stored again', async () => {
  const { net, alice, bad } = await setup(0)
  const [block, missing] = await randomBlocks(2)
  const got = alice.bitswap.getBlock(block.cid)
  const wanted = assert.rejects(alice.bitswap.getBlock(missing.cid), { name: 'NotStartedError' })

  await net.clock.advance(100)
  await net.run(bad.send(alice, { blocks: [block] }))
  await net.clock.run(got)
  await net.run(bad.send(alice, { blocks: [block] }))
  await net.clock.advance(1000)
  assert.deepEqual([alice.bitswap.stat().dupBlksReceived, alice.bitswap.stat().dupDataReceived, alice.store.calls.put], [1, 1024, 1])
  await net.close()
  await wanted
})

test('a peer that said DONT_HAVE and has it later is believed', async () => {
  const { net, alice, bad } = await setup(0)
  const [block] = await randomBlocks(1)
  const got = alice.bitswap.getBlock(block.cid)

  await net.clock.advance(100)
  await net.run(bad.send(alice, { presences: [{ cid: block.cid, type: 'dont-have' }] }))
  await net.clock.advance(5000)
  await net.run(bad.send(alice, { blocks: [block] }))
  assert.deepEqual(await net.clock.run(got, { limit: 1000 }), block.bytes)
  await net.close()
})

test('bytes that are no message end that stream, are counted, and harm nobody else', async () => {
  const { net, alice, others: [bob], bad } = await setup(1)
  const [block] = await randomBlocks(1)

  await net.run(bad.send(alice, new Uint8Array([3, 255, 255, 255])))
  await net.clock.advance(1000)
  assert.equal(await bad.isHeardBy(alice), false)
  assert.equal(alice.bitswap.stat().malformedReceived, 1)

  bob.hold(block)
  assert.deepEqual(await net.clock.run(alice.bitswap.getBlock(block.cid), { limit: 1000 }), block.bytes)
  // a new stream of the same peer is listened to
  await net.run(bad.send(alice, { wants: [{ cid: block.cid, priority: 1, wantType: 'block', sendDontHave: true }] }))
  await net.clock.advance(1000)
  assert.deepEqual(bad.messages.flatMap(message => message.blocks).map(received => received.bytes), [block.bytes])
  await net.close()
})

test('a length over the limit ends the stream before anything of it is kept', async () => {
  const { net, alice, bad } = await setup(0)

  await net.run(bad.send(alice, new Uint8Array([0x81, 0x80, 0x80, 0x02]))) // 4 MiB and one
  await net.clock.advance(1000)
  assert.equal(await bad.isHeardBy(alice), false)
  assert.equal(alice.bitswap.stat().malformedReceived, 1)
  await net.close()
})

test('a peer may say HAVE and DONT_HAVE of what nobody asked, to no effect', async () => {
  const { net, alice, bad } = await setup(0)
  const [block] = await randomBlocks(1)

  await net.run(bad.send(alice, { presences: [{ cid: block.cid, type: 'have' }] }))
  await net.run(bad.send(alice, { presences: [{ cid: block.cid, type: 'dont-have' }] }))
  await net.clock.advance(1000)
  assert.deepEqual(bad.words, [])

  const got = alice.bitswap.getBlock(block.cid)
  await net.clock.advance(1000)
  assert.deepEqual(bad.words, [`block ${block.cid}`])
  await net.run(bad.send(alice, { blocks: [block] }))
  await net.clock.run(got)
  await net.close()
})

test('a block that cannot be hashed is lost alone', async () => {
  const { net, alice, bad } = await setup(0)
  const [block, other] = await randomBlocks(2)
  const got = alice.bitswap.getBlock(block.cid)
  const unknown = other.cid.bytes.slice()

  unknown[2] = 0x7b // a hash function nobody has
  await net.clock.advance(100)
  await net.run(bad.send(alice, { blocks: [{ cid: CID.decode(unknown), bytes: other.bytes }, block] }))
  assert.deepEqual(await net.clock.run(got, { limit: 1000 }), block.bytes)
  assert.equal(alice.bitswap.stat().malformedReceived, 1)
  await net.close()
})

test('a forger that has everything delays each block once, and nothing of it gets in', async () => {
  const { net, alice, others: [bob], bad } = await setup(1)
  const blocks = await randomBlocks(20, { size: 4096 })
  const session = alice.bitswap.newSession({ providers: [bad.peer] })

  playForger(bad, blocks)
  bob.hold(...blocks)
  await net.advance(100)
  assert.equal((await net.run(collect(session.getBlocks(blocks.map(({ cid }) => cid))))).length, 20)
  assert.ok(net.clock.now() <= UNMEASURED + 22 * LATENCY, `${net.clock.now()}`)
  assert.equal(alice.store.count, 20)
  blocks.forEach(({ cid, bytes }) => { assert.deepEqual(alice.store.peek(cid), bytes) })
  assert.equal(alice.bitswap.ledgerForPeer(bad.peer)?.received, 0)
  assert.equal(alice.bitswap.ledgerForPeer(bob.peer)?.received, 20 * 4096)
  session.close()
  await net.close()
})

test('a peer that answers with bytes that are no message is heard again on each new stream, and holds up nobody', async () => {
  const { net, alice, others: [bob], bad } = await setup(1)
  const blocks = await randomBlocks(20, { size: 4096 })

  playGarbler(bad, net.random)
  bob.hold(...blocks)

  for (const { cid, bytes } of blocks) {
    const start = net.clock.now()
    const session = alice.bitswap.newSession() // which asks everybody
    assert.deepEqual(await net.run(session.getBlock(cid)), bytes)
    session.close()
    assert.ok(net.clock.now() - start <= 10 * LATENCY, `${net.clock.now() - start}`)
    await net.advance(1000)
  }

  const streams = new Set(net.trace.events.filter(({ what }) => what === 'malformed').map(({ time }) => time))
  assert.ok(alice.bitswap.stat().malformedReceived >= 2, `${alice.bitswap.stat().malformedReceived}`)
  assert.equal(alice.bitswap.stat().malformedReceived, streams.size)
  await net.close()
})

test('a peer that begins blocks and never ends them holds up nobody longer than the timeout', async () => {
  const { net, alice, others: [bob], bad } = await setup(1)
  const blocks = await randomBlocks(20, { size: 4096 })
  const session = alice.bitswap.newSession({ providers: [bad.peer] })

  playBreaker(bad, blocks)
  bob.hold(...blocks)
  await net.advance(100)
  assert.equal((await net.run(collect(session.getBlocks(blocks.map(({ cid }) => cid))))).length, 20)
  assert.ok(net.clock.now() <= UNMEASURED + 22 * LATENCY, `${net.clock.now()}`)
  session.close()
  await net.close()
})
