/** Many peers at one that serves: each has its share of what there is, and none can take that of others. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, flood, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance, RawPeer } from 'ts-bitswap/testing'
import type { BitswapInit, Block, Schedule } from 'ts-bitswap'
import { collect } from '../support/collect.ts'

const LATENCY = 20
const UPLINK = 10_000_000

interface Setting {
  net: VirtualNetwork
  /** Serves. */
  bob: Instance
  blocks: Block[]
}

interface SetupInit {
  blocks: [count: number, size: number]
  uplink?: number
  server?: NonNullable<BitswapInit['server']>
}

/** Thousands of wants are not looked through after every step. */
async function setup ({ blocks: [count, size], uplink = 1_000_000_000, server = {} }: SetupInit): Promise<Setting> {
  const net = new VirtualNetwork({ latency: LATENCY, trace: { maxEntries: 0 }, check: false })
  const [bob] = await net.instances(1, { name: 'bob', uplink, server })
  const blocks = await randomBlocks(count, { size })

  bob.hold(...blocks)

  return { net, bob, blocks }
}

/** Peers that are connected, and say what they are told to. */
async function connected ({ net, bob }: Setting, count: number, name: string): Promise<RawPeer[]> {
  const peers: RawPeer[] = []

  for (let i = 0; i < count; i++) {
    const peer = await net.rawPeer({ name: `${name}${i}` })

    net.connect(peer, bob)
    peers.push(peer)
  }

  return peers
}

async function askForAll ({ net, bob, blocks }: Setting, peers: RawPeer[]): Promise<void> {
  await net.run(Promise.all(peers.map(async peer => { await ask(peer, bob, blocks.map(({ cid }) => cid)) })))
}

/** Seconds until a hundred honest peers have all. */
async function timeOfHonest (setting: Setting): Promise<number> {
  const { net, bob, blocks } = setting
  const honest = await net.instances(100, { name: 'honest', connected: 'none' })

  honest.forEach(peer => { net.connect(peer, bob) })
  const start = net.clock.now()
  await net.run(Promise.all(honest.map(async peer => { await collect(peer.bitswap.getBlocks(blocks.map(({ cid }) => cid))) })))

  return (net.clock.now() - start) / 1000
}

const HONEST: { blocks: [number, number], uplink: number } = { blocks: [20, 16_384], uplink: UPLINK }

for (const count of [1, 10, 100]) {
  test(`beside ${count} that ask for all and read nothing a hundred honest peers lose no more than their share`, async () => {
    const alone = await timeOfHonest(await setup(HONEST))
    const setting = await setup(HONEST)
    const stalled = await connected(setting, count, 'stalled')

    stalled.forEach(peer => { setting.net.faults.stall(peer, setting.bob) })
    await askForAll(setting, stalled)

    const beside = await timeOfHonest(setting)
    assert.ok(beside <= alone * (1 + count / 100) * 1.02, `${beside} s beside them, ${alone} s alone`)
  })

  test(`beside ${count} that flood it with wants for what it lacks a hundred honest peers lose no more than their share`, async () => {
    const alone = await timeOfHonest(await setup(HONEST))
    const setting = await setup(HONEST)
    const floods = await connected(setting, count, 'flood')
    let goesOn = true

    const again = (): void => {
      if (goesOn) {
        floods.forEach(peer => { flood(peer, setting.bob, 256, setting.net.random).catch(error => { throw error }) })
        setting.net.clock.timer(1000, again)
      }
    }

    again()
    const beside = await timeOfHonest(setting)
    goesOn = false
    assert.ok(beside <= alone * (1 + count / 100) * 1.02, `${beside} s beside them, ${alone} s alone`)
  })
}

/** How many bytes each was sent. */
function sentTo ({ bob }: Setting, peers: RawPeer[]): number[] {
  return peers.map(({ peer }) => bob.bitswap.ledgerForPeer(peer)?.sent ?? 0)
}

/** Jain's index of fairness: 1 where all have the same, 1/n where one has all. */
function fairness (shares: number[]): number {
  const sum = shares.reduce((sum, share) => sum + share, 0)

  return sum ** 2 / (shares.length * shares.reduce((sum, share) => sum + share ** 2, 0))
}

/** As much as goes into one message. */
const TARGET = 262_144

test('a peer that wants one block is served within one message of a hog that wants 8000', async () => {
  const setting = await setup({ blocks: [8000, 4096], server: { uploadRate: 1_000_000 } })
  const { net, bob, blocks } = setting
  const [hog, modest] = await connected(setting, 2, 'peer') as [RawPeer, RawPeer]

  await askForAll(setting, [hog])
  await net.advance(1000)
  modest.onMessage = () => { came = sentTo(setting, [hog])[0] }
  let came: number | undefined
  await net.run(ask(modest, bob, [blocks[7999] as Block].map(({ cid }) => cid)))
  await net.advance(LATENCY)
  const [before = 0] = sentTo(setting, [hog])
  await net.advance(1000)
  assert.ok(came != null && came - before <= TARGET, `${before} bytes were sent to the hog before, ${came} when the block came`)
})

test('a thousand equally hungry peers get the same, at all times', async () => {
  const setting = await setup({ blocks: [40, 16_384], server: { uploadRate: 20_000_000, targetMessageSize: 32_768 } })
  const { net } = setting
  const peers = await connected(setting, 1000, 'hungry')

  await askForAll(setting, peers)

  for (let shares = sentTo(setting, peers); Math.min(...shares) < 16 * 32_768; shares = sentTo(setting, peers)) {
    const [least, most] = [Math.min(...shares), Math.max(...shares)]

    assert.ok(most - least <= 32_768 + 2 * 16_384, `after ${net.clock.now()} ms: from ${least} to ${most} bytes`)
    await net.advance(500)
  }

  assert.ok(fairness(sentTo(setting, peers)) >= 0.999, `${fairness(sentTo(setting, peers))}`)
})

