/**
 * Weaknesses that boxo's client has and ours has not: sessions, and how peers
 * are chosen. Each test says what ours does; the comment, what boxo does.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'
import { number, Table } from '../planner-table.ts'
import { MovingAverage } from '../../src/core/ewma.ts'

const LATENCY = 20

function network (): VirtualNetwork {
  return new VirtualNetwork({ latency: LATENCY, streamRoundTrips: 0 })
}

// boxo: a peer that one session prunes is forgotten by all
test('what a session makes of a peer is no matter of another', () => {
  const table = new Table()
  const [a, b] = [table.connect(1), table.connect(2)]
  const [one, two] = [table.session(), table.session()]

  for (const session of [one, two]) {
    table.planner.found.peerJoins(session, a, 0)
    table.planner.found.peerJoins(session, b, 0)
  }
  table.want(two, 50)
  table.have(a, 50)

  for (let i = 0; i < 20; i++) {
    table.want(one, i)
    table.dontHave(a, i)
  }

  assert.ok(one.missesOf(a) > 0)
  assert.deepEqual([two.missesOf(a), two.peers.has(a), table.state(50)?.answers.get(a)], [0, true, 'have'])
})

// boxo: that all have said no is found out once; a peer that comes later and says no too starts no new search
test('after everybody has said no, whoever comes later is asked, and routing again with the next round', () => {
  const table = new Table({}, true)
  const a = table.connect(1)
  const session = table.session()

  table.connect(2)
  table.want(session, 0)
  table.effects()
  assert.equal(table.searches.length, 1)
  table.dontHave(a, 0)
  table.dontHave(table.planner.board.peers.get([...table.planner.board.peers.keys()][1] as string) ?? a, 0)
  table.planner.found.searchEnded(table.searches[0] as never, table.now)
  table.effects()
  assert.deepEqual(table.unavailable, [0])

  const late = table.connect(3)
  assert.ok(table.told(late).length > 0)
  table.dontHave(late, 0)
  table.effects()
  assert.deepEqual(table.unavailable, [0, 0])
  table.pass(30_000)
  table.effects()
  assert.equal(table.searches.length, 2)
})

/** One block after the other, with the others of the session connected. */
async function fetchOneByOne (net: VirtualNetwork, seed: number, alice: Instance, holders: Instance[]): Promise<void> {
  const blocks = await randomBlocks(20, { seed, size: 2000 })
  const session = alice.bitswap.newSession()

  holders.forEach(holder => { holder.hold(...blocks) })
  await net.run(async () => {
    for (const { cid } of blocks) {
      await session.getBlock(cid)
    }
  })
  session.close()
}

// boxo: peers are chosen by how often they were first, in this session alone, however slow they are
test('the nearer of two seeds is asked, and the next session knows', async () => {
  const net = network()
  const [alice, near, far] = await net.instances(3, { connected: 'none' })

  net.connect(alice, near, { latency: 10 })
  net.connect(alice, far, { latency: 250 })
  await fetchOneByOne(net, 1, alice, [near, far])
  const first = net.clock.now()
  assert.ok(near.bitswap.stat().blocksSent >= 18, `${near.bitswap.stat().blocksSent}`)
  const sent = far.bitswap.stat().blocksSent
  await fetchOneByOne(net, 2, alice, [near, far])
  assert.equal(far.bitswap.stat().blocksSent, sent)
  assert.ok(first <= 20 * 20 + 600 && net.clock.now() - first <= 21 * 20, `${first} ${net.clock.now()}`)
  await net.close()
})

// boxo: a session whose queue is full holds up what comes for the others
test('a session whose blocks nobody takes holds up no other', async () => {
  const net = network()
  const [alice, bob] = await net.instances(2)
  const [slow, quick] = [await randomBlocks(2000, { seed: 1, size: 500 }), await randomBlocks(200, { seed: 2, size: 500 })]
  const untaken = alice.bitswap.getBlocks(slow.map(({ cid }) => cid))

  bob.hold(...slow, ...quick)
  await net.run(untaken.next())
  const start = net.clock.now()
  assert.equal((await net.run(collect(alice.bitswap.getBlocks(quick.map(({ cid }) => cid))), { limit: 2000 })).length, 200)
  assert.ok(net.clock.now() - start <= 20 * LATENCY, `${net.clock.now() - start}`)
  await untaken.return(undefined)
  await net.close()
})

