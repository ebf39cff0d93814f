/** Peers that say too much, or what cannot be read, or nothing at all: they are slowed, then cut off; nobody else is. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, flood, frameOf, randomBlocks, randomCid, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance, RawPeer } from 'ts-bitswap/testing'
import type { BitswapInit, Block } from 'ts-bitswap'
import { collect } from '../support/collect.ts'
import { keptLog } from '../support/kept-log.ts'
import type { KeptLog } from '../support/kept-log.ts'

const LATENCY = 20

/** A hundredth of the defaults, so that floods need not be large. */
const NETWORK = { maxEntries: 160, entryRate: 40, totalEntryRate: 160, floodTimeout: 10_000 }

interface Setting {
  net: VirtualNetwork
  bob: Instance
  bad: RawPeer
  log: KeptLog
}

async function setup (network: NonNullable<BitswapInit['network']> = NETWORK): Promise<Setting> {
  const net = new VirtualNetwork({ latency: LATENCY })
  const log = keptLog()
  const [bob] = await net.instances(1, { network, logger: log })
  const bad = await net.rawPeer()

  net.connect(bad, bob)

  return { net, bob, bad, log }
}

const cidsOf = (blocks: Block[]): Array<Block['cid']> => blocks.map(({ cid }) => cid)
const wantOf = (cid: Block['cid']): { cid: Block['cid'], priority: number, wantType: 'block', sendDontHave: boolean } => ({ cid, priority: 1, wantType: 'block', sendDontHave: true })
const missing = (net: VirtualNetwork, count: number): Array<Block['cid']> => Array.from({ length: count }, () => randomCid(net.random))
const refusals = (bad: RawPeer): number => bad.messages.reduce((sum, { presences }) => sum + presences.length, 0)

test('a flood of wants is answered at the rate that is allowed, and its peer disconnected and named when it goes on', async () => {
  const { net, bob, bad, log } = await setup()

  for (let i = 0; i < 100; i++) {
    await net.run(ask(bad, bob, missing(net, 20)))
  }

  await net.advance(1000)
  assert.ok(refusals(bad) >= 160 && refusals(bad) <= 160 + 40 + 20, `${refusals(bad)}`)
  await net.advance(5000)
  assert.ok(refusals(bad) >= 360 && refusals(bad) <= 160 + 6 * 40 + 20, `${refusals(bad)}`)
  assert.equal(net.isConnected(bad, bob), true)
  await net.advance(5000)
  assert.equal(net.isConnected(bad, bob), false)
  assert.equal(bob.bitswap.stat().peersCutOff, 1)
  assert.ok(bob.bitswap.stat().timesHeld > 0)
  assert.deepEqual(log.errors, [`${bad.peer} goes on saying more than it may, and is disconnected`])

  // it finds its account as it was: empty
  const answered = refusals(bad)
  net.connect(bad, bob)

  for (let i = 0; i < 100; i++) {
    await net.run(ask(bad, bob, missing(net, 20)))
  }

  await net.advance(1000)
  assert.ok(refusals(bad) - answered <= 80, `${refusals(bad) - answered}`)
  await net.advance(10_000)
  assert.equal(net.isConnected(bad, bob), false)
  assert.equal(bob.bitswap.stat().peersCutOff, 2)
  await net.close()
})

test('many streams, cancels, empty messages and presences are no way around it', async () => {
  const messages = [
    { entries: 20, make: (net: VirtualNetwork) => ({ cancels: missing(net, 20) }) },
    { entries: 20, make: (net: VirtualNetwork) => ({ presences: missing(net, 20).map(cid => ({ cid, type: 'have' as const })) }) },
    { entries: 1, make: () => ({}) }
  ]

  for (const { entries, make } of messages) {
    const { net, bob, bad } = await setup()

    for (let i = 0; i < 400; i++) {
      await net.run(bad.send(bob, make(net)))
    }

    await net.advance(1000)
    assert.ok(bob.bitswap.stat().messagesReceived * entries <= 160 + 2 * 40, `${bob.bitswap.stat().messagesReceived}`)
    assert.ok(bob.bitswap.stat().timesHeld > 0)
    await net.close()
  }

  const { net, bob, bad } = await setup()

  for (const { stream } of await net.run(Promise.all(Array.from({ length: 50 }, async () => await bad.open(bob))))) {
    stream.send(frameOf({ wants: missing(net, 20).map(wantOf) }))
    await stream.close()
  }

  await net.advance(1000)
  assert.ok(refusals(bad) <= 160 + 2 * 40 + 20, `${refusals(bad)}`)
  await net.close()
})

