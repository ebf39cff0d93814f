/**
 * What boxo tests of sessions, and of its client as a whole, in ours: what a
 * session asks for, whom, and when again. Ours differs in this: not 64 but 128 of
 * its wants are looked for at once, and more once somebody is known or nobody had
 * those; and what nobody has is asked for again, and searched again, in rounds that
 * are ever farther apart, where boxo searches for one want at random each minute.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PresenceType } from 'ts-bitswap/message'
import { FactType, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Block, Session } from 'ts-bitswap'
import type { Instance } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

const LATENCY = 20

function network (): VirtualNetwork {
  return new VirtualNetwork({ latency: LATENCY, streamRoundTrips: 0, dialRoundTrips: 1 })
}

function cidsOf (blocks: readonly Block[]): Array<Block['cid']> {
  return blocks.map(({ cid }) => cid)
}

/** What a session gets of these, in a list that grows; however it ends. */
function getting (session: Session, blocks: readonly Block[]): { got: Block[], ended: Promise<unknown> } {
  const got: Block[] = []
  const ended = (async () => {
    for await (const block of session.getBlocks(cidsOf(blocks))) {
      got.push(block)
    }
  })().catch((error: unknown) => error)

  return { got, ended }
}

test('128 blocks are asked of all at once; who has one is of the session; and only what comes is wanted no more', async () => {
  const net = network()
  const [alice] = await net.instances(1)
  const blocks = await randomBlocks(128)
  const peers = await Promise.all(Array.from({ length: 5 }, async () => net.rawPeer()))
  const session = alice.bitswap.newSession()

  peers.forEach(peer => { net.connect(alice, peer) })
  const { got, ended } = getting(session, blocks)
  await net.advance(2 * LATENCY)
  peers.forEach(peer => { assert.equal(new Set(peer.words).size, 128) })

  const word = (type: PresenceType, ...of: Block[]): { presences: Array<{ cid: Block['cid'], type: PresenceType }> } => ({ presences: of.map(({ cid }) => ({ cid, type })) })
  peers.forEach((peer, i) => { peer.say(alice, word(PresenceType.Have, blocks[i] as Block)) })
  peers[0]?.say(alice, word(PresenceType.DontHave, blocks[100] as Block))
  await net.advance(2 * LATENCY)
  assert.deepEqual(new Set(session.peers().map(({ peer }) => peer.toString())), new Set(peers.map(({ peer }) => peer.toString())))
  assert.equal(alice.bitswap.getWantlist().length, 128)

  peers[3]?.say(alice, { blocks: [blocks[3] as Block] })
  await net.advance(2 * LATENCY)
  assert.deepEqual(got, [blocks[3]])
  assert.equal(alice.bitswap.getWantlist().some(({ cid }) => cid.equals((blocks[3] as Block).cid)), false)
  assert.equal(alice.bitswap.getWantlist().length, 127)
  session.close()
  assert.equal(alice.bitswap.getWantlist().length, 0)
  assert.equal((await ended as Error).name, 'SessionClosedError')
  await net.close()
})

test('what does not come is asked for again in rounds, and searched at most once in each; what came is left out', async () => {
  const net = network()
  const routing = net.routing()
  const [alice, bob] = await net.instances(2, { routing })
  const blocks = await randomBlocks(20)
  const [first, ...missing] = blocks as [Block, ...Block[]]
  const session = alice.bitswap.newSession()
  const { got, ended } = getting(session, blocks)
  const cancelled = (since: number): number => net.trace.query({ from: alice, to: bob, what: FactType.Cancel, since }).length

  await net.advance(1000)
  const before = routing.calls.begun
  await bob.bitswap.addBlock(first)
  await net.advance(1000)
  assert.deepEqual(got, [first])

  for (const [round, end] of [[1, 35_000], [2, 100_000], [3, 230_000]] as const) {
    const start = net.clock.now()

    await net.advance(end - start)
    // asked again is cancelled first; of the first nothing more is said
    assert.equal(cancelled(start), missing.length, `round ${round}`)
    assert.equal(net.trace.query({ from: alice, to: bob, cid: first.cid, since: start }).length, 0)
    const searches = routing.calls.begun - before
    assert.ok(searches >= round && searches <= round * missing.length, `${searches} searches in ${round} rounds`)
  }

  session.close()
  await ended
  await net.close()
})

