/** What is announced, and what waits, before the announcing is loaded; the announcing itself is in `providing.test.ts`. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID as CIDs } from 'multiformats/cid'
import type { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import type { BitswapRouting } from '../api.ts'
import { cidsOf, ProvidingWorld } from '../../test/support/providing.ts'
import { keptLog } from '../../test/support/kept-log.ts'
import type { KeptLog } from '../../test/support/kept-log.ts'
import { Exchange } from '../bitswap.ts'
import { cidOfKey } from '../message/cid-key.ts'
import { withDefaultHashers } from '../message/hashers.ts'
import { resolveOptions } from '../options.ts'
import { MemoryStore } from '../testing/memory-store.ts'
import { randomBlocks } from '../testing/random-blocks.ts'
import { ProvidingNotLoadedError } from './errors.ts'
import { LateProviding } from './late-providing.ts'
import type { ProvidingLoader } from './late-providing.ts'
import type { ProvidingInit } from './options.ts'
import { NOTHING_PROVIDED } from './provide-stat.ts'
import { Providing } from './providing.ts'
import { resolveProvidingOptions } from './resolve-options.ts'

/** What is loaded when it is told to: each call of `load` once. */
class Late {
  readonly world: ProvidingWorld = new ProvidingWorld()
  readonly log: KeptLog = keptLog()
  readonly calls: Array<PromiseWithResolvers<typeof Providing>> = []

  readonly load: ProvidingLoader = async () => {
    const call = Promise.withResolvers<typeof Providing>()

    this.calls.push(call)

    return await call.promise
  }

  with (init: ProvidingInit, routing: BitswapRouting = this.world.routing.of(this.world.node)): LateProviding {
    return new LateProviding({ load: this.load, routing, clock: this.world.clock, log: this.log.forComponent('bitswap:providing'), cidOfKey, provided: () => {} }, resolveProvidingOptions(init))
  }

  async settle (index: number, failure?: Error): Promise<void> {
    if (failure == null) {
      this.calls[index]?.resolve(Providing)
    } else {
      this.calls[index]?.reject(failure)
    }

    await this.world.clock.advance(1_000)
  }

  exchange (init: ProvidingInit): Exchange {
    const { clock, node, routing } = this.world

    const components = { network: node, clock, blockstore: new MemoryStore(), routing: routing.of(node), logger: this.log, getHasher: withDefaultHashers(), loadProviding: this.load }

    return new Exchange(components, resolveOptions({ providing: init }))
  }

  get announced (): CID[] {
    return this.world.routing.provided.map(({ cid }) => cid)
  }
}

const NO_FILE = new TypeError('no such file')

function isNoFile (error: unknown): boolean {
  return error instanceof ProvidingNotLoadedError && error.name === 'ProvidingNotLoadedError' && error.cause === NO_FILE
}

test('none, or no router that can, loads nothing and does nothing at all', async () => {
  const late = new Late()

  for (const [routing, strategy] of [[{}, 'all'], [{ provide: async () => {} }, 'none']] as const) {
    const providing = late.with({ strategy, store: late.world.store, async * keys () {} }, routing)

    providing.start()
    providing.blockAdded(cidsOf(1, 1)[0] as CID)
    await providing.provide(cidsOf(1, 1))
    await assert.rejects(providing.provide([], { signal: AbortSignal.abort() }), { name: 'AbortError' })
    assert.equal(late.world.clock.pending, 0)
    assert.deepEqual(providing.stat(), NOTHING_PROVIDED)
    providing.stop()
    assert.equal(providing.whenStopped(), undefined)
  }

  assert.deepEqual([late.world.store.loads, late.calls.length], [0, 0])
})

test('a start begins the loading and announcing begins when it is there: what was added before, and what provide waits with', async () => {
  const late = new Late()
  const providing = late.with({ strategy: 'all' })
  const [before, meanwhile, root] = cidsOf(2, 3) as [CID, CID, CID]

  providing.blockAdded(before)
  assert.equal(late.calls.length, 0, 'nothing is loaded before the start')
  providing.start()
  providing.blockAdded(meanwhile)

  const provided = providing.provide([root])

  await late.world.clock.advance(1_000)
  assert.deepEqual(providing.stat(), { ...NOTHING_PROVIDED, queued: 2 })
  await late.settle(0)
  await provided
  assert.deepEqual(late.world.timesOf([before, meanwhile, root]), [1, 1, 1])
  assert.deepEqual([late.calls.length, providing.stat().queued, providing.stat().provided], [1, 0, 3])
  providing.stop()
  assert.deepEqual(late.log.errors, [])
})

test('what comes after a stop is not begun with; the next start begins with it, loads it no second time, and can be stopped', async () => {
  const late = new Late()
  const providing = late.with({ strategy: 'all', store: late.world.store })

  providing.blockAdded(cidsOf(3, 1)[0] as CID)
  providing.start()
  providing.stop()
  assert.equal(providing.whenStopped(), undefined)
  await late.settle(0)
  assert.deepEqual([late.announced.length, late.world.store.loads, late.world.clock.pending], [0, 0, 0])
  providing.start()
  await late.world.clock.advance(1_000)
  assert.deepEqual([late.announced.length, late.calls.length], [1, 1])
  providing.stop()
  await providing.whenStopped()
  providing.blockAdded(cidsOf(10, 1)[0] as CID)
  await late.world.clock.advance(1_000)
  assert.equal(late.announced.length, 1)
})