test('new identities gain nothing over those that were there before', async () => {
  const setting = await setup({ blocks: [1000, 16_384], server: { uploadRate: 1_000_000 } })
  const { net, bob, blocks } = setting
  const [faithful] = await connected(setting, 1, 'faithful') as [RawPeer]
  let got = 0

  await askForAll(setting, [faithful])
  await net.advance(2000)
  const before = sentTo(setting, [faithful])[0] as number

  // each comes, takes what it gets at first, and is replaced by another
  for (let i = 0; i < 20; i++) {
    const [fresh] = await connected(setting, 1, `fresh${i}-`) as [RawPeer]

    await net.run(ask(fresh, bob, blocks.map(({ cid }) => cid)))
    await net.advance(400)
    got += sentTo(setting, [fresh])[0] as number
    net.disconnect(fresh, bob)
  }

  const share = sentTo(setting, [faithful])[0] as number - before
  assert.ok(share >= got * 0.9, `${share} bytes for the faithful, ${got} for all that came and went`)
})

/** Seconds until a peer has all. */
async function timeOfOne (server: NonNullable<BitswapInit['server']>, others: number = 0): Promise<number> {
  const setting = await setup({ blocks: [40, 16_384], server })
  const { net, bob, blocks } = setting

  await askForAll(setting, await connected(setting, others, 'other'))
  const [alice] = await net.instances(1, { name: 'alice' })

  net.connect(alice, bob)
  await net.run(collect(alice.bitswap.getBlocks(blocks.map(({ cid }) => cid))))

  return net.clock.now() / 1000
}

test('uploads are capped for each peer, and for all together', async () => {
  const bytes = 40 * 16_384
  const close = (seconds: number, expected: number): void => { assert.ok(Math.abs(seconds - expected) < 0.5, `${seconds} s, and ${expected} expected`) }

  // a second's worth goes at once, and a message more than there is left
  close(await timeOfOne({ uploadRatePerPeer: 200_000 }), bytes / 200_000 - 1)
  close(await timeOfOne({ uploadRatePerPeer: 200_000 }, 3), bytes / 200_000 - 1)
  close(await timeOfOne({ uploadRate: 400_000 }, 3), 4 * bytes / 400_000 - 1)
})

test('caps may be changed while it runs, and hold at once, also for those who wait already', async () => {
  for (const cap of ['uploadRate', 'uploadRatePerPeer'] as const) {
    const setting = await setup({ blocks: [400, 16_384], server: { [cap]: 10_000 } })
    const { net, bob } = setting
    const [alice] = await connected(setting, 1, 'alice') as [RawPeer]
    const sentWithin = async (time: number, rate: number): Promise<number> => {
      const before = sentTo(setting, [alice])[0] as number

      bob.bitswap.updateServer({ [cap]: rate })
      await net.advance(time)

      return (sentTo(setting, [alice])[0] as number) - before
    }

    await askForAll(setting, [alice])
    await net.advance(1000)
    const message = sentTo(setting, [alice])[0] as number // all it may have for half a minute
    assert.equal(await sentWithin(1000, 10_000), 0)
    const quick = await sentWithin(5000, 1_000_000)
    assert.ok(Math.abs(quick - 5_000_000 + message) < 1_000_000, `${cap}: ${quick} bytes at the higher rate`)
    const slow = await sentWithin(5000, 50_000)
    assert.ok(slow < 1_000_000, `${cap}: ${slow} bytes at the lower rate`)
    const rest = await sentWithin(1000, Infinity)
    assert.equal(message + quick + slow + rest, 400 * 16_384, `${cap}: all at once, without one`)
  }
})

test('how much may be under way may be changed while it runs', async () => {
  const setting = await setup({ blocks: [64, 262_144], uplink: 10_000_000, server: { maxBytesUnderWay: 262_144 } })
  const { net, bob } = setting
  const peers = await connected(setting, 8, 'peer')
  const active = (): number => bob.bitswap.stat().server.activeBytes

  await askForAll(setting, peers)
  await net.advance(500)
  const few = active()
  bob.bitswap.updateServer({ maxBytesUnderWay: 4 * 1_048_576 })
  await net.advance(100)
  assert.ok(active() > few + 1_000_000, `${few} bytes under way at first, ${active()} later`)
})

test('who is next may be decided by others', async () => {
  const given: string[] = []
  const waiting: string[] = []
  const last: Schedule = {
    enter: peer => { waiting.push(peer) },
    leave: peer => { waiting.splice(waiting.indexOf(peer) >>> 0, 1) },
    get isEmpty () { return waiting.length === 0 },
    next: () => waiting.pop(),
    given: peer => { given.push(peer) },
    forget: () => {}
  }
  const setting = await setup({ blocks: [20, 16_384], server: { uploadRate: 65_536, targetMessageSize: 16_384, schedule: () => last } })
  const peers = await connected(setting, 3, 'peer')

  await askForAll(setting, peers)
  await setting.net.advance(10_000)
  const turns = given.slice(-12)
  const shares = peers.map(({ peer }) => turns.filter(id => id === peer.toString()).length)
  assert.ok(Math.max(...shares) > 8, `the last come is served first: ${shares.join()} of the last turns`)
})
