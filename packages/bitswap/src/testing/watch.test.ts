import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServerInit } from '../server/options.ts'
import type { Instance } from './instance.ts'
import { sleep } from '../core/clock.ts'
import { randomBlocks } from './random-blocks.ts'
import { VirtualNetwork } from './virtual-network.ts'
import { PeerNumbers } from '../client/peer-numbers.ts'
import { Want } from '../client/want.ts'

const blocks = await randomBlocks(20, { size: 3000 })
const cids = blocks.map(({ cid }) => cid)

/** Alice fetches all of bob, slowly enough to be looked at; others look on. */
async function setUp (others: number = 0, check: boolean = true): Promise<{ net: VirtualNetwork, alice: Instance, bob: Instance, fetch: () => Promise<void> }> {
  const net = new VirtualNetwork({ seed: 5, latency: 20, rate: 100_000, check })
  const [alice, bob] = await net.instances(2 + others)
  bob.hold(...blocks)

  return {
    net,
    alice,
    bob,
    fetch: async () => {
      for await (const { cid } of alice.bitswap.getBlocks(cids)) {
        assert.ok(cid)
      }
    }
  }
}

/** Breaks the books: a peer is to send what nobody wants. */
function breakBoard ({ bitswap }: Instance): void {
  const [peer] = bitswap.wantBoard.peers.values()
  peer.asked.set(new Want('nobody', cids[0], 1, new PeerNumbers(0)), 0)
}

test('a run in which all holds ends as it should, with nothing left', async () => {
  const { net, fetch } = await setUp()
  await net.run(fetch)
  await net.close()
})

test('a run ends at the step in which something does not hold, and says what, when, and with which seed', async () => {
  const { net, alice, fetch } = await setUp()
  net.clock.timer(100, () => { breakBoard(alice) })
  await assert.rejects(net.run(fetch), (error: Error & { violations?: string[], time?: number, seed?: number }) => {
    assert.equal(error.name, 'InvariantError')
    assert.ok(error.time != null && error.time >= 100 && error.time < 150, String(error.time))
    assert.equal(error.seed, 5)
    assert.match(error.message, /^at \d+(\.\d+)? ms, seed 5: node 0: /)

    return true
  })
})

test('in a large network it is found too, if later', async () => {
  const { net, alice, fetch } = await setUp(25)
  net.clock.timer(100, () => { breakBoard(alice) })
  await assert.rejects(net.run(async () => {
    await fetch()
    await sleep(net.clock, 1000)
  }), { name: 'InvariantError' })
})

test('nothing is checked where that is not wanted', async () => {
  const { net, alice, fetch } = await setUp(0, false)
  net.clock.timer(100, () => { breakBoard(alice) })
  await net.run(fetch)
})

test('a want that the other has forgotten is found at quiet, unless a fault may have made it so', async () => {
  const forget = async (disturb: boolean): Promise<void> => {
    const { net, alice, bob } = await setUp()
    const missing = (await randomBlocks(1, { seed: 9 }))[0].cid
    const never = alice.bitswap.getBlock(missing)
    await net.advance(1000)

    if (disturb) {
      net.faults.resetStreams(alice, bob)
      await net.advance(5000)
    }

    // as if bob had been told that it is over
    bob.bitswap.books.server.run?.engine.account(alice.peer)?.requests.clear()
    const got = alice.bitswap.getBlock(cids[0])
    await net.run(got)
    await net.advance(100)
    alice.bitswap.cancelWants([missing])
    await assert.rejects(never, { name: 'WantCancelledError' })
  }

  await assert.rejects(forget(false), { name: 'InvariantError', message: /does not hold the want|requests are kept/ })
})

test('who turns wants away, ignores them, or has no room for those of all, may forget them', async () => {
  const ways: Array<[server: ServerInit, act?: (bob: Instance) => void]> = [
    [{ maxWants: 4 }],
    [{ maxCidSize: 10 }],
    [{}, bob => { bob.bitswap.updateServer({ serve: false }) }],
    [{}, bob => { bob.bitswap.updateServer({ serve: 'silent' }) }]
  ]

  for (const [server, act] of ways) {
    const net = new VirtualNetwork({ latency: 20 })
    const [alice] = await net.instances(1)
    const [bob] = await net.instances(1, { server })
    const wanted = Promise.allSettled(cids.map(async cid => await alice.bitswap.getBlock(cid)))
    act?.(bob)
    net.connect(alice, bob)
    await net.advance(1000)
    bob.bitswap.updateServer({ serve: true })
    await net.advance(1000)
    alice.bitswap.cancelWants(cids)
    await net.run(wanted)
    await net.close()
  }
})

test('what is left when all has ended is found', async () => {
  const { net, alice, fetch } = await setUp()
  await net.run(fetch)
  await net.close()
  alice.bitswap.wantBoard.unresolved.add({} as never)
  await assert.rejects(net.close(), { name: 'InvariantError', message: /node 0 has 1 unresolved wants left/ })
})

test('what an instance counts and the wire does not is found, where nothing was lost', async () => {
  const miscount = async (lose: boolean): Promise<void> => {
    const { net, alice, bob, fetch } = await setUp()
    const { stats } = bob.bitswap.books.server
    await net.run(fetch)

    if (lose) {
      net.disconnect(alice, bob)
      net.connect(alice, bob)
    }

    (stats as { blocksSent: number }).blocksSent++
    bob.bitswap.books.server.scores.sent(alice.peer.toString(), 0)
    await net.run(alice.bitswap.getBlock((await randomBlocks(1, { seed: 9 }))[0].cid, { failFast: true })).catch((error: Error) => {
      if (error.name === 'InvariantError') {
        throw error
      }
    })
    await net.advance(1000)
  }

  await assert.rejects(miscount(false), { name: 'InvariantError', message: /blocks sent/ })
  await miscount(true)
})

test('two networks on one clock are both checked', async () => {
  const first = await setUp()
  const second = new VirtualNetwork({ clock: first.net.clock })
  await second.instances(2)
  first.net.clock.timer(100, () => { breakBoard(first.alice) })
  await assert.rejects(first.net.run(first.fetch), { name: 'InvariantError' })
})

test('a large network that never gets quiet is checked all the same', async () => {
  const { net, alice, fetch } = await setUp(25)
  // somebody is always on the way
  const chatter = await net.instances(2)
  const talk = (): void => {
    chatter[0].bitswap.getBlock(cids[0]).catch(() => undefined)
    chatter[0].store.delete(cids[0])
    net.clock.timer(5, talk)
  }
  chatter[1].hold(blocks[0])
  talk()
  net.clock.timer(100, () => { breakBoard(alice) })
  await assert.rejects(net.run(async () => {
    await fetch()
    await sleep(net.clock, 60_000)
  }), { name: 'InvariantError' })
})

test('timers that nobody stopped are found at the end', async () => {
  const net = new VirtualNetwork()
  const [alice] = await net.instances(1)
  const { stop } = alice.bitswap
  alice.bitswap.stop = async () => {
    await stop.call(alice.bitswap)
    setTimeoutForEver()
  }
  const setTimeoutForEver = (): void => { alice.node.clock.timer(1000, setTimeoutForEver) }
  await assert.rejects(net.close(), { name: 'ClockStalledError' })
})
