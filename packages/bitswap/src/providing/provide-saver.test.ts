/** What survives: of the store, of crashes, of a store that fails. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CID } from 'multiformats/cid'
import { cidsOf, ProvidingWorld } from '../../test/support/providing.ts'
import { SeededRandom } from '../core/random.ts'
import { ProvidesNotKeptError } from './errors.ts'
import { ProvideFault } from '../testing/virtual-routing.ts'

test('provide resolves when the store has them, and all calls of one turn are one change', async () => {
  const world = new ProvidingWorld({ provideDelay: 1_000 })
  const { store } = world
  const { providing } = world.begin({ store })
  const cids = cidsOf(1, 30)

  await world.net.run(Promise.all(cids.map(async cid => { await providing.provide([cid]) })))
  assert.deepEqual([store.entries.size, store.changes.length], [30, 1])
  assert.deepEqual(new Set([...store.entries.values()].map(({ kind }) => kind)), new Set(['root']))
})

test('what was announced is deleted from the store, and only then the next is begun', async () => {
  const world = new ProvidingWorld({ provideDelay: 10 })
  const { store } = world
  const { providing } = world.begin({ store, workers: 4 })

  await world.net.run(providing.provide(cidsOf(2, 40)))
  await world.clock.advance(15)
  const written = Promise.withResolvers<void>()
  store.stuck = written.promise
  await world.clock.advance(1_000)
  assert.equal(world.routing.provided.length, 8, 'those that were under way, and no more')
  assert.equal(store.entries.size, 36)
  store.stuck = undefined
  written.resolve()
  await world.clock.advance(1_000)
  assert.deepEqual([world.routing.provided.length, store.entries.size], [40, 0])
})

test('a process that is killed at any moment loses nothing, and the next announces no more twice than were under way', async () => {
  const workers = 4

  for (let seed = 0; seed < 60; seed++) {
    const random = new SeededRandom(seed)
    const world = new ProvidingWorld({ provideDelay: 10 })
    const { store } = world
    const kept: CID[] = []
    let kills = 0

    for (let life = 0; life < 4; life++) {
      const process = world.begin({ store, workers, strategy: 'all' })
      const cids = cidsOf(seed * 10 + life, 30)

      for (const cid of cids) {
        const call = process.providing.provide([cid], { root: random.int(2) === 0 })
        call.then(() => { kept.push(cid) }, () => {})
        await world.clock.advance(random.int(4))
      }

      await world.clock.advance(random.int(60))
      process.kill()
      kills++
      await world.clock.advance(random.int(20))
    }

    world.begin({ store, workers })
    await world.clock.advance(10_000)
    const times = world.timesOf(kept)
    assert.ok(kept.length > 100, `seed ${seed}`)
    assert.equal(times.filter(count => count === 0).length, 0, `seed ${seed}: lost`)
    assert.ok(times.reduce((sum, count) => sum + count - 1, 0) <= workers * kills, `seed ${seed}: ${times.join()}`)
    assert.equal(store.entries.size, 0, `seed ${seed}`)
  }
})

test('roots come out of the store as roots, and first, and have waited all the time', async () => {
  const world = new ProvidingWorld({ provideDelay: 10 })
  const { store } = world
  const blocks = cidsOf(3, 20)
  const roots = cidsOf(4, 3)

  world.routing.provideFault = ProvideFault.Dead
  const first = world.begin({ store })
  await world.net.run(first.providing.provide(blocks, { root: false }))
  await world.net.run(first.providing.provide([...roots, ...blocks.slice(18)]))
  first.kill()
  await world.clock.advance(5_000)
  world.routing.provideFault = undefined
  const { providing } = world.begin({ store, workers: 1 })
  await world.clock.advance(1)
  assert.ok((providing.stat().oldest ?? 0) >= 5_000)
  await world.clock.advance(50)
  assert.deepEqual(new Set(world.timesOf([...roots, ...blocks.slice(18)])), new Set([1]))
  assert.equal(world.routing.provided.length, 5)
})

test('a store that fails is said to, once, and tried again; announcing goes on meanwhile', async () => {
  const world = new ProvidingWorld({ provideDelay: 10 })
  const { store } = world
  const { providing, log } = world.begin({ store, workers: 2 })
  const cids = cidsOf(5, 50)

  await world.clock.advance(1)
  store.failure = new Error('no disk')
  await world.net.run(assert.rejects(providing.provide(cids), (error: unknown) => error instanceof ProvidesNotKeptError && (error.cause as Error).message === 'no disk'))
  await world.clock.advance(200)
  assert.equal(world.routing.provided.length, 40)
  await world.clock.advance(20_000)
  assert.equal(world.routing.provided.length, 50)
  assert.equal(log.errors.length, 1, log.errors.join('\n'))
  store.failure = undefined
  const more = cidsOf(6, 3)
  await world.net.run(providing.provide(more))
  await world.clock.advance(1_000)
  assert.deepEqual(world.timesOf([...cids, ...more]), Array.from({ length: 53 }, () => 1))
  assert.equal(store.entries.size, 0)
})

test('a store that does not answer is waited for ten seconds, and then by nobody', async () => {
  const world = new ProvidingWorld({ provideDelay: 10 })
  const { store } = world
  const process = world.begin({ store, workers: 2 })
  const { providing } = process

  await world.clock.advance(1)
  store.stuck = new Promise(() => {})
  const rejected = assert.rejects(providing.provide(cidsOf(7, 20)), { name: 'ProvidesNotKeptError' })
  await world.clock.advance(9_999)
  assert.equal(world.routing.provided.length, 2)
  await world.clock.advance(1_000)
  await rejected
  assert.equal(world.routing.provided.length, 20)
  await world.clock.advance(1)

  let stopped = false
  providing.stop()
  const stopping = providing.whenStopped()?.then(() => { stopped = true })
  await world.clock.advance(9_998)
  assert.ok(!stopped)
  await world.clock.advance(2)
  await stopping
  assert.ok(stopped)
  assert.equal(process.pending, 0)
})

test('who announces while a store does not answer is told so at once, also after a restart, and it holds up nobody', async () => {
  const world = new ProvidingWorld()
  const { store } = world
  const { providing } = world.begin({ store, workers: 2 })
  const refused = async (seed: number): Promise<void> => {
    await assert.rejects(world.net.run(providing.provide(cidsOf(seed, 4))), (error: Error) => error.name === 'ProvidesNotKeptError' && (error.cause as Error).name === 'TimeoutError')
    await world.clock.advance(1)
  }

  await world.clock.advance(1)
  const { promise, resolve } = Promise.withResolvers<void>()
  store.stuck = promise
  await refused(7)
  assert.equal(Math.floor(world.clock.now() / 1_000), 10)
  await refused(8)
  assert.equal(Math.floor(world.clock.now() / 1_000), 10)
  providing.stop()
  await world.clock.advance(10_000)
  await providing.whenStopped()
  providing.start()
  await refused(9)
  assert.equal(Math.floor(world.clock.now() / 1_000), 20)
  assert.equal(world.routing.provided.length, 12)
  store.stuck = undefined
  resolve()
  await world.net.run(providing.provide(cidsOf(10, 4)))
  await world.clock.advance(1)
  assert.equal(world.routing.provided.length, 16)
})

test('while nothing can be loaded what comes is kept and announced, and loading is tried again', async () => {
  const world = new ProvidingWorld()
  const { store } = world
  const [old, fresh] = cidsOf(8, 2) as [CID, CID]

  await store.apply({ put: [{ cid: old, kind: 'block', waited: 0 }], delete: [] })
  const load = store.load.bind(store)
  let failures = 3
  store.load = async () => {
    if (failures-- > 0) {
      throw new Error('locked')
    }

    return await load()
  }

  const { providing, log } = world.begin({ store })
  await world.net.run(providing.provide([fresh]))
  await world.clock.advance(6_000)
  assert.deepEqual(world.timesOf([old, fresh]), [0, 1])
  await world.clock.advance(2_000)
  assert.deepEqual(world.timesOf([old, fresh]), [1, 1])
  assert.equal(log.errors.length, 3)
})

test('more than there is room for comes out of the store as there is room', async () => {
  const world = new ProvidingWorld({ provideDelay: 10 })
  const { store } = world
  const cids = cidsOf(9, 100)

  await store.apply({ put: cids.map(cid => ({ cid, kind: 'root', waited: 0 })), delete: [] })
  const { providing } = world.begin({ store, maxQueued: 16, workers: 2 })
  await world.clock.advance(1)
  assert.equal(providing.stat().queued + providing.stat().inFlight, 16)
  await world.clock.advance(10_000)
  assert.deepEqual(new Set(world.timesOf(cids)), new Set([1]))
  assert.equal(store.entries.size, 0)
  assert.equal(providing.stat().dropped, 0)
})

test('what makes room for a root is deleted from the store', async () => {
  const world = new ProvidingWorld({ provideDelay: 10 })
  const { store } = world
  const { providing } = world.begin({ store, maxQueued: 3, workers: 1 })
  const [root, ...blocks] = cidsOf(10, 4) as [CID, ...CID[]]

  world.routing.provideFault = ProvideFault.Dead
  await world.net.run(providing.provide(blocks, { root: false }))
  await world.net.run(providing.provide([root]))
  assert.deepEqual([...store.entries.values()].map(({ cid }) => cid.toString()).toSorted(), [root, ...blocks.slice(0, 2)].map(String).toSorted())
})

test('what a store has that is no entry is said and passed over', async () => {
  const world = new ProvidingWorld()
  const { store } = world
  const [cid] = cidsOf(11, 1) as [CID]

  store.entries.set('x', { cid, kind: 'some' as 'root', since: 0 })
  store.entries.set('y', { cid: 'text' as unknown as CID, kind: 'root', since: 0 })
  const { log } = world.begin({ store })
  await world.clock.advance(1)
  assert.deepEqual(world.timesOf([cid]), [0])
  assert.match(log.errors.join(), /2 entries that are none/)
})

test('what is announced while the store lists it is not brought in again', async () => {
  const world = new ProvidingWorld()
  const { store } = world
  const [cid, other] = cidsOf(60, 2) as [CID, CID]
  const listed = Promise.withResolvers<void>()
  const { providing } = world.begin({
    store: {
      load: async () => ({
        sweep: undefined,
        entries: (async function * () {
          await listed.promise
          yield { cid, kind: 'root' as const, waited: 0 }
          yield { cid: other, kind: 'root' as const, waited: 0 }
        })()
      }),
      apply: async change => { await store.apply(change) }
    }
  })

  await world.net.run(providing.provide([cid]))
  await world.clock.advance(1_000)
  assert.deepEqual([world.timesOf([cid, other]), store.entries.size], [[1, 0], 0])
  listed.resolve()
  await world.clock.advance(1_000)
  assert.deepEqual(world.timesOf([cid, other]), [1, 1])
  await world.net.run(providing.provide([cid]))
  await world.clock.advance(1_000)
  assert.deepEqual(world.timesOf([cid, other]), [2, 1], 'it may be asked for again')
  providing.stop()
})
