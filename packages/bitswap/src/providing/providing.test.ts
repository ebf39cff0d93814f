/** Workers, retries and outages; what survives is in `provide-saver.test.ts`, the sweep in `reprovider.test.ts`. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import { CID as CIDs } from 'multiformats/cid'
import { cidsOf, ProvidingWorld } from '../../test/support/providing.ts'
import { ProvideFault } from '../testing/virtual-routing.ts'

const HOUR = 3_600_000

test('a hundred thousand CIDs are announced once each, sixteen at a time', async () => {
  const world = new ProvidingWorld({ provideDelay: 10_000 })
  const { providing } = world.begin()
  const cids = cidsOf(1, 100_000)

  await world.net.run(providing.provide(cids))
  await world.clock.run(() => world.routing.provided.length === cids.length, { limit: 30 * HOUR })
  assert.deepEqual(new Set(world.timesOf(cids)), new Set([1]))
  assert.equal(world.routing.provided.length, cids.length)
  assert.deepEqual([world.routing.provides.most, world.clock.now()], [16, 100_000 / 16 * 10_000])
  providing.stop()
  assert.equal(world.clock.pending, 0)
})

test('workers bounds how many are announced at a time', async () => {
  const world = new ProvidingWorld({ provideDelay: 100 })
  const { providing } = world.begin({ workers: 3 })

  await providing.provide(cidsOf(2, 20))
  await world.clock.advance(1000)
  assert.equal(world.routing.provides.most, 3)
  assert.equal(world.routing.provided.length, 20)
})

test('maxPerSecond bounds how many are begun', async () => {
  const world = new ProvidingWorld()
  const { providing } = world.begin({ maxPerSecond: 10 })

  await providing.provide(cidsOf(3, 100))
  await world.clock.advance(0)
  assert.ok(world.routing.provided.length <= 2)
  await world.clock.advance(5_000)
  assert.ok(Math.abs(world.routing.provided.length - 50) <= 2, `${world.routing.provided.length}`)
  await world.clock.advance(6_000)
  assert.equal(world.routing.provided.length, 100)
})

test('a router that never answers, and heeds no signal, holds a place for no longer than timeout', async () => {
  const world = new ProvidingWorld()
  const cids = cidsOf(4, 40)
  const dead = new Set(cids.slice(0, 4).map(String))
  const { providing } = world.begin({ workers: 4, timeout: 500 })

  world.routing.provideFault = cid => dead.has(cid.toString()) ? ProvideFault.Dead : undefined
  await providing.provide(cids)
  await world.clock.advance(499)
  assert.equal(providing.stat().inFlight, 4)
  assert.equal(world.routing.provided.length, 0)
  dead.clear()
  await world.clock.advance(60_000)
  assert.deepEqual(new Set(world.timesOf(cids)), new Set([1]))
  providing.stop()
  assert.equal(world.clock.pending, 0)
})

test('what fails is tried again after retryDelay, twice as long each time up to maxRetryDelay', async () => {
  const world = new ProvidingWorld()
  const [cid] = cidsOf(5, 1) as [CID]
  const begun: number[] = []
  const { providing } = world.begin({ retryDelay: 1_000, maxRetryDelay: 3_000 })

  world.routing.provideFault = () => {
    begun.push(world.clock.now())

    return begun.length < 5 ? ProvideFault.Failing : undefined
  }

  await providing.provide([cid])
  await world.clock.advance(60_000)
  assert.deepEqual(begun, [0, 1_000, 3_000, 6_000, 9_000])
  assert.deepEqual([providing.stat().provided, providing.stat().retrying, providing.stat().queued], [1, 0, 0])
})

test('a CID that fails while others do not is given up after maxAttempts, and the store forgets it', async () => {
  const world = new ProvidingWorld()
  const [bad, ...good] = cidsOf(6, 100) as [CID, ...CID[]]
  const { providing } = world.begin({ maxAttempts: 3, retryDelay: 1_000, maxRetryDelay: 1_000, store: world.store })

  world.routing.provideFault = cid => cid.equals(bad) ? ProvideFault.Failing : undefined
  await world.net.run(providing.provide([bad]))

  for (const cid of good) {
    await world.net.run(providing.provide([cid]))
    await world.clock.advance(500)
  }

  assert.equal(world.routing.provides.begun, good.length + 3)
  assert.deepEqual([providing.stat().failed, providing.stat().queued, world.store.entries.size], [1, 0, 0])
})

test('a CID that fails holds up no other', async () => {
  const world = new ProvidingWorld({ provideDelay: 10 })
  const cids = cidsOf(7, 200)
  const bad = new Set(cids.slice(0, 50).map(String))
  const { providing } = world.begin({ workers: 60 })

  world.routing.provideFault = cid => bad.has(cid.toString()) ? ProvideFault.Failing : undefined
  await providing.provide(cids)
  await world.clock.advance(50)
  assert.equal(world.routing.provided.length, 150)
  assert.equal(providing.stat().retrying, 50)
})

test('without a network all wait and one at a time is tried, no attempt counts, it is said once, and all are announced when it is back', async () => {
  const world = new ProvidingWorld({ provideDelay: 10 })
  const { providing, log } = world.begin({ maxAttempts: 2 })
  const cids = cidsOf(8, 1_000)

  world.routing.provideFault = ProvideFault.Failing
  await providing.provide(cids)
  await world.clock.advance(8 * HOUR)
  assert.equal(providing.stat().paused, true)
  // up to 31 before 16 in a row have failed, then one after 10 s, 20 s and so on, up to 5 min
  assert.ok(world.routing.provides.begun <= 31 + 6 + 8 * 12, `${world.routing.provides.begun}`)
  assert.deepEqual([providing.stat().failed, providing.stat().queued], [0, 1_000])
  assert.equal(log.errors.length, 1, log.errors.join('\n'))
  assert.match(log.errors[0] ?? '', /nothing can be announced, 16 failed in a row/)

  world.routing.provideFault = undefined
  await world.clock.advance(300_010)
  assert.equal(providing.stat().paused, false)
  await world.clock.advance(300_000)
  assert.deepEqual(new Set(world.timesOf(cids)), new Set([1]))
  assert.equal(providing.stat().failed, 0)
})

test('roots go first, also before what was there sooner', async () => {
  const world = new ProvidingWorld({ provideDelay: 10 })
  const { providing } = world.begin({ workers: 1 })
  const [root, ...blocks] = cidsOf(9, 20) as [CID, ...CID[]]

  await providing.provide(blocks, { root: false })
  await world.clock.advance(15)
  await providing.provide([root])
  await world.clock.advance(20)
  assert.deepEqual(world.routing.provided.map(({ cid }) => cid.toString())[2], root.toString())
})

test('maxQueued bounds what waits, and the rest is counted', async () => {
  const world = new ProvidingWorld({ provideDelay: 10 })
  const { providing } = world.begin({ maxQueued: 10 })

  await providing.provide(cidsOf(10, 15), { root: false })
  assert.deepEqual([providing.stat().queued, providing.stat().dropped], [10, 5])
})

test('identity CIDs are not announced', async () => {
  const world = new ProvidingWorld()
  const { providing } = world.begin({ strategy: 'all' })
  const cid = CIDs.createV1(0x55, identity.digest(Uint8Array.of(1)))

  await providing.provide([cid])
  providing.blockAdded(cid)
  await world.clock.advance(1_000)
  assert.equal(world.routing.provides.begun, 0)
})

test('strategy all announces each block, roots and pinned only what they are asked to', async () => {
  const [block, root] = cidsOf(11, 2) as [CID, CID]

  for (const [strategy, announced] of [['all', [1, 1]], ['roots', [0, 1]], ['pinned', [0, 1]]] as const) {
    const world = new ProvidingWorld()
    const { providing } = world.begin({ strategy })

    providing.blockAdded(block)
    await providing.provide([root])
    await world.clock.advance(1_000)
    assert.deepEqual(world.timesOf([block, root]), announced, strategy)
  }
})

test('what is being announced at a stop is announced after the next start', async () => {
  const world = new ProvidingWorld({ provideDelay: 10 })
  const { providing } = world.begin({ workers: 2 })
  const cids = cidsOf(13, 6)

  await providing.provide(cids)
  await world.clock.advance(15)
  providing.stop()
  await world.clock.advance(1_000)
  assert.deepEqual([world.routing.provided.length, providing.stat().queued, providing.stat().inFlight, world.clock.pending], [2, 4, 0, 0])
  providing.start()
  providing.start()
  await world.clock.advance(1_000)
  assert.deepEqual(world.timesOf(cids), [1, 1, 1, 1, 1, 1])
})

test('it is told how long the oldest waits, and how long it will take until all are announced', async () => {
  const world = new ProvidingWorld({ provideDelay: 100 })
  const { providing } = world.begin({ workers: 4 })

  assert.deepEqual([providing.stat().oldest, providing.stat().remaining], [undefined, undefined])
  await world.net.run(providing.provide(cidsOf(14, 4_000)))
  await world.clock.advance(50_000)
  const { oldest, remaining = 0, queued } = providing.stat()
  assert.equal(oldest, 50_000)
  assert.equal(queued, 1_996)
  assert.ok(Math.abs(remaining - 50_000) < 10_000, `${remaining}`)
})

test('provide heeds its signal', async () => {
  const world = new ProvidingWorld()
  const { providing } = world.begin()

  await assert.rejects(providing.provide(cidsOf(15, 1), { signal: AbortSignal.abort(new Error('enough')) }), { message: 'enough' })
  assert.equal(providing.stat().queued, 0)
})

test('a stop while one is tried that finds out whether there is a network leaves that to the next after the start', async () => {
  const world = new ProvidingWorld({ provideDelay: 10 })
  const { providing } = world.begin({ workers: 1 })
  const [cid] = cidsOf(21, 1) as [CID]

  world.routing.provideFault = ProvideFault.Failing
  await providing.provide([cid])
  await world.clock.advance(1_000)
  assert.equal(providing.stat().paused, true)
  world.routing.provideFault = ProvideFault.Dead
  await world.clock.advance(10_000)
  assert.equal(providing.stat().inFlight, 1)
  providing.stop()
  await world.clock.advance(10)
  world.routing.provideFault = undefined
  providing.start()
  await world.clock.advance(1_000)
  assert.deepEqual(world.timesOf([cid]), [1])
})
