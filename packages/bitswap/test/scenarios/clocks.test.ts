import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

const LATENCY = 20

/** How long a peer that answers at once may be silent when it owes answers, by default. */
const SILENCE = 500

const HOUR = 3_600_000

test('a process that is frozen for less than silence takes costs its time and nothing else', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const [first, ...blocks] = await randomBlocks(101, { size: 4096 })
  const session = alice.bitswap.newSession()

  bob.hold(first, ...blocks)
  await net.run(session.getBlock(first.cid))
  carol.hold(...blocks)
  const thaw = net.faults.freeze(bob)
  const got = collect(session.getBlocks(blocks.map(({ cid }) => cid)))
  await net.advance(SILENCE - 100)
  thaw()
  const thawed = net.clock.now()
  assert.equal((await net.run(got)).length, 100)
  assert.ok(net.clock.now() - thawed <= 6 * LATENCY, `${net.clock.now() - thawed}`)
  assert.deepEqual([alice.bitswap.stat().dupBlksReceived, carol.bitswap.stat().blocksSent], [0, 0])
  session.close()
  await net.close()
})

test('a process that is frozen for long is passed over, and asked again when it is back', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const [first, shared, rare, last] = await randomBlocks(4, { size: 4096 })
  const session = alice.bitswap.newSession()

  bob.hold(first, shared, rare, last)
  await net.run(session.getBlock(first.cid))
  carol.hold(shared)
  const thaw = net.faults.freeze(bob)
  const start = net.clock.now()
  assert.deepEqual(await net.run(session.getBlock(shared.cid)), shared.bytes)
  assert.ok(net.clock.now() - start <= SILENCE + 8 * LATENCY, `${net.clock.now() - start}`)
  await net.advance(60_000)
  thaw()
  await net.advance(1000)
  // it has read the cancel together with the want
  assert.equal(bob.bitswap.stat().blocksSent, 1)
  const asked = net.clock.now()
  assert.deepEqual(await net.run(session.getBlock(rare.cid)), rare.bytes)
  assert.ok(net.clock.now() - asked <= 6 * LATENCY, `${net.clock.now() - asked}`)
  // it has spoken: it is trusted again
  const again = net.clock.now()
  assert.deepEqual(await net.run(session.getBlock(last.cid)), last.bytes)
  assert.equal(net.clock.now() - again, 2 * LATENCY)
  session.close()
  await net.close()
})

const SLEEPS = {
  'is frozen': async (net: VirtualNetwork, member: Instance) => {
    const thaw = net.faults.freeze(member)
    await net.advance(HOUR)
    thaw()
  },
  'has its clock set ahead': async (net: VirtualNetwork, member: Instance) => { net.faults.jumpClock(member, HOUR) }
}