test('while one has to wait nothing more is taken from it than the transport has on its way', async () => {
  const { net, bob, bad } = await setup()
  const { stream } = await net.run(bad.open(bob))
  const frame = frameOf({ wants: missing(net, 400).map(wantOf) })

  for (let i = 0; i < 100; i++) {
    stream.send(frame)
  }

  await net.advance(1000)
  const taken = 100 * frame.length - stream.unsent
  assert.ok(taken > 3 * frame.length && taken < 500_000, `${taken}`)
  await net.close()
})

test('one that lets up is read again, and not disconnected', async () => {
  const { net, bob, bad } = await setup()

  for (let i = 0; i < 10; i++) {
    await net.run(flood(bad, bob, 300, net.random))
    await net.advance(10_000)
    assert.equal(refusals(bad), 300 * (i + 1))
  }

  assert.equal(net.isConnected(bad, bob), true)
  assert.equal(bob.bitswap.stat().peersCutOff, 0)
  await net.close()
})

test('the fastest client of small blocks is never held up, though it cancels each want beside', async () => {
  const { net, bob, bad } = await setup()
  const blocks = await randomBlocks(5000, { size: 32 })
  let received = 0

  bob.hold(...blocks)
  bad.onMessage = (_, message) => { received += message.blocks.length }

  // three entries a block, 5000 blocks in 5 s: 75 times as much as is allowed for nothing
  for (let i = 0; i < 5000; i += 50) {
    const cids = cidsOf(blocks.slice(i, i + 50))

    await net.run(bad.send(bob, { wants: cids.map(cid => ({ ...wantOf(cid), wantType: 'have' })) }))
    await net.run(ask(bad, bob, cids))
    await net.advance(50)
    await net.run(bad.send(bob, { cancels: cids }))
  }

  await net.advance(1000)
  assert.ok(received >= 5000, `${received}`)
  assert.equal(bob.bitswap.stat().timesHeld, 0)
  assert.equal(net.isConnected(bad, bob), true)
  await net.close()
})

test('an honest client beside floods is served as fast as without', async () => {
  const times: number[] = []

  for (const floods of [0, 10]) {
    const { net, bob, bad } = await setup()
    const [alice] = await net.instances(1, { network: NETWORK })
    const blocks = await randomBlocks(900, { size: 1024 })

    net.connect(alice, bob)
    bob.hold(...blocks)

    for (let i = 0; i < floods; i++) {
      await net.run(flood(bad, bob, 1000, net.random))
    }

    const start = net.clock.now()
    assert.equal((await net.run(collect(alice.bitswap.getBlocks(cidsOf(blocks))))).length, 900)
    times.push(net.clock.now() - start)
    await net.close()
  }

  assert.equal(times[1], times[0])
})

test('one that says what it was asked is not charged for that', async () => {
  const { net, bob, bad } = await setup({ ...NETWORK, entryRate: 1 })

  bad.onMessage = (from, { wants }) => { bad.say(from, { presences: wants.map(({ cid }) => ({ cid, type: 'dont-have' })) }) }

  for (let i = 0; i < 10; i++) {
    const calls = missing(net, 50).map(async cid => { await assert.rejects(bob.bitswap.getBlock(cid, { failFast: true }), { name: 'BlockUnavailableError' }) })

    await net.run(Promise.all(calls), { limit: 1000 })
  }

  assert.equal(bob.bitswap.stat().timesHeld, 0)
  await net.close()
})

test('one that is held up is no longer waited for', async () => {
  const { net, bob, bad } = await setup()
  const [alice] = await net.instances(1)
  const [block] = await randomBlocks(1)
  const got = bob.bitswap.getBlock(block.cid)

  await net.advance(100)
  await net.run(flood(bad, bob, 1000, net.random))
  await net.run(flood(bad, bob, 1000, net.random))
  alice.hold(block)
  net.connect(alice, bob)
  assert.deepEqual(await net.run(got, { limit: 6000 }), block.bytes)
  await net.close()
})

test('messages that are none are forgiven now and then, and not without end', async () => {
  const { net, bob, bad, log } = await setup({ maxMalformed: 4, offenceRecovery: 60_000 })
  const garbage = Uint8Array.of(2, 0xff, 0xff)

  for (let i = 0; i < 20; i++) {
    await net.run(bad.send(bob, garbage))
    await net.advance(15_000)
  }

  assert.equal(net.isConnected(bad, bob), true, 'one in a quarter of the time for four')

  for (let i = 0; i < 5 && net.isConnected(bad, bob); i++) {
    await net.run(bad.send(bob, garbage))
    await net.advance(100)
  }

  assert.equal(net.isConnected(bad, bob), false)
  assert.equal(bob.bitswap.stat().peersCutOff, 1)
  assert.equal(log.errors.at(-1), `${bad.peer} goes on sending what cannot be read, and is disconnected`)
  await net.close()
})

