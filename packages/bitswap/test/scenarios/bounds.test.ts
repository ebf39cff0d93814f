/** What the wanting side keeps is bounded, refused beyond that, and gone when it is over. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leftovers, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

test('as many sessions as allowed may be open; one more is refused, and the next when one is closed', async () => {
  const net = new VirtualNetwork()
  const [alice, bob] = await net.instances(2, { client: { maxSessions: 2 } })
  const [block, other] = await randomBlocks(2)
  const [session] = [alice.bitswap.newSession(), alice.bitswap.newSession()]
  const refused = { name: 'TooManySessionsError', maxSessions: 2 }

  bob.hold(block, other)
  assert.throws(() => alice.bitswap.newSession(), refused)
  // calls that need one of their own
  await assert.rejects(collect(alice.bitswap.getBlocks([block.cid])), refused)
  await assert.rejects(alice.bitswap.getBlock(block.cid, { providers: [bob.peer] }), refused)
  await assert.rejects(alice.bitswap.getBlock(block.cid), refused)
  assert.deepEqual(await net.run(session.getBlock(block.cid)), block.bytes)
  assert.equal(alice.bitswap.stat().sessions, 2)
  assert.deepEqual(leftovers(alice.bitswap), [])

  session.close()
  session.close()
  assert.deepEqual(await net.run(alice.bitswap.getBlock(other.cid)), other.bytes)
  assert.throws(() => alice.bitswap.newSession(), refused, 'the one that calls share is open')
  await net.close()
})

test('a call with what is no CID, or nothing to go through, fails and leaves no session', async () => {
  const net = new VirtualNetwork()
  const [alice, bob] = await net.instances(2)
  const broken = { [Symbol.iterator] () { throw new Error('no more') } }

  await assert.rejects(alice.bitswap.getBlock('bafy' as never, { providers: [bob.peer] }), TypeError)
  await assert.rejects(collect(alice.bitswap.getBlocks(7 as never)), TypeError)
  await assert.rejects(collect(alice.bitswap.getBlocks(broken)), { message: 'no more' })
  await assert.rejects(collect(alice.bitswap.getBlocks(['bafy' as never])), TypeError)
  await net.advance(1000)
  assert.equal(alice.bitswap.stat().sessions, 0)
  assert.deepEqual(leftovers(alice.bitswap), [])
  await net.close()
})

test('as many blocks as allowed may be wanted; one more is refused, but not a second call for one of them', async () => {
  const net = new VirtualNetwork()
  const [alice, bob] = await net.instances(2, { client: { maxWants: 3 } })
  const blocks = await randomBlocks(4)
  const [first, , , last] = blocks
  const waiting = blocks.slice(0, 3).map(async ({ cid }) => await alice.bitswap.getBlock(cid))

  await net.advance(1000)
  assert.equal(alice.bitswap.getWantlist().length, 3)
  await assert.rejects(alice.bitswap.getBlock(last.cid), { name: 'TooManyWantsError', maxWants: 3 })
  await assert.rejects(collect(alice.bitswap.getBlocks([last.cid])), { name: 'TooManyWantsError' })

  const again = alice.bitswap.getBlock(first.cid)

  await bob.bitswap.addBlocks(blocks)
  assert.deepEqual(await net.run(Promise.all(waiting)), blocks.slice(0, 3).map(({ bytes }) => bytes))
  assert.deepEqual(await net.run(again), first.bytes)
  assert.deepEqual(await net.run(alice.bitswap.getBlock(last.cid)), last.bytes)
  await net.close()
})

/** All that the wanting side keeps beside peers. */
function keptBy ({ bitswap }: Instance): number[] {
  const { board, driver, sessions, waiters, search } = bitswap.books.client
  const { freed, stirred, gained, roomToLook } = board.openings
  const peers = [...board.peers.values()]

  return [
    ...[board.wants, board.unresolved, board.sessions, board.changed, board.searchless, board.deadlines, freed, stirred, gained, roomToLook].map(({ size }) => size),
    ...peers.flatMap(({ asked, probed, wants, sessions }) => [asked.size, probed.size, wants.size, sessions.size, Number(wants.hasChanges)]),
    sessions.size, waiters.size, search?.size ?? 0, driver.dueAt ?? 0
  ]
}

test('a session that is closed while all kinds of things are under way leaves nothing, here and at its peers', async () => {
  const net = new VirtualNetwork({ latency: 20 })
  const routing = net.routing({ delay: 5000 })
  const [alice, bob, carol] = await net.instances(3, { routing, client: { maxLooking: 5, initialWindow: 4 } })
  const [far] = await net.instances(1, { routing, connected: 'none' })
  const blocks = await randomBlocks(100, { size: 100_000 })
  const cids = blocks.map(({ cid }) => cid)

  bob.hold(...blocks.slice(0, 50))
  const silent = await net.rawPeer()
  net.connect(silent, alice)

  for (const pause of [0, 10, 50, 100, 300, 6000]) {
    const session = alice.bitswap.newSession({ providers: [far.peer, carol.peer] })
    const got = assert.rejects(collect(session.getBlocks(cids)), { name: 'SessionClosedError' })

    await net.advance(pause)
    session.close()
    await got
    assert.deepEqual(leftovers(alice.bitswap), [])
    await net.advance(60_000)
    assert.deepEqual(keptBy(alice).filter(count => count !== 0), [], `after ${pause} ms`)
    assert.deepEqual([bob, carol, far].flatMap(({ bitswap }) => bitswap.wantlistForPeer(alice.peer)), [])
    alice.store.clear()
  }

  await net.close()
})
