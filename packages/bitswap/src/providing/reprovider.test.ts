/** The sweep: each CID that is listed once in every interval, evenly, whatever happens. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import { cidsOf, ProvidingWorld } from '../../test/support/providing.ts'
import { multihashKey } from '../core/cid-map.ts'
import { SeededRandom } from '../core/random.ts'
import { ProvideFault } from '../testing/virtual-routing.ts'

const INTERVAL = 3_200_000
const SLICE = INTERVAL * 15 / 16 / 64

/** Lists what is in it, and counts how often it was asked. */
class Listed {
  readonly cids: Set<CID>
  calls = 0
  failure: Error | undefined
  stuck: Promise<void> | undefined

  constructor (cids: Iterable<CID> = []) {
    this.cids = new Set(cids)
  }

  readonly keys = (): AsyncIterable<CID> => this.#list()

  async * #list (): AsyncGenerator<CID> {
    this.calls++
    await this.stuck

    for (const cid of [...this.cids]) {
      yield cid
    }

    if (this.failure != null) {
      throw this.failure
    }
  }
}

async function * after<T> (ready: Promise<void>, source: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T> {
  await ready
  yield * source
}

test('each CID is announced at least once in every interval, with others added and removed in between', async () => {
  const world = new ProvidingWorld({ provideDelay: 1_000 })
  const random = new SeededRandom(1)
  const lasting = cidsOf(1, 1_000)
  const listed = new Listed([...lasting, ...cidsOf(2, 1_000)])
  const others = [...listed.cids].slice(1_000)

  world.begin({ keys: listed.keys, interval: INTERVAL, strategy: 'all' })

  for (let round = 0; round < 300; round++) {
    await world.clock.advance(INTERVAL / 100)
    const [fresh] = cidsOf(1_000 + round, 1) as [CID]

    listed.cids.delete(others.splice(random.int(others.length), 1)[0] as CID)
    listed.cids.add(fresh)
    others.push(fresh)
  }

  const announced = world.announced()

  for (const cid of lasting) {
    const times = [...announced.get(multihashKey(cid)) ?? [], 3 * INTERVAL]
    const gaps = times.map((time, i) => time - (times[i - 1] ?? 0))

    assert.ok(Math.max(...gaps) <= INTERVAL, `${cid}: ${times.join()}`)
    assert.ok(times.length - 1 <= 5, `${cid}: ${times.join()}`)
  }

  assert.ok(listed.calls <= 1 + 3 * 64 * 16 / 15 + 1, `${listed.calls}`)
})

test('it is spread evenly over the interval', async () => {
  const world = new ProvidingWorld()
  const listed = new Listed(cidsOf(3, 3_200))

  world.begin({ keys: listed.keys, interval: INTERVAL })
  await world.clock.advance(INTERVAL * 15 / 16)
  const perSlice = Array.from({ length: 64 }, () => 0)

  for (const { at } of world.routing.provided.slice(3_200)) {
    const slice = Math.round(at / SLICE) - 1
    perSlice[slice] = (perSlice[slice] ?? 0) + 1
  }

  assert.ok(Math.min(...perSlice) > 20 && Math.max(...perSlice) < 90, perSlice.join())
  assert.equal(perSlice.reduce((sum, count) => sum + count, 0), 3_200)
})

test('interval 0, or nothing that lists, sweeps nothing', async () => {
  for (const [keys, interval] of [[new Listed(cidsOf(4, 10)).keys, 0], [false, INTERVAL]] as const) {
    const world = new ProvidingWorld()
    const { providing } = world.begin({ keys, interval })

    await world.clock.advance(2 * INTERVAL)
    assert.equal(world.routing.provides.begun, 0)
    assert.deepEqual(providing.stat().sweep, { progress: 0, behind: 0 })
    assert.equal(world.clock.pending, 0)
  }
})

test('after a restart it goes on where it was, and announces what came due meanwhile', async () => {
  const world = new ProvidingWorld()
  const { store } = world
  const cids = cidsOf(5, 2_000)
  const init = { keys: new Listed(cids).keys, interval: INTERVAL, store }
  const first = world.begin(init)

  await world.clock.advance(SLICE * 10.5)
  const before = world.routing.provided.length
  first.kill()
  await world.clock.advance(SLICE * 3)
  world.begin(init)
  await world.clock.advance(1)
  const meanwhile = world.routing.provided.length - before
  assert.ok(meanwhile > 50 && meanwhile < 150, `${meanwhile} of ${2_000 * 3 / 64}`)
  await world.clock.advance(SLICE * 52)
  assert.ok(world.timesOf(cids).every(count => count === 2 || count === 3), 'once at the first start, and once in the turn')
  assert.equal(world.routing.provided.length, 4_000 + world.timesOf(cids).filter(count => count === 3).length)
})

test('a restart with another strategy, or after a turn, has everything due', async () => {
  for (const [strategy, away] of [['pinned', SLICE], ['roots', 2 * INTERVAL]] as const) {
    const world = new ProvidingWorld()
    const { store } = world
    const cids = cidsOf(6, 300)
    const init = { keys: new Listed(cids).keys, interval: INTERVAL, store }
    const first = world.begin(init)

    await world.clock.advance(1)
    first.kill()
    await world.clock.advance(away)
    world.begin({ ...init, strategy })
    await world.clock.advance(1)
    assert.deepEqual(new Set(world.timesOf(cids)), new Set([2]), strategy)
  }
})

test('a process that is killed while it sweeps loses nothing, and no more are repeated than were under way', async () => {
  const workers = 4

  for (let seed = 0; seed < 40; seed++) {
    const random = new SeededRandom(seed)
    const world = new ProvidingWorld({ provideDelay: 10 })
    const cids = cidsOf(seed, 100)
    const init = { keys: new Listed(cids).keys, interval: INTERVAL, store: world.store, workers, maxQueued: 32 }
    const kills = 6

    for (let life = 0; life < kills; life++) {
      const process = world.begin(init)
      await world.clock.advance(random.int(60))
      process.kill()
    }

    world.begin(init)
    await world.clock.advance(2_000)
    const times = world.timesOf(cids)
    assert.equal(times.filter(count => count === 0).length, 0, `seed ${seed}: lost`)
    assert.ok(times.reduce((sum, count) => sum + count - 1, 0) <= workers * kills, `seed ${seed}: ${times.join()}`)
  }
})

test('when there is no room it waits and goes on, and new ones have their half', async () => {
  const world = new ProvidingWorld({ provideDelay: 100 })
  const cids = cidsOf(7, 500)
  const fresh = cidsOf(8, 50)
  const listed = new Listed(cids)
  const { providing } = world.begin({ keys: listed.keys, interval: INTERVAL, maxQueued: 100, workers: 5 })

  await world.clock.advance(1_000)
  assert.ok(providing.stat().queued <= 50)
  await providing.provide(fresh, { root: false })
  assert.equal(providing.stat().dropped, 0)
  await world.clock.advance(11_500)
  assert.deepEqual(new Set(world.timesOf([...cids, ...fresh])), new Set([1]))
  assert.ok(listed.calls <= 500 / 25 + 1, `${listed.calls}`)
})

test('the oldest are announced first when everything is due', async () => {
  const { phaseOf } = await import('./phase.ts')
  const world = new ProvidingWorld({ provideDelay: 1 })
  const { store } = world

  await store.apply({ put: [], delete: [], sweep: { phase: 0.5, ago: 10 * INTERVAL, strategy: 'roots' } })
  world.begin({ keys: new Listed(cidsOf(9, 200)).keys, interval: INTERVAL, store, workers: 1, maxQueued: 20 })
  await world.clock.advance(1_000)
  const distances = world.routing.provided.map(({ cid }) => (phaseOf(cid) + 0.5) % 1)
  assert.deepEqual(distances, distances.toSorted((a, b) => a - b))
  assert.equal(distances.length, 200)
})

test('a list that fails is said to, announces nothing, and is asked again', async () => {
  const world = new ProvidingWorld()
  const listed = new Listed(cidsOf(10, 20))
  const { log } = world.begin({ keys: listed.keys, interval: INTERVAL })

  listed.failure = new Error('no disk')
  await world.clock.advance(5_000)
  assert.equal(world.routing.provided.length, 0)
  assert.match(log.errors.join(), /could not be listed/)
  listed.failure = undefined
  await world.clock.advance(10_000)
  assert.equal(world.routing.provided.length, 20)
})

test('a list that does not go on is given up and asked again, and none holds up a stop', async () => {
  const world = new ProvidingWorld()
  const listed = new Listed(cidsOf(11, 20))
  listed.stuck = new Promise(() => {})
  const { providing } = world.begin({ keys: listed.keys, interval: INTERVAL })

  await world.clock.advance(130_000)
  assert.equal(listed.calls, 2)
  providing.stop()
  await world.clock.advance(0)
  assert.equal(world.clock.pending, 0)
  listed.stuck = undefined
  providing.start()
  await world.clock.advance(1)
  assert.equal(world.routing.provided.length, 20)
})

test('a list that is not gone through to its end is told that it is over', async () => {
  const world = new ProvidingWorld()
  const ended: number[] = []
  const { providing } = world.begin({
    interval: INTERVAL,
    async * keys () {
      let listed = 0

      try {
        for (const cid of cidsOf(22, 100)) {
          yield cid

          if (++listed === 50) {
            providing.stop()
          }
        }
      } finally {
        ended.push(listed)
      }
    }
  })

  await world.clock.advance(1)
  assert.deepEqual(ended, [50])
})

test('when more is listed than can be announced, it is told', async () => {
  const world = new ProvidingWorld({ provideDelay: 10_000 })
  const listed = new Listed(cidsOf(12, 3_000))
  const { providing } = world.begin({ keys: listed.keys, interval: INTERVAL, workers: 1 })

  await world.clock.advance(INTERVAL)
  const { behind } = providing.stat().sweep
  assert.ok(behind > INTERVAL / 2, `${behind}`)
  await world.clock.advance(INTERVAL / 16)
  assert.ok(providing.stat().sweep.behind > behind)
})

test('who keeps up is not behind, and is told how far it is', async () => {
  const world = new ProvidingWorld({ provideDelay: 100 })
  const { providing } = world.begin({ keys: new Listed(cidsOf(13, 1_000)).keys, interval: INTERVAL })

  await world.clock.advance(SLICE * 16.5)
  assert.deepEqual(providing.stat().sweep, { progress: 0.25, behind: 0 })
})

test('what the sweep brought and cannot be announced is kept when the store fails', async () => {
  const world = new ProvidingWorld()
  const { store } = world
  const cids = cidsOf(14, 50)
  const init = { keys: new Listed(cids).keys, interval: INTERVAL, store }
  const first = world.begin(init)

  world.routing.provideFault = ProvideFault.Dead
  store.stuck = store.load().then(() => { store.failure = new Error('full') })
  await world.clock.advance(5_000)
  assert.equal(store.entries.size, 0)
  store.failure = undefined
  await world.clock.advance(20_000)
  assert.deepEqual([store.entries.size, store.sweep?.strategy], [50, 'roots'])
  first.kill()
  world.routing.provideFault = undefined
  world.begin(init)
  await world.clock.advance(1)
  assert.deepEqual(new Set(world.timesOf(cids)), new Set([1]))
})

test('identity CIDs are not announced, and one block once, by however many CIDs it is listed', async () => {
  const world = new ProvidingWorld()
  const [cid] = cidsOf(15, 1) as [CID]
  const listed = new Listed([cid, CID.createV1(0x55, identity.digest(Uint8Array.of(1))), CID.createV1(0x70, cid.multihash)])

  world.begin({ keys: listed.keys, interval: INTERVAL })
  await world.clock.advance(1)
  assert.equal(world.routing.provides.begun, 1)
})

test('what the sweep kept and the queue has no room for, since the store had more, is announced all the same', async () => {
  const world = new ProvidingWorld({ provideDelay: 10 })
  const { store } = world
  const old = cidsOf(16, 8)
  const cids = cidsOf(17, 8)
  const listed = new Listed(cids)
  const [loading, listing] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const load = store.load.bind(store)

  await store.apply({ put: old.map(cid => ({ cid, kind: 'swept', waited: 0 })), delete: [] })
  store.load = async () => {
    const { sweep, entries } = await load()

    return { sweep, entries: after(loading.promise, entries) }
  }
  listed.stuck = listing.promise
  world.begin({ keys: listed.keys, interval: INTERVAL, store, maxQueued: 16, workers: 2 })
  await world.clock.advance(1)
  loading.resolve()
  await world.clock.advance(5)
  listing.resolve()
  await world.clock.advance(10_000)
  assert.deepEqual(new Set(world.timesOf([...old, ...cids])), new Set([1]))
  assert.equal(store.entries.size, 0)
})

test('nothing that the sweep brought is announced before it is kept', async () => {
  const world = new ProvidingWorld()
  const { store } = world
  const kept = Promise.withResolvers<void>()
  const apply = store.apply.bind(store)

  store.apply = async (...args) => {
    await kept.promise
    await apply(...args)
  }

  world.begin({ keys: new Listed(cidsOf(18, 20)).keys, interval: INTERVAL, store })
  await world.clock.advance(5_000)
  assert.equal(world.routing.provides.begun, 0)
  kept.resolve()
  await world.clock.advance(1)
  assert.deepEqual([world.routing.provided.length, store.changes[0]?.put.length, store.changes[0]?.sweep?.phase], [20, 20, 0])
})

test('a store that fails, or does not answer, keeps the sweep from beginning for some minutes, and no longer', async () => {
  for (const fault of [{ failure: new Error('locked') }, { stuck: new Promise<void>(() => {}) }]) {
    const world = new ProvidingWorld()
    const cids = cidsOf(20, 100)
    const { providing } = world.begin({ store: Object.assign(world.store, fault), keys: new Listed(cids).keys, interval: INTERVAL })

    await world.clock.advance(30_000)
    assert.equal(world.routing.provided.length, 0)
    await world.clock.advance(150_000)
    assert.ok(world.timesOf(cids).every(times => times > 0))
    providing.stop()
    await world.clock.advance(10_000)
  }
})