// boxo: closing a session goes through all wants of all sessions
test('closing a session looks at its own wants alone', () => {
  const table = new Table()
  const [large, small] = [table.session(), table.session()]

  table.connect(1)
  table.want(large, ...Array.from({ length: 300 }, (_, i) => i))
  table.want(small, 350)
  const refuse = (): never => { throw new Error('all wants are gone through') }
  Object.assign(table.planner.board.wants, { forEach: refuse, values: refuse, keys: refuse, entries: refuse, [Symbol.iterator]: refuse })
  table.planner.sessionClosed(small, 0)
  assert.equal(table.state(350), undefined)
  assert.deepEqual([large.wants.size, [...large.wants].every(want => number(want.cid) < 300)], [300, true])
})

// boxo: a server that answers 429 is left alone for good within a connection
test('a peer to which no stream could be opened is tried again by itself', async () => {
  const net = network()
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)

  bob.hold(block)
  net.faults.failOpening(alice, bob, ...Array.from({ length: 4 }, () => new Error('no')))
  assert.deepEqual(await net.run(alice.bitswap.getBlock(block.cid), { limit: 15_000 }), block.bytes)
  await net.close()
})

// boxo: the number of peers of all nodes in a process slows down each of them
test('nodes of one process do not know of each other', async () => {
  const times: number[] = []

  for (const others of [0, 100]) {
    const net = network()
    const [alice, bob] = await net.instances(2)
    const strangers = await net.instances(others, { connected: 'all' })

    assert.equal(strangers.length, others)
    await net.advance(1000)
    const start = net.clock.now()
    await fetchOneByOne(net, 1, alice, [bob])
    times.push(net.clock.now() - start)
    await net.close()
  }

  assert.equal(times[0], times[1])
})

// boxo: connections that were there before the start are not seen, and handlers stay after the stop
test('who was connected before the start is asked, and after the stop nothing is answered', async () => {
  const net = network()
  const [alice, bob] = await net.instances(2)
  const raw = await net.rawPeer()
  const [block] = await randomBlocks(1)

  bob.hold(block)
  net.connect(alice, raw)
  await net.run(alice.bitswap.stop())
  await assert.rejects(net.run(raw.open(alice)))
  await net.run(alice.bitswap.start())
  assert.deepEqual(await net.run(alice.bitswap.getBlock(block.cid), { limit: 1000 }), block.bytes)
  await net.close()
})

// boxo: once all its peers have left, a session neither sends new wants nor looks for them
test('a session that lost all its peers finds new ones, also for what is wanted only then', async () => {
  const net = network()
  const [alice, bob, carol] = await net.instances(3)
  const [first, second] = await randomBlocks(2)
  const session = alice.bitswap.newSession()

  bob.hold(first)
  carol.hold(second)
  await net.run(session.getBlock(first.cid))
  net.disconnect(alice, bob)
  await net.advance(1000)
  const start = net.clock.now()
  assert.deepEqual(await net.run(session.getBlock(second.cid)), second.bytes)
  assert.equal(net.clock.now() - start, 2 * LATENCY)
  session.close()
  await net.close()
})

// boxo: 64 wants are looked for at a time, always the oldest, and the others never
test('wants that nobody has keep no others from being found', async () => {
  const net = network()
  const [alice, bob] = await net.instances(3)
  const [missing, there] = [await randomBlocks(2500, { seed: 1, size: 32 }), await randomBlocks(5, { seed: 2 })]
  const session = alice.bitswap.newSession()
  const lost = collect(session.getBlocks(missing.map(({ cid }) => cid)))

  bob.hold(...there)
  await net.advance(1)
  assert.equal((await net.run(collect(session.getBlocks(there.map(({ cid }) => cid))), { limit: 10_000 })).length, 5)
  session.close()
  await assert.rejects(lost, { name: 'SessionClosedError' })
  await net.close()
})

// boxo: the mean of all latencies of a session never forgets a slow start, and makes it wait
test('a slow start is forgotten', () => {
  const latency = new MovingAverage(0.5)

  for (const sample of [5000, 20, 20, 20, 20, 20, 20, 20, 20]) {
    latency.add(sample)
  }

  assert.ok((latency.value ?? 0) < 50, `${latency.value}`)
  const table = new Table()
  const peer = table.connect(1)
  peer.answered(0, true, 5000)
  peer.speed.asked({ isIdle: true, held: false }, 5000)
  peer.answered(5000, true, 5020)
  assert.equal(peer.speed.roundTrip, 20)
})
