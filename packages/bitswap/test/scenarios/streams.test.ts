import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap'
import { collect } from '../support/collect.ts'

const LATENCY = 20

/** The pause before a stream that failed is opened again, by default. */
const RETRY = 100

/** How long a peer that answers at once may be silent when it owes answers, by default. */
const SILENCE = 500

/** When a peer that was silent or could not be reached is asked again at first, by default. */
const ASKED_AGAIN = 5000

interface Setting {
  net: VirtualNetwork
  alice: Instance
  bob: Instance
  blocks: Block[]
}

/** Bob has the blocks; streams are open both ways, and what was sent lately is old. */
async function setup (size: number): Promise<Setting> {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [first, ...blocks] = await randomBlocks(6, { size })

  bob.hold(first, ...blocks)
  await net.run(alice.bitswap.getBlock(first.cid))
  await net.advance(2000)

  return { net, alice, bob, blocks }
}

test('streams that are reset in the middle are opened again, and nothing is lost', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(300, { size: 4096 })
  let arrived = 0

  bob.hold(...blocks)
  alice.bitswap.addEventListener('block:received', () => {
    if (++arrived % 100 === 0 && arrived < 300) {
      net.faults.resetStreams(alice.node, bob.node)
    }
  })

  const got = await net.clock.run(collect(alice.bitswap.getBlocks(blocks.map(block => block.cid))))
  assert.equal(got.length, 300)
  // a pause, and one twice as long; streams to open, and a few windows
  assert.ok(net.clock.now() <= RETRY + 2 * RETRY + 40 * LATENCY, `${net.clock.now()}`)
  await net.close()
})

test('streams that are reset again and again cost no more than the time until the peer is asked again', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(300, { size: 4096 })
  let arrived = 0

  bob.hold(...blocks)
  alice.bitswap.addEventListener('block:received', () => {
    if (++arrived % 60 === 0) {
      net.faults.resetStreams(alice, bob)
    }
  })

  const got = await net.run(collect(alice.bitswap.getBlocks(blocks.map(({ cid }) => cid))))
  assert.equal(got.length, 300)
  // after three failures in a row Bob sends nothing more, until he is asked again: that happens twice, and the second time Alice waits twice as long
  assert.ok(net.clock.now() <= 3 * ASKED_AGAIN + 50 * LATENCY, `${net.clock.now()}`)
  await net.close()
})

test('idle streams that are reset lose no want', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)
  const got = alice.bitswap.getBlock(block.cid)

  await net.clock.advance(10_000)
  net.faults.resetStreams(alice.node, bob.node)
  await net.clock.advance(10_000)
  const added = net.clock.now()
  await bob.bitswap.addBlock(block)
  assert.deepEqual(await net.clock.run(got, { limit: 1000 }), block.bytes)
  assert.equal(net.clock.now() - added, 3 * LATENCY)
  await net.close()
})

test('a stream that is lost in the middle of a block is opened again, and the block is sent again, once', async () => {
  const { net, alice, bob, blocks: [block] } = await setup(100_000)
  const start = net.clock.now()

  net.faults.cutStream(bob, alice, 50_000)
  assert.deepEqual(await net.run(alice.bitswap.getBlock(block.cid)), block.bytes)
  // there and back, a pause, and there and back and there for a stream and the block
  assert.ok(net.clock.now() - start <= RETRY + 6 * LATENCY, `${net.clock.now() - start}`)
  await net.advance(1000)
  assert.deepEqual([alice.bitswap.stat().blocksReceived, alice.bitswap.stat().dupBlksReceived], [2, 0])
  assert.equal(net.trace.sent(alice, bob).wantBlocks.filter(cid => cid.equals(block.cid)).length, 1)
  await net.close()
})

test('a stream that is lost in the middle of a wantlist is opened again, and the wants are told again', async () => {
  const { net, alice, bob, blocks } = await setup(4096)
  const start = net.clock.now()

  net.faults.cutStream(alice, bob, 100)
  assert.equal((await net.run(collect(alice.bitswap.getBlocks(blocks.map(({ cid }) => cid))))).length, 5)
  assert.ok(net.clock.now() - start <= RETRY + 6 * LATENCY, `${net.clock.now() - start}`)
  assert.equal(alice.bitswap.stat().dupBlksReceived, 0)
  await net.close()
})

test('bytes that are changed on the way to no message reset the stream, are counted, and the block comes all the same', async () => {
  const { net, alice, bob, blocks: [block] } = await setup(4096)
  const start = net.clock.now()

  net.faults.corrupt(bob, alice, 2) // behind the length: the first field
  assert.deepEqual(await net.run(alice.bitswap.getBlock(block.cid)), block.bytes)
  assert.equal(alice.bitswap.stat().malformedReceived, 1)
  assert.ok(net.clock.now() - start <= RETRY + 6 * LATENCY, `${net.clock.now() - start}`)
  await net.close()
})

