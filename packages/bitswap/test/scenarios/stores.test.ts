import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'
import { foreignPromise } from '../support/foreign-promise.ts'

const LATENCY = 20

/** How long a peer that answers at once may be silent when it owes answers, by default. */
const SILENCE = 500

test('a store that fails rejects the caller with its error, and the next call may succeed', async () => {
  const net = new VirtualNetwork()
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)

  bob.hold(block)
  const got = alice.bitswap.getBlock(block.cid)
  alice.store.failures.push(new Error('disk full'))
  await assert.rejects(net.clock.run(got), /disk full/)
  assert.deepEqual(await net.clock.run(alice.bitswap.getBlock(block.cid)), block.bytes)
  await net.close()
})

test('a store that promises in another way is waited for, and may fail', async () => {
  const net = new VirtualNetwork()
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)

  bob.hold(block)
  alice.store.put = () => foreignPromise(Promise.reject(new Error('disk full')))
  await assert.rejects(net.clock.run(alice.bitswap.getBlock(block.cid)), /disk full/)
  await net.close()
})

test('a store that cannot take one block rejects its callers alone; the block is wanted of nobody any more', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const [first, second] = await randomBlocks(2)
  const callers = [first, first, second].map(async ({ cid }) => alice.bitswap.getBlock(cid))

  await net.advance(1000)
  bob.hold(first, second)
  alice.store.failures.push(new Error('disk full'))
  bob.bitswap.notifyNewBlocks([first.cid, second.cid])
  assert.deepEqual((await net.run(Promise.allSettled(callers))).map(({ status }) => status), ['rejected', 'rejected', 'fulfilled'])
  await net.advance(2000)
  assert.deepEqual(alice.bitswap.getWantlist(), [])
  assert.deepEqual(carol.bitswap.wantlistForPeer(alice.peer), [])
  assert.equal(alice.store.count, 1)
  await net.close()
})

test('a slow store holds up neither the wants nor the cancels, and no more is taken in than it may be behind', async () => {
  const net = new VirtualNetwork({ latency: 1 })
  const [bob, carol] = await net.instances(2, { connected: 'none' })
  const [alice] = await net.instances(1, { store: { delay: 1000 }, client: { maxStoringBytes: 20_000 } })
  const blocks = await randomBlocks(30, { size: 4096 })

  bob.hold(...blocks)
  net.connect(alice.node, bob.node)
  net.connect(alice.node, carol.node)
  const got = net.clock.run(collect(alice.bitswap.getBlocks(blocks.map(block => block.cid))), { limit: 60_000 })
  assert.equal((await got).length, 30)
  // a look whether they are here, and 5 at a time of those that came
  assert.ok(net.clock.now() >= 7000 && net.clock.now() <= 7020, `${net.clock.now()}`)
  assert.deepEqual(carol.bitswap.wantlistForPeer(alice.peer), [])
  await net.close()
})

test('a slow store of a server is asked for many blocks at a time, and holds up no cancel', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1)
  const [bob] = await net.instances(1, { store: { delay: 300 } })
  const blocks = await randomBlocks(30, { size: 4096 })
  const caller = new AbortController()
  const [missing] = await randomBlocks(1, { seed: 2 })

  net.connect(alice, bob)
  bob.hold(...blocks)
  const given = assert.rejects(alice.bitswap.getBlock(missing.cid, { signal: caller.signal }), { name: 'AbortError' })
  const got = collect(alice.bitswap.getBlocks(blocks.map(({ cid }) => cid)))
  await net.advance(100)
  caller.abort()
  assert.equal((await net.run(got)).length, 30)
  // a stream to ask on and one to answer on, while the store looks for all of them and then reads them
  assert.ok(net.clock.now() <= 2 * 300 + 4 * LATENCY, `${net.clock.now()}`)
  await given
  await net.advance(LATENCY)
  assert.deepEqual(bob.bitswap.wantlistForPeer(alice.peer), [])
  await net.close()
})

test('a store that fails now and then is asked again: whoever wants the block notices a delay', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [first, block] = await randomBlocks(2)

  bob.hold(first, block)
  await net.run(alice.bitswap.getBlock(first.cid))
  const start = net.clock.now()
  bob.store.failures.push(new Error('busy'), new Error('busy'))
  assert.deepEqual(await net.run(alice.bitswap.getBlock(block.cid, { failFast: true })), block.bytes)
  // asked again when it has been silent
  assert.equal(net.clock.now() - start, SILENCE + 2 * LATENCY)
  await net.close()
})