test('a start after a stop waits for the same loading, if that is still under way', async () => {
  const late = new Late()
  const providing = late.with({ strategy: 'all' })

  providing.start()
  providing.stop()
  providing.start()
  providing.blockAdded(cidsOf(4, 1)[0] as CID)
  await late.settle(0)
  assert.deepEqual([late.announced.length, late.calls.length], [1, 1])
  providing.stop()
})

test('of blocks that are added before it is there maxQueued are kept, one more is dropped and counted; identity CIDs take no room', async () => {
  const late = new Late()
  const providing = late.with({ strategy: 'all', maxQueued: 4 })

  providing.blockAdded(CIDs.createV1(0x55, identity.digest(new Uint8Array(3))))
  cidsOf(5, 5).forEach(cid => { providing.blockAdded(cid) })
  assert.deepEqual([providing.stat().queued, providing.stat().dropped], [4, 1])
  providing.start()
  await late.settle(0)
  assert.deepEqual([late.announced.length, providing.stat().dropped], [4, 1])
  providing.stop()
})

test('only with the strategy all are added blocks kept', () => {
  const providing = new Late().with({ strategy: 'roots' })

  providing.blockAdded(cidsOf(6, 1)[0] as CID)
  assert.equal(providing.stat().queued, 0)
})

test('a loading that fails is logged once, and tried again by the next start; nothing that was kept is lost', async () => {
  const late = new Late()
  const providing = late.with({ strategy: 'all' })

  providing.start()
  providing.blockAdded(cidsOf(7, 1)[0] as CID)
  await late.settle(0, NO_FILE)
  assert.equal(late.calls.length, 1, 'not before the next start')
  assert.match(late.log.errors.join('|'), /^what announces could not be loaded[^|]*no such file$/)
  providing.stop()
  assert.deepEqual(providing.stat(), { ...NOTHING_PROVIDED, queued: 1 })
  providing.start()
  await late.settle(1)
  assert.deepEqual([late.announced.length, late.log.errors.length], [1, 1])
  providing.stop()
})

test('a call of provide loads it too, also before the start: it is told why that failed, and the next one tries again', async () => {
  const late = new Late()
  const providing = late.with({ strategy: 'roots' })
  const cids = cidsOf(8, 1)
  const failed = Promise.all([assert.rejects(providing.provide(cids), isNoFile), assert.rejects(providing.provide(cids, { signal: new AbortController().signal }), isNoFile)])

  await late.settle(0, NO_FILE)
  await failed
  assert.deepEqual([late.calls.length, late.log.errors.length], [1, 1], 'both waited for one loading')
  providing.start()
  await late.settle(1, NO_FILE)

  const provided = providing.provide(cids)

  await late.settle(2)
  await provided
  assert.equal(late.announced.length, 1, 'started before, so it begins at once')
  providing.stop()
})

test('a call of provide does not wait for the loading when it is stopped, and the next one does', async () => {
  const late = new Late()
  const providing = late.with({ strategy: 'roots' })
  const [before, after] = cidsOf(12, 2) as [CID, CID]

  providing.start()
  const stopped = assert.rejects(providing.provide([before]), { name: 'NotStartedError' })
  providing.stop()
  await stopped
  providing.start()
  const provided = providing.provide([after])
  await late.settle(0)
  await provided
  assert.deepEqual(late.world.timesOf([before, after]), [0, 1])
  providing.stop()
})

test('a call of provide that is aborted does not wait for the loading', async () => {
  const aborting = new AbortController()
  const provided = new Late().with({ strategy: 'roots' }).provide(cidsOf(9, 1), { signal: aborting.signal })

  aborting.abort(NO_FILE)
  await assert.rejects(provided, NO_FILE)
})

test('a Bitswap whose announcing never comes starts, serves, stops, and starts again; one whose announcing fails does too', async () => {
  for (const failure of [undefined, NO_FILE]) {
    const late = new Late()
    const exchange = late.exchange({ strategy: 'all' })
    const [block] = await randomBlocks(1)
    const { clock } = late.world

    await clock.run(exchange.start())

    if (failure != null) {
      await late.settle(0, failure)
    }

    await clock.run(exchange.addBlock(block))
    assert.deepEqual(await clock.run(exchange.getBlock(block.cid)), block.bytes)
    assert.deepEqual([exchange.isOnline(), exchange.stat().providing.queued], [true, 1])
    await clock.run(exchange.stop())
    assert.equal(clock.pending, 0)
    await clock.run(exchange.start())
    await late.settle(late.calls.length - 1)
    assert.deepEqual(late.world.timesOf([block.cid]), [1])
    await clock.run(exchange.stop())
  }
})