for (const what of ['the answer', 'the want'] as const) {
  test(`whichever byte of ${what} is changed on the way, the block comes, from whoever else has it`, async () => {
    for (let after = 0; after < 60; after++) {
      const { net, alice, bob, blocks: [block] } = await setup(4096)
      const [carol] = await net.instances(1)

      net.connect(alice, carol)
      carol.hold(block)

      if (what === 'the answer') {
        net.faults.corrupt(bob, alice, after)
      } else {
        net.faults.corrupt(alice, bob, after)
      }

      const start = net.clock.now()
      assert.deepEqual(await net.run(alice.bitswap.getBlock(block.cid)), block.bytes)
      // at the worst Bob is silent about it; Carol has yet to be asked whether she has it, and for it
      assert.ok(net.clock.now() - start <= SILENCE + 14 * LATENCY, `byte ${after}: ${net.clock.now() - start}`)
      assert.deepEqual(alice.store.peek(block.cid), block.bytes)
      assert.equal(alice.store.count, 2)
      await net.close()
    }
  })
}

test('a stream that cannot be opened is tried again, twice, and delays what is wanted by the pauses alone', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)

  bob.hold(block)
  net.faults.failOpening(alice, bob, new Error('too many streams'), new Error('too many streams'))
  net.faults.failOpening(bob, alice, new Error('too many streams'), new Error('too many streams'))
  assert.deepEqual(await net.run(alice.bitswap.getBlock(block.cid)), block.bytes)
  // three round trips to open each, two pauses before each, and the want and the block
  assert.equal(net.clock.now(), 2 * (3 * 2 * LATENCY + RETRY + 2 * RETRY) + 2 * LATENCY)
  await net.close()
})

test('a peer to which no stream can be opened holds up nobody: others are asked at once, and it is tried again', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const [first, shared, rare] = await randomBlocks(3, { size: 4096 })
  const session = alice.bitswap.newSession()

  bob.hold(first, shared, rare)
  await net.run(session.getBlock(first.cid))
  carol.hold(shared)
  net.faults.resetStreams(alice, bob)
  net.faults.failOpening(alice, bob, ...Array.from({ length: 3 }, () => new Error('too many streams')))
  const start = net.clock.now()
  const gotRare = session.getBlock(rare.cid)
  assert.deepEqual(await net.run(session.getBlock(shared.cid)), shared.bytes)
  // three attempts, and the pauses between them
  assert.ok(net.clock.now() - start <= 3 * RETRY + 12 * LATENCY, `${net.clock.now() - start}`)
  assert.deepEqual(await net.run(gotRare), rare.bytes)
  assert.ok(net.clock.now() - start <= 1000, `${net.clock.now() - start}`)
  session.close()
  await net.close()
})

test('a peer that could not be told what is no longer wanted is told when streams can be opened again', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)
  const caller = new AbortController()
  const got = alice.bitswap.getBlock(block.cid, { signal: caller.signal })
  const held = (): string[] => bob.bitswap.wantlistForPeer(alice.peer).map(({ cid }) => cid.toString())

  await net.clock.advance(1000)
  net.faults.resetStreams(alice.node, bob.node)
  net.faults.failOpening(alice.node, bob.node, ...Array.from({ length: 3 }, () => new Error('too many streams')))
  caller.abort(new Error('never mind'))
  await assert.rejects(net.clock.run(got), { message: 'never mind' })
  await net.clock.advance(9000)
  assert.deepEqual(held(), [block.cid.toString()])
  await net.clock.advance(2000)
  assert.deepEqual(held(), [])
  await net.close()
})

test('what came before a reset counts for less than what comes after it, however slow the store', async () => {
  const net = new VirtualNetwork({ latency: 20 })
  const [bob] = await net.instances(1, { store: { delay: 50 }, server: { maxConcurrentReads: 1 } })
  const raw = await net.rawPeer()
  const [last, ...cids] = (await randomBlocks(20)).map(({ cid }) => cid)

  net.connect(bob, raw)
  // message by message: the store is still asked about the first ones when the stream is gone
  for (const cid of cids) {
    await net.run(ask(raw, bob, [cid]))
  }

  await net.advance(100)
  net.faults.resetStreams(bob, raw)
  await net.run(raw.send(bob, { full: true, wants: [{ cid: last, priority: 1, wantType: 'block', sendDontHave: true }] }))
  await net.advance(5000)

  assert.deepEqual(bob.bitswap.wantlistForPeer(raw.peer).map(({ cid }) => cid.toString()), [last.toString()])
  await net.close()
})
