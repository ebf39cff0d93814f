/**
 * What boxo tests of its callers and of the wants they leave behind, in ours:
 * however many wants are outstanding, what comes is had at once, by all who want
 * it and by nobody else; and nothing is left of whoever has had enough.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap'
import { collect } from '../support/collect.ts'

const LATENCY = 20

function network (): VirtualNetwork {
  return new VirtualNetwork({ latency: LATENCY, streamRoundTrips: 0 })
}

function cidsOf (blocks: readonly Block[]): Array<Block['cid']> {
  return blocks.map(({ cid }) => cid)
}

// a server keeps 1024 wants for each peer. boxo's client tells it all, and the server drops the last; ours tells it so
// many, the last, and begins again with the next round
for (const { which, at, limit } of [{ which: 'the last', at: 2048, limit: 2 * LATENCY }, { which: 'the first', at: 0, limit: 31_000 }]) {
  test(`of 2049 wants ${which} appears, and comes to the call that it is of`, async () => {
    const net = network()
    const [alice, bob] = await net.instances(2)
    const blocks = await randomBlocks(2049, { size: 32 })
    const own = blocks[at] as Block
    const controller = new AbortController()
    const next = async (of: Block[]): Promise<IteratorResult<Block>> => alice.bitswap.getBlocks(cidsOf(of), { signal: controller.signal }).next()
    const before = next(blocks.slice(0, at))

    await net.advance(2000)
    const got = next([own])
    await net.advance(2000)
    const after = next(blocks.slice(at + 1))
    const others = assert.rejects(at === 0 ? after : before, /enough/)

    await net.advance(2000)
    assert.deepEqual([alice.bitswap.getWantlist().length, bob.bitswap.wantlistForPeer(alice.peer).length], [2049, 1024])
    await bob.bitswap.addBlock(own)
    assert.deepEqual((await net.run(got, { limit })).value, own)
    controller.abort(new Error('enough'))
    await others
    assert.deepEqual(alice.bitswap.getWantlist(), [])
    await net.close()
  })
}

test('of 2499 wants one is added here, and had without a step of time', async () => {
  const net = network()
  const [alice] = await net.instances(3)
  const blocks = await randomBlocks(2499, { size: 32 })
  const session = alice.bitswap.newSession()
  const stream = session.getBlocks(cidsOf(blocks))
  const got = stream.next()

  await net.advance(1000)
  await alice.bitswap.addBlock(blocks[2000] as Block)
  assert.deepEqual((await got).value, blocks[2000])
  assert.equal(alice.bitswap.getWantlist().length, 2498)
  const rest = assert.rejects(stream.next(), { name: 'SessionClosedError' })
  session.close()
  await rest
  await net.close()
})

test('eleven wants are listed while they are wanted, one when ten are given up, none when all are', async () => {
  const net = network()
  const [alice, bob] = await net.instances(2)
  const [one, ...ten] = await randomBlocks(11) as [Block, ...Block[]]
  const [batch, single] = [new AbortController(), new AbortController()]
  const many = assert.rejects(collect(alice.bitswap.getBlocks(cidsOf(ten), { signal: batch.signal })), /batch/)
  const last = assert.rejects(alice.bitswap.getBlock(one.cid, { signal: single.signal }), /single/)
  const listed = (): [number, number] => [alice.bitswap.getWantlist().length, bob.bitswap.wantlistForPeer(alice.peer).length]

  await net.advance(1000)
  assert.deepEqual(listed(), [11, 11])
  batch.abort(new Error('batch'))
  await many
  await net.advance(2000)
  assert.deepEqual(listed(), [1, 1])
  single.abort(new Error('single'))
  await last
  await net.advance(2000)
  assert.deepEqual(listed(), [0, 0])
  await net.close()
})

test('a session that gives up a block takes it from no other, and wants nothing more', async () => {
  const net = network()
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)
  const [gone, stays] = [alice.bitswap.newSession(), alice.bitswap.newSession()]
  const lost = assert.rejects(gone.getBlock(block.cid), { name: 'SessionClosedError' })
  const got = stays.getBlock(block.cid)

  await net.advance(1000)
  gone.close()
  await lost
  await bob.bitswap.addBlock(block)
  assert.deepEqual(await net.run(got, { limit: 1000 }), block.bytes)
  assert.deepEqual([alice.bitswap.getWantlist(), alice.bitswap.sessionsForBlock(block.cid)], [[], []])
  stays.close()
  await net.close()
})

test('nothing asked for is nothing got, and who has had enough before asks for nothing', async () => {
  const net = network()
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)
  const over = AbortSignal.abort(new Error('enough'))

  bob.hold(block)
  assert.deepEqual(await collect(alice.bitswap.getBlocks([])), [])
  await assert.rejects(collect(alice.bitswap.getBlocks([block.cid], { signal: over })), /enough/)
  await assert.rejects(alice.bitswap.getBlock(block.cid, { signal: over }), /enough/)
  // what is no CID is no block that nobody has, as it is in boxo
  await assert.rejects(alice.bitswap.getBlock(undefined as never), TypeError)
  await net.advance(1000)
  assert.deepEqual([alice.bitswap.stat().messagesSent, alice.bitswap.getWantlist()], [0, []])
  await net.close()
})

test('a thousand blocks that nobody takes come all the same, and whoever gives them up leaves nothing', async () => {
  const net = network()
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(1000, { size: 100 })
  const controller = new AbortController()
  const stream = alice.bitswap.getBlocks(cidsOf(blocks), { signal: controller.signal })

  bob.hold(...blocks)
  await net.run(stream.next())
  await net.advance(2000)
  assert.equal(alice.store.count, 1000)
  controller.abort(new Error('enough'))
  await assert.rejects(stream.next(), /enough/)
  assert.deepEqual([alice.bitswap.getWantlist(), alice.bitswap.stat().sessions], [[], 0])
  await net.close()
})

test('a block goes to each call that wants it, once to each, whatever comes twice', async () => {
  const net = network()
  const [alice, bob] = await net.instances(2)
  const raw = await net.rawPeer()
  const [block, other] = await randomBlocks(2)
  const calls = [[block, block], [other, block]].map(async wanted => collect(alice.bitswap.getBlocks(cidsOf(wanted as Block[]))))

  net.connect(alice, raw)
  await net.advance(100)
  await net.run(raw.send(alice, { blocks: [block, block] }))
  await net.run(raw.send(alice, { blocks: [block] }))
  await bob.bitswap.addBlocks([block, other])
  const [first, second] = await net.run(Promise.all(calls))
  assert.deepEqual([first, second], [[block], [block, other]])
  assert.deepEqual([alice.store.count, alice.store.calls.put], [2, 2])
  await net.close()
})

test('what is wanted is taken from whoever sends it, asked or not; what is not, from nobody', async () => {
  const net = network()
  const [alice] = await net.instances(1, { client: { maxBroadcastPeers: 0 } })
  const stranger = await net.rawPeer()
  const [wanted, unwanted] = await randomBlocks(2)
  const got = alice.bitswap.getBlock(wanted.cid)

  net.connect(alice, stranger)
  await net.advance(100)
  assert.deepEqual(stranger.words, [])
  await net.run(stranger.send(alice, { blocks: [unwanted, wanted] }))
  assert.deepEqual(await net.run(got, { limit: 1000 }), wanted.bytes)
  assert.deepEqual([alice.store.count, alice.bitswap.stat().unwantedBlocksReceived], [1, 1])
  await net.close()
})

test('what is wanted counts once, as a block when somebody is to send it, whoever else was asked', async () => {
  const net = network()
  const [alice, bob, carol] = await net.instances(3)
  const [here, ...blocks] = await randomBlocks(5, { size: 4096 }) as [Block, ...Block[]]
  const counts = (): [number, number, number] => [alice.bitswap.getWantlist().length, alice.bitswap.getWantBlocks().length, alice.bitswap.getWantHaves().length]
  const session = alice.bitswap.newSession()

  bob.hold(here)
  await net.run(session.getBlock(here.cid))
  const [asked, looked] = [blocks.slice(0, 2), blocks.slice(2)]
  const calls = [collect(session.getBlocks(cidsOf(asked))), collect(alice.bitswap.getBlocks(cidsOf(looked)))]
  const ended = calls.map(async call => assert.rejects(call, { name: 'WantCancelledError' }))
  await net.advance(0)
  // two are asked of Bob, of whom the session knows; of the others it is asked who has them
  assert.deepEqual(counts(), [4, 2, 2])
  // one that is wanted twice is one
  ended.push(assert.rejects(alice.bitswap.getBlock((asked[0] as Block).cid), { name: 'WantCancelledError' }))
  await net.advance(0)
  assert.deepEqual(counts(), [4, 2, 2])
  await net.advance(1000)
  assert.deepEqual(counts(), [4, 0, 4])
  // those who leave take no want with them
  net.disconnect(alice, bob)
  net.disconnect(alice, carol)
  assert.deepEqual(counts(), [4, 0, 4])
  session.cancelWants(cidsOf(asked))
  await net.advance(0)
  assert.equal(counts()[0], 3) // the call wants it still
  alice.bitswap.cancelWants(cidsOf(blocks))
  assert.deepEqual(counts(), [0, 0, 0])
  await Promise.all(ended)
  session.close()
  await net.close()
})
