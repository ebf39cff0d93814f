import assert from 'node:assert/strict'
import { test } from 'node:test'
import { playAllTalk, playSilent, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap'
import { collect } from '../support/collect.ts'

const LATENCY = 20

/** How long a peer that answers at once may be silent when it owes answers, by default. */
const SILENCE = 500

/** The same of one that has answered nothing yet, by default. */
const UNMEASURED = 5000

/** Milliseconds that fetching all of them takes. */
async function timeOf (net: VirtualNetwork, instance: Instance, blocks: readonly Block[]): Promise<number> {
  const start = net.clock.now()
  const got = await net.run(collect(instance.bitswap.getBlocks(blocks.map(({ cid }) => cid))))

  assert.equal(got.length, blocks.length)

  return net.clock.now() - start
}

test('a peer that falls silent holds up nobody for longer than the timeout', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const [first, second] = await randomBlocks(2)
  const session = alice.bitswap.newSession()

  bob.hold(first)
  await net.clock.run(session.getBlock(first.cid))
  carol.hold(second)
  net.faults.hold(alice.node, bob.node)
  const start = net.clock.now()

  assert.deepEqual(await net.clock.run(session.getBlock(second.cid), { limit: 6000 }), second.bytes)
  assert.ok(net.clock.now() - start >= SILENCE && net.clock.now() - start <= SILENCE + 6 * LATENCY, `${net.clock.now() - start}`)
  session.close()
  await net.close()
})

test('a peer that reads and never says a word is waited for once, and then asked nothing that others have', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const silent = await net.rawPeer()
  const blocks = await randomBlocks(20, { size: 4096 })
  const session = alice.bitswap.newSession({ providers: [silent.peer] })

  playSilent(silent)
  net.connect(alice, silent)
  bob.hold(...blocks)
  const took: number[] = []

  for (const { cid } of blocks) {
    const start = net.clock.now()
    await net.run(session.getBlock(cid))
    took.push(net.clock.now() - start)
  }

  assert.ok(took[0] as number <= UNMEASURED + 10 * LATENCY, `${took[0]}`)
  assert.ok(took.slice(1).every(time => time <= 2 * LATENCY), String(took))
  session.close()
  await net.close()
})

test('a peer that says HAVE and never sends holds nobody up longer than the timeout', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const liar = await net.rawPeer()
  const [block] = await randomBlocks(1, { size: 5000 })

  playAllTalk(liar)
  net.connect(alice, liar, { latency: 1 }) // it is the first to say that it has it
  bob.hold(block)
  assert.deepEqual(await net.run(alice.bitswap.getBlock(block.cid)), block.bytes)
  assert.deepEqual(liar.words.slice(0, 2), [`have ${block.cid}`, `block ${block.cid}`])
  // Bob, who said that he has it, takes it over once it is overdue
  assert.ok(net.clock.now() < 1000 + 10 * LATENCY, `${net.clock.now()}`)
  await net.close()
})

test('a peer that goes on saying HAVE and never sends is passed over as soon, and not asked again while another sends', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const liar = await net.rawPeer()
  const [block] = await randomBlocks(1, { size: 5000 })

  playAllTalk(liar)
  net.connect(alice, liar, { latency: 1 })
  bob.hold(block)
  const got = alice.bitswap.getBlock(block.cid)

  const talk = (): void => {
    if (alice.store.count === 0) {
      liar.say(alice, { presences: [{ cid: block.cid, type: 'have' }] })
      net.clock.timer(100, talk)
    }
  }

  talk()
  assert.deepEqual(await net.run(got), block.bytes)
  assert.ok(net.clock.now() > SILENCE && net.clock.now() < SILENCE + 6 * LATENCY, `${net.clock.now()}`)
  assert.deepEqual(liar.words.filter(word => word.startsWith('block')), [`block ${block.cid}`])
  await net.close()
})

test('a peer that said DONT_HAVE sends the block unasked when it gets it from another', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3, { connected: 'line' })
  const [warm, block] = await randomBlocks(2, { size: 4096 })

  bob.hold(warm)
  await net.run(alice.bitswap.getBlock(warm.cid)) // a stream for blocks is open
  const got = alice.bitswap.getBlock(block.cid)
  await net.advance(1000)
  assert.deepEqual(net.trace.sent(bob, alice).dontHaves, [block.cid])

  carol.hold(block)
  assert.deepEqual(await net.run(bob.bitswap.getBlock(block.cid)), block.bytes)
  const stored = net.clock.now()
  assert.deepEqual(await net.run(got), block.bytes)
  assert.equal(net.clock.now() - stored, LATENCY)
  assert.deepEqual(net.trace.sent(alice, bob).wantBlocks.filter(cid => cid.equals(block.cid)).length, 1)
  await net.close()
})

