/**
 * Behaviours of boxo's client as a whole that no other file here is about, in
 * ours: who sent a block, whom the next of a session is asked of, late HAVEs,
 * what is asked of everybody when the peers of a session lack it, nodes that
 * serve nobody, and how many look-ups go on at once.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FactType, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap'
import { collect } from '../support/collect.ts'

const LATENCY = 20

function cidsOf (blocks: readonly Block[]): Array<Block['cid']> {
  return blocks.map(({ cid }) => cid)
}

test('whoever watches is told who sent a block', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(3)
  const [block] = await randomBlocks(1)
  const session = alice.bitswap.newSession()
  const senders: string[] = []

  bob.hold(block)
  alice.bitswap.addEventListener('block:received', ({ detail }) => { senders.push(`${detail.cid} ${detail.from}`) })
  assert.deepEqual(await net.run(session.getBlock(block.cid)), block.bytes)
  assert.deepEqual(senders, [`${block.cid} ${bob.peer}`])
  session.close()
  await net.close()
})

test('blocks that are spread over ten peers, fetched ten at a time in one session, come each from its holder', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, ...others] = await net.instances(11)
  const blocks = await randomBlocks(100)
  const session = alice.bitswap.newSession()

  others.forEach((other, i) => { other.hold(...blocks.slice(i * 10, i * 10 + 10)) })

  for (const [i, other] of others.entries()) {
    const ten = blocks.slice(i * 10, i * 10 + 10)

    assert.equal((await net.run(collect(session.getBlocks(cidsOf(ten))), { limit: 1000 })).length, 10)
    assert.deepEqual(others.map(({ bitswap }) => bitswap.stat().blocksSent), others.map((_, at) => at <= i ? 10 : 0))
    assert.equal(alice.bitswap.ledgerForPeer(other.peer)?.exchanged, 10)
  }

  assert.equal(alice.bitswap.stat().dupBlksReceived, 0)
  session.close()
  await net.close()
})

test('of what the peers of a session lack, that alone is asked of all others, at once', async () => {
  const net = new VirtualNetwork({ latency: LATENCY, streamRoundTrips: 0 })
  const [alice, bob, ...others] = await net.instances(6)
  const blocks = await randomBlocks(11, { size: 4096 })
  const [first, ...wanted] = blocks as [Block, ...Block[]]
  const lacked = wanted.slice(4, 6)
  const session = alice.bitswap.newSession()

  bob.hold(...blocks.filter(block => !lacked.includes(block)))
  await net.run(session.getBlock(first.cid))
  await net.advance(2000)
  const start = net.clock.now()
  const lost = assert.rejects(collect(session.getBlocks(cidsOf(wanted))), { name: 'SessionClosedError' })
  await net.advance(3 * LATENCY)

  for (const other of others) {
    const asked = net.trace.query({ from: alice, to: other, since: start })

    assert.deepEqual(asked.map(({ what }) => what), [FactType.WantHave, FactType.WantHave])
    assert.deepEqual(new Set(asked.map(({ cid }) => cid?.toString())), new Set(lacked.map(({ cid }) => cid.toString())))
    assert.ok(asked.every(({ time }) => time === start + 3 * LATENCY), `${asked[0]?.time}`)
  }

  session.close()
  await lost
  await net.close()
})

test('a peer that says HAVE long after the want is asked for the block', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(3)
  const late = await net.rawPeer()
  const [block] = await randomBlocks(1)

  net.connect(alice, late)
  const got = alice.bitswap.getBlock(block.cid)
  await net.advance(1000)
  await net.run(late.send(alice, { presences: [{ cid: block.cid, type: 'dont-have' }] }))
  await net.advance(10_000)
  late.onMessage = (from, { wants }) => {
    if (wants.some(({ wantType }) => wantType === 'block')) {
      late.say(from, { blocks: [block] })
    }
  }
  await net.run(late.send(alice, { presences: [{ cid: block.cid, type: 'have' }] }))
  assert.deepEqual(await net.run(got, { limit: 10 * LATENCY }), block.bytes)
  await net.close()
})

for (const [limit, expected] of [[6, 6], [11, 11], [20, 11]] as const) {
  test(`of eleven searches ${expected} run at once where ${limit} may`, async () => {
    const net = new VirtualNetwork({ latency: LATENCY })
    const routing = net.routing({ delay: 100 })
    const [alice] = await net.instances(1, { routing, client: { maxSearches: limit } })
    const [bob] = await net.instances(1)
    const blocks = await randomBlocks(11)

    bob.hold(...blocks)
    blocks.forEach(({ cid }) => { routing.add(cid, bob) })
    const got = Promise.all(blocks.map(async ({ cid }) => alice.bitswap.newSession().getBlock(cid)))

    await net.advance(50)
    assert.equal(routing.calls.running, expected)
    assert.equal((await net.run(got, { limit: 2000 })).length, 11)
    await net.close()
  })
}

// boxo: there is no server at all then, so that nobody learns anything; ours says DONT_HAVE where it is asked to
test('a node that serves nobody fetches as any other, and says DONT_HAVE of what it has', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [seed] = await net.instances(1)
  const [closed] = await net.instances(1, { server: { filter: () => false } })
  const [other] = await net.instances(1)
  const [block, own] = await randomBlocks(2)

  net.connect(seed, closed)
  net.connect(closed, other)
  seed.hold(block)
  assert.deepEqual(await net.run(closed.bitswap.getBlock(block.cid), { limit: 1000 }), block.bytes)
  closed.hold(own)
  const waiting = assert.rejects(other.bitswap.getBlock(own.cid), { name: 'NotStartedError' })
  await net.advance(1000)
  closed.bitswap.notifyNewBlocks([own.cid])
  await net.advance(1000)
  await assert.rejects(net.run(other.bitswap.getBlock(block.cid, { failFast: true })), {
    name: 'BlockUnavailableError',
    reasons: new Map([[closed.peer.toString(), 'dont-have']])
  })
  const { blocksReceived, dataReceived, blocksSent, dataSent } = closed.bitswap.stat()
  assert.deepEqual([blocksReceived, dataReceived, blocksSent, dataSent], [1, block.bytes.length, 0, 0])
  assert.equal(other.bitswap.stat().blocksReceived, 0)
  await net.run(other.bitswap.stop())
  await waiting
  await net.close()
})

test('the first to deliver a wanted block is marked for it, not who sends it again, nor who sends what nobody wants', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1)
  const peers = [await net.rawPeer(), await net.rawPeer(), await net.rawPeer()] as const
  const [block, unwanted] = await randomBlocks(2)
  const session = alice.bitswap.newSession({ providers: peers.map(({ peer }) => peer) })
  const values = (): Array<number | undefined> => peers.map(({ peer }) => alice.node.tags.bitswap.byPeer.get(peer.toString())?.value)

  peers.forEach(peer => { net.connect(alice, peer) })
  const got = session.getBlock(block.cid)
  await net.advance(1000)
  const [sender, again, stranger] = peers
  await net.run(sender.send(alice, { blocks: [block] }))
  await net.run(got)
  await net.run(again.send(alice, { blocks: [block] }))
  await net.run(stranger.send(alice, { blocks: [unwanted] }))
  await net.advance(1000)

  const [best, ...others] = values()
  assert.equal(best, 100)
  assert.ok(others.every(value => value == null || value < 100), others.join())
  assert.equal(alice.bitswap.stat().dupBlksReceived, 1)
  session.close()
  await net.close()
})
