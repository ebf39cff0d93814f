/** What users can ask: whom a session asks first and why, where a want stands and what comes next. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { playEmpty, playSilent, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

const LATENCY = 20
const MB = 1_000_000

test('a session ranks its peers: who has it and is fast comes first, who lacked the last block later, who is silent last', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1)
  const [fast] = await net.instances(1, { uplink: 4 * MB })
  const [slow] = await net.instances(1, { uplink: MB })
  const [empty, silent] = [await net.rawPeer(), await net.rawPeer()]
  const blocks = await randomBlocks(64, { size: 100_000 })

  playEmpty(empty)
  playSilent(silent)

  net.connect(alice, empty)
  fast.hold(...blocks)
  slow.hold(...blocks)

  const session = alice.bitswap.newSession({ providers: [empty.peer] })
  const got = collect(session.getBlocks(blocks.map(({ cid }) => cid)))
  await net.advance(1000)
  net.connect(alice, silent)
  await session.addPeer(silent.peer)
  await net.advance(6000)
  net.connect(alice, slow)
  net.connect(alice, fast)
  await Promise.all([slow, fast].map(async ({ peer }) => { await session.addPeer(peer) }))
  await net.run(got)

  const peers = session.peers()
  const names = new Map([[fast.peer, 'fast'], [slow.peer, 'slow'], [empty.peer, 'empty'], [silent.peer, 'silent']])
  assert.deepEqual(peers.map(({ peer }) => names.get(peer)), ['fast', 'slow', 'empty', 'silent'])
  assert.deepEqual(peers.map(({ rank }) => rank), [1, 2, 3, 4])
  assert.deepEqual(peers.map(({ stalled }) => stalled), [false, false, false, true])

  const [atFast, atSlow, atEmpty] = peers
  assert.ok(atFast != null && atSlow != null && atEmpty != null)
  assert.ok(Math.abs((atFast.rate ?? 0) - 4 * MB) < 0.2 * MB, `${atFast.rate} bytes per second of 4 MB`)
  assert.ok(Math.abs((atSlow.rate ?? 0) - MB) < 0.1 * MB, `${atSlow.rate} bytes per second of 1 MB`)
  assert.equal(atEmpty.rate, undefined)
  assert.ok(atFast.window > atSlow.window, `${atFast.window} and ${atSlow.window} bytes`)
  assert.deepEqual([atFast.inFlight, atFast.inFlightBytes], [0, 0])
  assert.ok((atFast.latency ?? 0) >= 2 * LATENCY)
  await net.close()
})

test('a session shows what is in flight in blocks and bytes', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(10, { size: 5000 })
  const [first, ...rest] = blocks.map(({ cid }) => cid)

  bob.hold(...blocks)
  const session = alice.bitswap.newSession()
  assert.ok(first != null)
  await net.run(session.getBlock(first))

  const got = collect(session.getBlocks(rest))
  await net.advance(LATENCY)
  const [atBob] = session.peers()
  assert.deepEqual([atBob?.inFlight, atBob?.inFlightBytes], [9, 45_000])
  await net.run(got)
  await net.close()
})

test('where a want stands is told at each turn of its life, with who was asked what and when, and what comes next', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const routing = net.routing({ delay: 500 })
  const [alice] = await net.instances(1, { routing })
  const [bob, carol] = await net.instances(2, { connected: 'none' })
  const [block] = await randomBlocks(1)
  const explain = (): ReturnType<typeof alice.bitswap.explainWant> => alice.bitswap.explainWant(block.cid)

  net.connect(alice, bob)
  net.connect(alice, carol)
  assert.equal(explain(), undefined)

  const session = alice.bitswap.newSession()
  const got = session.getBlock(block.cid)
  await net.advance(10)
  assert.deepEqual(explain(), {
    cid: block.cid,
    state: 'looking',
    age: 10,
    priority: 1,
    sessions: [session.id],
    peers: [bob, carol].map(({ peer }) => ({ peer: peer.toString(), asked: 'have', askedAgo: 10, answer: undefined })),
    search: 'running',
    refreshes: 0,
    next: { event: 'answer', due: 4990 }
  })

  await net.advance(140)
  assert.deepEqual(explain()?.peers.map(({ answer }) => answer), ['dont-have', 'dont-have'])
  assert.deepEqual(explain()?.next, { event: 'search', due: undefined })

  await net.advance(400)
  assert.equal(explain()?.state, 'waiting')
  assert.equal(explain()?.search, 'done')
  assert.equal(explain()?.next.event, 'refresh')
  const { due = 0 } = explain()?.next ?? {}
  assert.ok(due > 29_000 && due <= 30_000, `${due}`)

  net.disconnect(alice, carol)
  await net.advance(due)
  assert.equal(explain()?.refreshes, 1)
  assert.deepEqual(explain()?.peers.map(({ peer, askedAgo }) => [peer, askedAgo]), [[bob.peer.toString(), 0]], 'who left is not asked anew')

  const heal = net.faults.hold(alice, bob)
  await bob.bitswap.addBlock(block)
  await net.advance(5001)
  assert.deepEqual(explain()?.peers.map(({ answer }) => answer), ['silent'])
  heal()
  assert.deepEqual(await net.run(got), block.bytes)
  assert.equal(explain(), undefined)
  await net.close()
})

test('a want that waits for room says so, one that is asked says of whom, and one that is being stored too', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1, { client: { initialWindow: 1 }, store: { delay: 100 } })
  const [bob] = await net.instances(1)
  const blocks = await randomBlocks(2)
  const [first, second] = blocks.map(({ cid }) => cid)
  assert.ok(first != null && second != null)

  net.connect(alice, bob)
  bob.hold(...blocks)
  const got = collect(alice.bitswap.getBlocks([first, second], { providers: [bob.peer] }))
  await net.advance(110) // its own store lacks them
  const explanations = [first, second].map(cid => alice.bitswap.explainWant(cid))
  assert.deepEqual(explanations.map(known => [known?.state, known?.next.event]), [['asked', 'answer'], ['ready', 'room']])
  assert.deepEqual(explanations[0]?.peers, [{ peer: bob.peer.toString(), asked: 'block', askedAgo: 10, answer: undefined }])
  assert.deepEqual(explanations[1]?.peers, [])

  await net.advance(110)
  assert.deepEqual(alice.bitswap.explainWant(first)?.next, { event: 'stored', due: undefined })
  await net.run(got)
  await net.close()
})

test('wants that wait for their turn to be looked for say so, and for a dial', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1, { client: { maxLooking: 1 }, connected: 'none' })
  const [bob] = await net.instances(1, { connected: 'none' })
  const [first, second] = await randomBlocks(2)
  const session = alice.bitswap.newSession({ providers: [bob.peer] })
  const got = collect(session.getBlocks([first.cid, second.cid]))

  bob.hold(first, second)
  await net.advance(1)
  assert.deepEqual([first, second].map(({ cid }) => alice.bitswap.explainWant(cid)?.next), [{ event: 'dial', due: undefined }, { event: 'turn', due: undefined }])
  await net.run(got)
  await net.close()
})
