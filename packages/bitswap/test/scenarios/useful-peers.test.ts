/** What the connection manager is told of peers: who is of use to a session, and no longer than that. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { playSilent, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance, RawPeer } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

const LATENCY = 20
const [ASKED, DELIVERED] = [5, 100]
const GRACE = 10_000
const TTL = 600_000

/** What a node's connection manager knows of a peer. */
function valueOf (alice: Instance, { peer }: Instance | RawPeer): number | undefined {
  return alice.node.tags.bitswap.byPeer.get(peer.toString())?.value
}

test('a peer is tagged when a session asks it, more when it delivered, and by few calls however many blocks', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const silent = await net.rawPeer()
  const other = await net.rawPeer()
  const blocks = await randomBlocks(500, { size: 2000 })

  playSilent(silent)
  net.connect(alice, silent)
  bob.hold(...blocks)
  const session = alice.bitswap.newSession({ providers: [silent.peer] })
  const got = collect(session.getBlocks(blocks.map(({ cid }) => cid)))

  await net.advance(5 * LATENCY)
  assert.deepEqual([valueOf(alice, silent), valueOf(alice, bob)], [ASKED, undefined])
  net.connect(alice, other) // is asked whether it has any, for want of a better one
  await net.run(got)
  assert.deepEqual([valueOf(alice, silent), valueOf(alice, bob), valueOf(alice, other)], [ASKED, DELIVERED, undefined])
  assert.equal(alice.node.tags.bitswap.calls, 3)
  assert.equal(bob.node.tags.bitswap.calls, 0)
  await net.close()
})

test('a peer whose last session has closed is let go a little later, one that is back in a session is not', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(50)

  bob.hold(...blocks)

  // each call has a session of its own
  for (const { cid } of blocks) {
    await net.run(collect(alice.bitswap.getBlocks([cid])))
  }

  assert.equal(valueOf(alice, bob), DELIVERED)
  assert.equal(alice.node.tags.bitswap.calls, 2)
  const session = alice.bitswap.newSession()
  await session.addPeer(bob.peer)
  await net.advance(2 * GRACE)
  assert.equal(valueOf(alice, bob), DELIVERED)

  session.close()
  await net.advance(GRACE - 1)
  assert.equal(valueOf(alice, bob), DELIVERED)
  await net.advance(1)
  assert.equal(valueOf(alice, bob), undefined)
  assert.equal(alice.node.tags.bitswap.calls, 3)
  await net.advance(100_000)
  assert.equal(net.clock.pending, 0)
  await net.close()
})

test('in a session that stays open a tag is renewed while the peer is of use, and lapses when it is not', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(4)
  const [first, second, third, last] = blocks
  const session = alice.bitswap.newSession()
  const tag = (): unknown => alice.node.tags.bitswap.byPeer.get(bob.peer.toString())

  bob.hold(...blocks)
  await net.run(session.getBlock(first.cid))
  const since = net.clock.now()
  assert.deepEqual(tag(), { value: DELIVERED, ttl: TTL, at: since })
  await net.advance(TTL / 4)
  await net.run(session.getBlock(second.cid))
  assert.deepEqual(tag(), { value: DELIVERED, ttl: TTL, at: since })

  await net.advance(TTL / 2)
  await net.run(session.getBlock(third.cid))
  const { at } = alice.node.tags.bitswap.byPeer.get(bob.peer.toString()) ?? { at: NaN }
  assert.ok(at > since + TTL / 2, `${at}`)

  await net.advance(TTL)
  const calls = alice.node.tags.bitswap.calls
  const got = session.getBlock(last.cid)
  await net.advance(LATENCY / 2)
  assert.deepEqual([valueOf(alice, bob), alice.node.tags.bitswap.calls], [ASKED, calls + 1], 'what it delivered is long ago')
  await net.run(got)
  assert.equal(valueOf(alice, bob), DELIVERED)
  await net.close()
})

test('nothing is left of a peer that leaves, and nothing after stop', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [carol] = await net.instances(1)
  const blocks = await randomBlocks(10)

  net.connect(alice, carol)
  bob.hold(...blocks)
  carol.hold(...blocks)
  const session = alice.bitswap.newSession({ providers: [bob.peer, carol.peer] })
  await net.run(collect(session.getBlocks(blocks.map(({ cid }) => cid))))
  assert.equal(alice.node.tags.bitswap.byPeer.size, 2)

  net.disconnect(alice, bob)
  assert.deepEqual([...alice.node.tags.bitswap.byPeer.keys()], [carol.peer.toString()])
  const calls = alice.node.tags.bitswap.calls
  session.close()
  await net.run(alice.bitswap.stop())
  assert.equal(alice.node.tags.bitswap.calls, calls + 1)
  assert.equal(alice.node.tags.bitswap.byPeer.size, 0)
  await net.close()
})

test('both sides know each other as partners while blocks go, the giver as more than the taker, and not for ever', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const blocks = await randomBlocks(6, { size: 2000 })
  const worth = (node: Instance, { peer }: Instance): number => node.node.tags['bitswap-partner'].byPeer.get(peer.toString())?.value ?? 0

  bob.hold(...blocks)

  for (const { cid } of blocks) {
    await net.run(alice.bitswap.getBlock(cid))
    await net.advance(10_000)
  }

  assert.deepEqual([worth(alice, bob), worth(bob, alice)], [12, 7])
  assert.deepEqual([worth(alice, carol), worth(carol, alice), worth(bob, carol), worth(carol, bob)], [0, 0, 0, 0])
  assert.equal(valueOf(alice, bob), DELIVERED, 'neither tag is in the way of the other')

  net.disconnect(alice, bob)
  assert.deepEqual([worth(alice, bob), worth(bob, alice)], [0, 0])
  net.connect(alice, bob)
  await net.advance(1)
  assert.deepEqual([worth(alice, bob), worth(bob, alice)], [12, 7])
  await net.advance(7_200_000)
  assert.deepEqual([worth(alice, bob), worth(bob, alice)], [0, 0])
  assert.equal(net.clock.pending, 0)
  await net.close()
})