for (const [happens, sleep] of Object.entries(SLEEPS)) {
  test(`whoever ${happens} for an hour takes nobody for silent whose answer is there: no call fails`, async () => {
    const net = new VirtualNetwork({ latency: LATENCY })
    const [alice, bob] = await net.instances(2)
    const [first, ...blocks] = await randomBlocks(51, { size: 4096 })

    bob.hold(first, ...blocks)
    await net.run(alice.bitswap.getBlock(first.cid))
    const calls = Promise.allSettled(blocks.map(async ({ cid }) => alice.bitswap.getBlock(cid, { failFast: true })))
    await net.advance(LATENCY + 1) // the answers are under way
    await sleep(net, alice)
    const woken = net.clock.now()
    const failures = (await net.run(calls)).filter(({ status }) => status === 'rejected')
    assert.equal(failures.length, 0)
    assert.equal(alice.store.count, 51)
    assert.ok(net.clock.now() - woken <= LATENCY, `${net.clock.now() - woken}`)
    await net.close()
  })

  test(`whoever ${happens} for an hour asks no other for what is on its way, and notices silence the next time`, async () => {
    const net = new VirtualNetwork({ latency: LATENCY })
    const [alice, bob] = await net.instances(2)
    const [carol] = await net.instances(1)
    const [first, other, last, ...blocks] = await randomBlocks(53, { size: 4096 })
    const session = alice.bitswap.newSession()

    net.connect(alice, carol, { latency: 1 })
    bob.hold(first, last, ...blocks)
    carol.hold(other)
    await net.run(Promise.all([session.getBlock(first.cid), alice.bitswap.getBlock(other.cid)]))
    carol.hold(last, ...blocks)
    const calls = Promise.all(blocks.map(async ({ cid }) => session.getBlock(cid)))
    await net.advance(LATENCY + 1)
    await sleep(net, alice)
    await net.run(calls)
    await net.advance(1000)
    assert.deepEqual([alice.bitswap.stat().dupBlksReceived, carol.bitswap.stat().blocksSent], [0, 1])

    bob.crash({ noticed: Infinity })
    const got = session.getBlock(last.cid)
    await net.advance(SILENCE - 100)
    await sleep(net, alice)
    await net.advance(SILENCE - 100)
    assert.equal(carol.bitswap.stat().blocksSent, 1) // Bob may have answered
    await sleep(net, alice)
    const woken = net.clock.now()
    assert.deepEqual(await net.run(got), last.bytes)
    assert.ok(net.clock.now() - woken <= 10 * LATENCY, `${net.clock.now() - woken}`)
    net.disconnect(alice, bob)
    session.close()
    await net.close()
  })
}

test('a clock that is set ahead by an hour makes for one look at what is due, not for all that would have been', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(100)
  const got = collect(alice.bitswap.getBlocks(blocks.map(({ cid }) => cid)))

  await net.advance(1000)
  const [sent, timers] = [alice.bitswap.stat().messagesSent, alice.node.clock.pending]

  for (let i = 0; i < 3; i++) {
    net.faults.jumpClock(alice, HOUR)
    await net.advance(1000)
  }

  // what is asked again is taken back first, as much at a time as a peer is asked for
  assert.ok(alice.bitswap.stat().messagesSent - sent <= 3 * 4, `${alice.bitswap.stat().messagesSent - sent}`)
  assert.ok(alice.node.clock.pending <= timers, `${alice.node.clock.pending}`)
  assert.equal(bob.bitswap.wantlistForPeer(alice.peer).length, 100)
  await bob.bitswap.addBlocks(blocks)
  assert.equal((await net.run(got, { limit: 1000 })).length, 100)
  await net.close()
})

test('a server whose clock is set ahead by an hour sends what it owes', async () => {
  const net = new VirtualNetwork({ latency: LATENCY, rate: 100_000 })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(10, { size: 100_000 })
  const got = collect(alice.bitswap.getBlocks(blocks.map(({ cid }) => cid)))

  bob.hold(...blocks)
  await net.advance(2000) // in the middle of a block
  net.faults.jumpClock(bob, HOUR)
  assert.equal((await net.run(got)).length, 10)
  // 10 s for the bytes, and at the most one block for what was being written when its deadline passed
  assert.ok(net.clock.now() <= 11_000 + 20 * LATENCY, `${net.clock.now()}`)
  await net.close()
})

test('whoever has its clock set ahead by an hour while routing is asked, a stream opened and a store read goes on with them', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const routing = net.routing({ delay: 200 })
  const [alice] = await net.instances(1, { routing })
  const [bob] = await net.instances(1, { store: { delay: 200 } })
  const [block] = await randomBlocks(1)

  bob.hold(block)
  routing.add(block.cid, bob)
  alice.store.delay = 200
  const got = alice.bitswap.getBlock(block.cid, { failFast: true })
  await net.advance(250) // its own store was asked, and routing is
  net.faults.jumpClock(alice, HOUR)
  await net.advance(250)
  net.faults.jumpClock(alice, HOUR) // a stream is being opened, or the wants are on their way
  await net.advance(50)
  net.faults.jumpClock(bob, HOUR)
  assert.deepEqual(await net.run(got, { limit: 5000 }), block.bytes)
  await net.close()
})