test('a reader that stalls holds up nobody else, and what was read for it is given back after its deadline', async () => {
  const took: number[] = []

  for (const stall of [false, true]) {
    const net = new VirtualNetwork({ latency: LATENCY, rate: 10_000_000, maxWindow: 1_048_576 })
    const [bob, alice, carol] = await net.instances(3)
    const [blocks, others] = [await randomBlocks(40, { size: 262_144 }), await randomBlocks(40, { size: 262_144, seed: 2 })]

    bob.hold(...blocks, ...others)
    net.disconnect(alice, carol)
    const heal = stall ? net.faults.stall(alice, bob) : () => {}
    const got = stall ? collect(alice.bitswap.getBlocks(blocks.map(({ cid }) => cid))) : undefined

    took.push(await timeOf(net, carol, others))

    if (stall) {
      const readAhead = (): number => bob.bitswap.books.server.run?.engine.readAhead ?? NaN
      assert.ok(readAhead() <= 1_048_576, `${readAhead()}`)
      // at 12500 bytes a second since the window was full, looked at eight times, three times, with the pauses between
      await net.advance(3 * (2000 + 263_000 / 12.5) * 9 / 8 + 400)
      assert.equal(readAhead(), 0)
      assert.ok(bob.bitswap.books.server.stats.lost >= 3, `${bob.bitswap.books.server.stats.lost}`) // what was being written
      heal()
      const healed = net.clock.now()
      assert.equal((await net.run(got as Promise<Block[]>)).length, 40)
      assert.ok(net.clock.now() - healed <= 10_000 + 20 * LATENCY, `${net.clock.now() - healed}`) // one rest
    }

    await net.close()
  }

  assert.equal(took[0], took[1])
})

test('over a path that is slower than any deadline assumes each block comes once, as fast as it can', async () => {
  for (const [count, size] of [[5, 20_000], [2, 262_144]] as const) {
    const net = new VirtualNetwork({ latency: 200, window: 1000, maxWindow: 1000 }) // 2500 bytes a second
    const [alice, bob] = await net.instances(2)
    const blocks = await randomBlocks(count, { size })

    bob.hold(...blocks)
    const took = await timeOf(net, alice, blocks)
    assert.ok(took <= count * size / 2.5 + 3000, `${took}`)
    assert.equal(net.trace.sent(alice, bob).wantBlocks.length, count)
    assert.equal(alice.bitswap.stat().dupBlksReceived, 0)
    await net.close()
  }
})

test('a peer whose disk is slow is taken for silent once, and then known', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(20, { size: 4096 })
  const session = alice.bitswap.newSession()

  bob.hold(...blocks)
  await net.run(session.getBlock(blocks[0].cid))
  bob.store.delay = 800

  for (const { cid } of blocks.slice(1)) {
    await net.run(session.getBlock(cid, { failFast: true }))
  }

  // it was told again of the one that it seemed to leave unanswered
  assert.equal(net.trace.sent(alice, bob).wantBlocks.length, blocks.length + 1)
  session.close()
  await net.close()
})

test('a peer that lost a want and goes on sending others is passed over for that one', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const forgetful = await net.rawPeer()
  const blocks = await randomBlocks(40, { size: 2000 })
  const [lost, ...rest] = blocks
  const session = alice.bitswap.newSession({ providers: [forgetful.peer] })
  const known = new Map(rest.map(block => [block.cid.toString(), block]))

  forgetful.onMessage = (from, { wants }) => {
    for (const [i, { cid }] of wants.entries()) {
      const block = known.get(cid.toString())

      if (block != null) {
        net.clock.timer(100 * i, () => { forgetful.say(from, { blocks: [block] }) })
      }
    }
  }

  net.connect(alice, forgetful)
  bob.hold(lost)
  assert.equal((await net.run(collect(session.getBlocks(blocks.map(({ cid }) => cid))))).length, 40)
  assert.ok(net.clock.now() <= 40 * 100 + 10 * LATENCY, `${net.clock.now()}`) // it comes while the others do
  session.close()
  await net.close()
})