test('entries that cannot be read are forgiven sixty-four for one', async () => {
  const { net, bob, bad } = await setup({ maxMalformed: 4, offenceRecovery: 60_000 })
  const frame = Uint8Array.of(6, 0x0a, 4, 0x0a, 2, 0x0a, 0) // one entry, whose CID is empty

  for (let i = 0; i < 256; i++) {
    await net.run(bad.send(bob, frame))
  }

  await net.advance(LATENCY)
  assert.equal(net.isConnected(bad, bob), true)
  await net.run(bad.send(bob, frame))
  await net.advance(LATENCY)
  assert.equal(bob.bitswap.stat().malformedReceived, 257)
  assert.equal(net.isConnected(bad, bob), false)
  await net.close()
})

test('a peer that opens streams and says nothing on them is cut off; one that says something is not', async () => {
  const { net, bob, bad, log } = await setup({ maxEmptyStreams: 20 })
  const good = await net.rawPeer()

  net.connect(good, bob)

  for (let i = 0; i < 100; i++) {
    const raw = await net.run(good.open(bob))

    raw.stream.send(Uint8Array.of(0)) // a message without a word
    await raw.stream.close()
  }

  assert.equal(net.isConnected(good, bob), true)

  for (let i = 0; i < 20; i++) {
    const raw = await net.run(bad.open(bob))

    raw.stream.abort(new Error('changed my mind'))
    await net.advance(LATENCY)
  }

  assert.equal(net.isConnected(bad, bob), true)
  const raw = await net.run(bad.open(bob))
  raw.stream.send(Uint8Array.of(5, 1)) // not even one word
  await raw.stream.close()
  await net.advance(LATENCY)
  assert.equal(net.isConnected(bad, bob), false)
  assert.equal(log.errors.at(-1), `${bad.peer} goes on opening streams and saying nothing on them, and is disconnected`)
  await net.close()
})

test('streams that end with their connection are not held against a peer', async () => {
  const { net, bob, bad } = await setup({ maxEmptyStreams: 5 })

  for (let i = 0; i < 5; i++) {
    await net.run(Promise.all(Array.from({ length: 20 }, async () => await bad.open(bob))))
    net.disconnect(bad, bob)
    await net.advance(1000)
    net.connect(bad, bob)
  }

  const raw = await net.run(bad.open(bob))
  raw.stream.abort(new Error('changed my mind'))
  await net.advance(1000)
  assert.equal(net.isConnected(bad, bob), true)
  await net.close()
})

test('so many streams may be open at once over all, one more is reset', async () => {
  const { net, bob, bad } = await setup({ maxInboundStreams: 10 })
  const streams = await net.run(Promise.all(Array.from({ length: 11 }, async () => await bad.open(bob))))

  await net.advance(1000)
  assert.deepEqual(streams.map(({ events }) => events.length), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
  streams[0]?.stream.abort(new Error('changed my mind'))
  await net.advance(1000)
  assert.deepEqual((await net.run(bad.open(bob))).events, [])
  await net.close()
})

test('many floods share what all may say, one after the other, and one that comes among them is read at once', async () => {
  const { net, bob, bad: alice } = await setup({ maxEntries: 6400, entryRate: 1600, totalEntryRate: 400 })
  const floods: RawPeer[] = []

  for (let i = 0; i < 10; i++) {
    const peer = await net.rawPeer()

    net.connect(peer, bob)
    floods.push(peer)
  }

  for (let second = 0; second < 10; second++) {
    for (const peer of floods) {
      await net.run(ask(peer, bob, missing(net, 101)))
    }

    await net.advance(1000)
  }

  const answered = floods.map(refusals)
  const sum = answered.reduce((a, b) => a + b)

  assert.ok(sum > 3000 && sum <= 10 * 101 + 10 * 400 + 1010, `${sum}`)
  assert.ok(answered.every(count => count >= 202), `${answered}`)
  await net.run(ask(alice, bob, missing(net, 50)))
  await net.advance(4 * LATENCY) // the streams have to be opened
  assert.equal(refusals(alice), 50)
  await net.close()
})