test('a store that goes on failing counts as one that lacks the block: others are asked, and it is once it works', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const [first, block, last] = await randomBlocks(3, { size: 4096 })
  const session = alice.bitswap.newSession()

  bob.hold(first, block, last)
  await net.run(session.getBlock(first.cid))
  carol.hold(block)
  bob.store.broken = new Error('no such device')
  const start = net.clock.now()
  assert.deepEqual(await net.run(session.getBlock(block.cid)), block.bytes)
  assert.ok(net.clock.now() - start <= 750 + 8 * LATENCY, `${net.clock.now() - start}`)
  await assert.rejects(net.run(session.getBlock(last.cid, { failFast: true }), { limit: 2000 }), { name: 'BlockUnavailableError' })

  const got = session.getBlock(last.cid)
  bob.store.broken = undefined
  const mended = net.clock.now()
  assert.deepEqual(await net.run(got), last.bytes)
  // Carol, who failed nobody, is asked to send it, and Bob along with her whether he has it
  assert.equal(net.clock.now() - mended, 4 * LATENCY)
  session.close()
  await net.close()
})

test('a store that hangs for a block holds up nobody else, and not the same peer when it asks again and the store has recovered', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const [block, other] = await randomBlocks(2)

  bob.hold(block)
  bob.store.delay = 3_000_000 // as good as never
  const got = alice.bitswap.getBlock(block.cid)
  await net.advance(1000)
  bob.store.delay = 0
  bob.hold(other)
  const start = net.clock.now()
  assert.deepEqual(await net.run(carol.bitswap.getBlock(other.cid)), other.bytes)
  assert.ok(net.clock.now() - start <= 6 * LATENCY, `${net.clock.now() - start}`)
  assert.deepEqual(await net.run(got), block.bytes)
  // asked again after 10 s: what the store is at since the first time is not waited for
  assert.ok(net.clock.now() <= 10_000 + 6 * LATENCY, `${net.clock.now()}`)
  assert.equal(bob.bitswap.books.server.stats.storeErrors, 0)
  // what it is at is late after 30 s, and counts as failed then
  await net.advance(30_000 + 6 * LATENCY - net.clock.now())
  assert.equal(bob.bitswap.books.server.stats.storeErrors, 1)
  await net.close()
})

test('a store that holds other bytes than it should harms nobody: they are dropped, and another is asked', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const [first, block] = await randomBlocks(2, { size: 4096 })
  const session = alice.bitswap.newSession()

  bob.hold(first, block)
  await net.run(session.getBlock(first.cid))
  carol.hold(block)
  bob.store.corrupt(block.cid)
  const start = net.clock.now()
  assert.deepEqual(await net.run(session.getBlock(block.cid)), block.bytes)
  assert.ok(net.clock.now() - start <= SILENCE + 8 * LATENCY, `${net.clock.now() - start}`)
  assert.deepEqual(alice.store.peek(block.cid), block.bytes)
  assert.equal(alice.store.count, 2)
  assert.equal(alice.bitswap.stat().unwantedBlocksReceived, 1)
  session.close()
  await net.close()
})

test('what a peer wants of us, and we take long about, does not keep us from asking others for what we want', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1, { server: { filter: async () => await new Promise<boolean>(() => {}) } })
  const [carol] = await net.instances(1)
  const bob = await net.rawPeer()
  const [block, ...others] = await randomBlocks(101)

  net.disconnect(alice, carol)
  net.connect(alice, bob)
  bob.say(alice, { wants: others.map(({ cid }) => ({ cid, priority: 1, wantType: 'block', sendDontHave: false })) })
  await net.advance(1000)
  const start = net.clock.now()
  const got = alice.bitswap.getBlock(block.cid) // of bob, who says nothing

  await net.advance(100)
  carol.hold(block)
  net.connect(alice, carol)
  assert.deepEqual(await net.run(got), block.bytes)
  assert.ok(net.clock.now() - start <= 12_000, `${net.clock.now() - start}`) // the filter has 40 s for all
  await net.close()
})
