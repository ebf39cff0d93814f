/** What is read from a slow store before it can be sent: bounded, and not in the way of those who read. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap'
import { collect } from '../support/collect.ts'

const READ_AHEAD = 4_194_304

interface Setting {
  net: VirtualNetwork
  /** Serves, from a store that takes its time and tells no sizes. */
  bob: Instance
  /** Is honest. */
  alice: Instance
}

async function setup (...held: Block[]): Promise<Setting> {
  const net = new VirtualNetwork({ latency: 20 })
  const [bob] = await net.instances(1, { store: { delay: 5 }, server: { maxReadAhead: READ_AHEAD } })
  const [alice] = await net.instances(1)

  bob.hold(...held)
  net.connect(alice, bob)

  return { net, bob, alice }
}

/** Peers that want these, and read nothing. */
async function hogs ({ net, bob }: Setting, count: number, wanted: Block[]): Promise<void> {
  for (let i = 0; i < count; i++) {
    const hog = await net.rawPeer({ name: 'hog' })

    net.connect(hog, bob)
    net.faults.stall(hog, bob)
    hog.say(bob, { wants: wanted.map(({ cid }) => ({ cid, priority: 1, wantType: 'block', sendDontHave: false })) })
  }
}

test('peers that read nothing do not slow down one that does, though all that may be read ahead is read for them', async () => {
  const took: number[] = []

  for (const count of [0, 10]) {
    const [large, small] = [await randomBlocks(20, { seed: 2, size: 100_000 }), await randomBlocks(500, { size: 1000 })]
    const setting = await setup(...large, ...small)
    const { net, alice, bob } = setting

    await hogs(setting, count, large)
    await net.advance(3000)
    assert.ok(count === 0 || bob.bitswap.stat().server.readAheadBytes > READ_AHEAD - 200_000)

    const start = net.clock.now()
    await net.run(collect(alice.bitswap.getBlocks(small.map(({ cid }) => cid))))
    took.push(net.clock.now() - start)
    await net.close()
  }

  assert.ok(took[1] <= took[0] * 1.1, `${took}`)
})

test('who wants small blocks and then large ones does not have more read for it than twice what may be', async () => {
  const [small, large] = [await randomBlocks(100, { size: 100 }), await randomBlocks(16, { seed: 2, size: 1_000_000 })]
  const setting = await setup(...small, ...large)
  const { net, alice, bob } = setting
  let most = 0

  await net.run(collect(alice.bitswap.getBlocks(small.map(({ cid }) => cid))))
  await hogs(setting, 8, large)

  for (let i = 0; i < 200; i++) {
    await net.advance(5)
    most = Math.max(most, bob.bitswap.stat().server.readAheadBytes)
  }

  assert.ok(most > READ_AHEAD && most <= 2 * READ_AHEAD + 8 * 1_000_000, `${most}`)
  await net.close()
})