test('a session of which the signal aborts ends its calls at once, though theirs do not', async () => {
  const net = network()
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)
  const [own, calls] = [new AbortController(), new AbortController()]
  const session = alice.bitswap.newSession({ signal: own.signal })
  const stream = session.getBlocks([block.cid], { signal: calls.signal })
  const ended = assert.rejects(stream.next())

  await net.advance(1000)
  assert.equal(alice.bitswap.stat().sessions, 1)
  own.abort()
  await ended // without a step of time
  assert.deepEqual([alice.bitswap.stat().sessions, alice.bitswap.getWantlist()], [0, []])
  await net.advance(2000)
  assert.deepEqual(bob.bitswap.wantlistForPeer(alice.peer), [])
  await net.close()
})

test('what comes for a session that is closed harms nobody, and is had by the others', async () => {
  const net = network()
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(10)
  const [closed, open] = [alice.bitswap.newSession(), alice.bitswap.newSession()]
  const lost = getting(closed, blocks)
  const kept = getting(open, blocks.slice(5))

  bob.hold(...blocks)
  await net.advance(LATENCY) // the wants are there, the blocks on their way
  closed.close()
  closed.close()
  assert.equal((await lost.ended as Error).name, 'SessionClosedError')
  assert.equal(await net.run(kept.ended), undefined)
  assert.deepEqual([lost.got.length, kept.got.length], [0, 5])
  await net.advance(2000)
  assert.deepEqual([alice.store.count, alice.bitswap.getWantlist(), bob.bitswap.wantlistForPeer(alice.peer)], [5, [], []])
  open.close()
  await net.close()
})

/** Ten blocks at one provider, which only routing knows of. */
async function distant (): Promise<{ net: VirtualNetwork, alice: Instance, carol: Instance, blocks: Block[], name: (holder: Instance, ...blocks: Block[]) => void }> {
  const net = network()
  const routing = net.routing()
  const [alice] = await net.instances(1, { routing })
  const [carol] = await net.instances(1)
  const blocks = await randomBlocks(10)

  return {
    net,
    alice,
    carol,
    blocks,
    name: (holder, ...named) => {
      holder.hold(...named)
      named.forEach(({ cid }) => { routing.add(cid, holder) })
    }
  }
}

test('a session without a peer finds a provider, connects to it, and has all blocks of it with one search', async () => {
  const { net, alice, carol, blocks, name } = await distant()
  const session = alice.bitswap.newSession()

  name(carol, ...blocks)
  assert.equal((await net.run(collect(session.getBlocks(cidsOf(blocks))))).length, 10)
  assert.ok(net.isConnected(alice, carol))
  assert.ok(net.clock.now() <= 6 * LATENCY, `${net.clock.now()}`)
  session.close()
  await net.close()
})

test('when the connection ends after half of the blocks, a provider of the rest is found', async () => {
  const { net, alice, carol, blocks, name } = await distant()
  const [dave] = await net.instances(1)
  const session = alice.bitswap.newSession()

  name(carol, ...blocks.slice(0, 5))
  const { got, ended } = getting(session, blocks)
  await net.advance(10 * LATENCY)
  assert.equal(got.length, 5)
  net.disconnect(alice, carol)
  name(dave, ...blocks.slice(5))
  assert.equal(await net.run(ended), undefined)
  assert.equal(got.length, 10)
  // with the next round
  assert.ok(net.clock.now() <= 31_000, `${net.clock.now()}`)
  session.close()
  await net.close()
})
