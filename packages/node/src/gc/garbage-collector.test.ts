import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Key } from 'interface-datastore/key'
import { TypedEventEmitter } from 'main-event'
import { all } from '../../test/all.ts'
import { someBlock } from '../../test/blocks.ts'
import { settled } from '../../test/named-graph.ts'
import { cidsOf, linking, PinnedRepo, someGraph } from '../../test/pinned-repo.ts'
import { MemoryBlocks } from '../store/memory-blocks.ts'
import { GarbageCollector } from './garbage-collector.ts'
import type { GarbageCollectorComponents } from './garbage-collector.ts'
import type { GarbageInit } from './options.ts'
import type { CID } from 'multiformats/cid'
import type { BitswapEvents, Block } from 'ts-bitswap'

function collectorOf ({ blockstore, pins }: PinnedRepo, more: Partial<GarbageCollectorComponents> = {}, init: GarbageInit = {}): GarbageCollector {
  return new GarbageCollector({ blockstore, pins, ...more }, init)
}

/** Peers that want these, and were sent what the test says. */
class FakeBitswap extends TypedEventEmitter<BitswapEvents> {
  wanted: CID[] = []

  stat (): never {
    return { peers: ['a', 'b'] } as never
  }

  wantlistForPeer (peer: unknown): never {
    return (peer === 'b' ? this.wanted.map(cid => ({ cid })) : []) as never
  }

  sent (...blocks: Array<Block | undefined>): void {
    for (const block of blocks) {
      this.safeDispatchEvent('block:sent', { detail: { cid: block?.cid, to: 'b', size: 1 } as never })
    }
  }
}

test('what is pinned stays, and the rest is removed and named', async () => {
  const repo = new PinnedRepo()
  const [kept, direct, garbage] = [await someGraph(1), await someGraph(2), await someGraph(3)]

  await repo.put(...kept.blocks, ...direct.blocks, ...garbage.blocks)
  await repo.pins.add(kept.root)
  await repo.pins.add(direct.root, { recursive: false })
  const removed: string[] = []
  const summary = await collectorOf(repo).run({ onRemoved: cid => { removed.push(Buffer.from(cid.multihash.bytes).toString('hex')) } })
  const gone = [...direct.blocks.slice(1), ...garbage.blocks]

  assert.deepEqual(await repo.here([...kept.blocks, ...direct.blocks, ...garbage.blocks]), [...kept.blocks, ...direct.blocks.slice(0, 1)])
  assert.deepEqual(summary, { removed: gone.length, freed: gone.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) })
  assert.deepEqual(removed.sort(), gone.map(({ cid }) => Buffer.from(cid.multihash.bytes).toString('hex')).sort())

  await repo.pins.rm(kept.root)
  assert.equal((await collectorOf(repo).run()).removed, 7)
})

test('what is held stays until it is released, and what comes below it meanwhile', async () => {
  const repo = new PinnedRepo()
  const { root, blocks } = await someGraph(1)
  const hold = repo.pins.holds.hold(root)
  const again = repo.pins.holds.hold(root)

  await repo.put(...blocks.slice(0, 3))
  assert.equal((await collectorOf(repo).run()).removed, 0)
  await repo.put(...blocks.slice(3))
  assert.equal((await collectorOf(repo).run()).removed, 0)
  hold.release()
  hold.release()
  assert.equal((await collectorOf(repo).run()).removed, 0)
  again[Symbol.dispose]()
  assert.equal((await collectorOf(repo).run()).removed, 7)
})

test('what is written under a hold on writes stays until that is released', async () => {
  const repo = new PinnedRepo()
  const [before, during] = [await someBlock(10), await someBlock(11)]

  await repo.put(before)
  const hold = repo.pins.holds.holdWrites()
  await repo.put(during)
  assert.equal((await collectorOf(repo).run()).removed, 1)
  assert.deepEqual(await repo.here([before, during]), [during])
  hold.release()
  assert.equal((await collectorOf(repo).run()).removed, 1)
})

test('what peers want now stays, with what is below it', async () => {
  const repo = new PinnedRepo()
  const bitswap = new FakeBitswap()
  const [{ root, blocks }, missing] = [await someGraph(1), await someGraph(2)]

  await repo.put(...blocks)
  bitswap.wanted = [missing.root, root]
  const warnings: string[] = []
  const collector = collectorOf(repo, { bitswap, onWarning: message => { warnings.push(message) } })

  assert.equal((await collector.run()).removed, 0)
  assert.deepEqual(warnings, []) // that a peer wants what is not here is nothing to be told of
  bitswap.wanted = []
  assert.equal((await collector.run()).removed, 7)
})

test('what was sent of late stays with what is below it, for servedGrace, once the collector is started', async () => {
  const repo = new PinnedRepo()
  const bitswap = new FakeBitswap()
  const { blocks } = await someGraph(1)
  let time = 0
  const collector = collectorOf(repo, { bitswap, now: () => time }, { servedGrace: 100 })

  await repo.put(...blocks)
  collector.start()
  collector.start()
  bitswap.sent(...blocks.slice(0, 1))
  time = 99
  assert.equal((await collector.run()).removed, 0)
  time = 100
  assert.equal((await collector.run()).removed, 7)

  await repo.put(...blocks)
  await collector.stop()
  await collector.stop()
  bitswap.sent(...blocks.slice(0, 1))
  assert.equal((await collector.run()).removed, 7)
})

test('of the blocks that were sent maxServed are remembered', async () => {
  const repo = new PinnedRepo()
  const bitswap = new FakeBitswap()
  const graphs = [await someGraph(1), await someGraph(2)]
  const collector = collectorOf(repo, { bitswap }, { maxServed: 1 })

  collector.start()

  for (const { blocks } of graphs) {
    await repo.put(...blocks)
    bitswap.sent(blocks[0])
  }

  assert.equal((await collector.run()).removed, 7)
  await collector.stop()
})

test('a pinned graph with a missing and a damaged block is said, and keeps what can be reached', async () => {
  const repo = new PinnedRepo()
  const { root, blocks } = await someGraph(1)
  const [, left, right] = blocks
  const other = await someBlock(10)
  assert.ok(left != null && right != null)

  await repo.put(...blocks, other)
  await repo.pins.add(root)
  await repo.folder.delete(left.cid)
  const { get } = repo.folder
  repo.folder.get = (cid, options) => cid.equals(right.cid) ? (function * () { yield Uint8Array.of(0xff, 0xff) })() : get.call(repo.folder, cid, options)
  const warnings: string[] = []
  await collectorOf(repo, { onWarning: message => { warnings.push(message) } }).run()

  assert.equal(warnings.length, 2)
  assert.match(warnings.find(text => text.includes(String(left.cid))) ?? '', /missing or damaged/)
  assert.match(warnings.find(text => text.includes(String(right.cid))) ?? '', /cannot be made sense of/)
  assert.deepEqual(await repo.here([...blocks, other]), [blocks[0], right])
})

test('no more than some warnings are given, and how many there are', async () => {
  const repo = new PinnedRepo()
  const missing = await Promise.all(Array.from({ length: 15 }, async (_, index) => await linking((await someBlock(10, index + 1)).cid)))
  const root = await linking(...missing.map(({ cid }) => cid))

  await repo.put(root)
  await repo.pins.add(root.cid, { isComplete: true })
  const warnings: string[] = []
  await collectorOf(repo, { onWarning: message => { warnings.push(message) } }).run()
  assert.equal(warnings.length, 11)
  assert.match(warnings.at(-1) ?? '', /5 more/)
})

test('when the repo cannot be read nothing is removed', async () => {
  const repo = new PinnedRepo()
  const { root, blocks } = await someGraph(1)
  const garbage = await someBlock(10)

  await repo.put(...blocks, garbage)
  await repo.pins.add(root)
  const get = repo.folder.get.bind(repo.folder)
  repo.folder.get = () => { throw new Error('the disk is gone') }
  const collector = collectorOf(repo)
  await assert.rejects(collector.run(), /the disk is gone/)
  repo.folder.get = get
  assert.equal((await repo.here([...blocks, garbage])).length, 8)
  assert.equal(collector.isCollecting, false)
})

test('one block of a pin that cannot be read, or one pin whose record cannot, and nothing is removed: what is below it may be what would be', async () => {
  const repo = new PinnedRepo()
  const [graph, other] = [await someGraph(1), await someGraph(2)]
  const garbage = await someBlock(10)
  const everything = [...graph.blocks, ...other.blocks, garbage]

  await repo.put(...everything)
  await repo.pins.add(graph.root)
  await repo.pins.add(other.root)
  const get = repo.folder.get.bind(repo.folder)
  repo.folder.get = (cid, options) => {
    if (cid.equals(graph.root)) {
      throw new Error('EIO: i/o error, read')
    }

    return get(cid, options)
  }
  await assert.rejects(collectorOf(repo).run(), /EIO/)
  assert.equal((await repo.here(everything)).length, everything.length)

  repo.folder.get = get
  await repo.datastore.put(new Key('/pins/a/55'), new TextEncoder().encode('{'))
  await assert.rejects(collectorOf(repo).run(), { name: 'DamagedPinError', key: '/pins/a/55' })
  assert.equal((await repo.here(everything)).length, everything.length)
})

test('one collection at a time; one that is left can be followed by another', async () => {
  const repo = new PinnedRepo()

  await repo.put(...(await someGraph(1)).blocks)
  const collector = collectorOf(repo)
  const steps = collector.collect()

  await steps.next()
  assert.equal(collector.isCollecting, true)
  await assert.rejects(collector.run(), { name: 'CollectionUnderWayError' })
  await steps.return(undefined)
  assert.equal(collector.isCollecting, false)
  await collector.run()
})

test('a collection ends with its signal, and what is not removed by then stays', async () => {
  const repo = new PinnedRepo()
  const ends = new AbortController()
  const blocks = await Promise.all(Array.from({ length: 100 }, async (_, index) => await someBlock(10, index + 1)))

  await repo.put(...blocks)
  await assert.rejects(collectorOf(repo).run({ signal: ends.signal, onRemoved: () => { ends.abort(new Error('enough')) } }), /enough/)
  assert.equal((await repo.here(blocks)).length, 100 - 32)
})

test('what cannot be removed is named, and the rest is removed', async () => {
  const repo = new PinnedRepo()
  const blocks = await Promise.all([1, 2, 3].map(async seed => await someBlock(10, seed)))

  await repo.put(...blocks)
  const remove = repo.folder.delete.bind(repo.folder)
  repo.folder.delete = async cid => {
    if (Buffer.compare(cid.multihash.bytes, blocks[1]?.cid.multihash.bytes ?? new Uint8Array(0)) === 0) {
      throw new Error('it is read-only')
    }

    await remove(cid)
  }

  await assert.rejects(collectorOf(repo).run(), { name: 'GarbageLeftError', count: 1, cid: blocks[1]?.cid, message: `cannot remove block ${blocks[1]?.cid}: it is read-only` })
  assert.deepEqual(await repo.here(blocks), [blocks[1]])
})

/** Blocks of which the collector is held up at the first it removes. */
class StoppingBlocks extends MemoryBlocks {
  readonly reached = Promise.withResolvers<undefined>()
  readonly goOn = Promise.withResolvers<undefined>()

  override async delete (cid: CID): Promise<void> {
    this.reached.resolve(undefined)
    await this.goOn.promise
    await super.delete(cid)
  }
}

/** A collection that has removed its first 32 of 7 blocks and 32, and is asked for no more before `work` is done. */
async function during (work: (repo: PinnedRepo, blocks: Block[], root: CID) => unknown): Promise<Block[]> {
  const folder = new StoppingBlocks()
  const repo = new PinnedRepo(folder)
  const { root, blocks } = await someGraph(1)

  await repo.put(...await Promise.all(Array.from({ length: 32 }, async (_, index) => await someBlock(10, index + 1))), ...blocks)
  const collecting = collectorOf(repo).run()

  await folder.reached.promise
  const worked = Promise.resolve(work(repo, blocks, root))
  await settled()
  folder.goOn.resolve(undefined)
  await collecting
  await worked

  return await repo.here(blocks)
}

test('what nobody touches while it is being collected is gone', async () => {
  assert.deepEqual(await during(() => {}), [])
})

test('what is held, pinned, read, asked for or written while the rest is being removed stays', async () => {
  const { blocks } = await someGraph(1)

  assert.deepEqual(cidsOf(await during((repo, _, root) => repo.pins.holds.hold(root))), cidsOf(blocks))
  assert.deepEqual(cidsOf(await during(async (repo, _, root) => { await repo.pins.add(root) })), cidsOf(blocks))
  assert.deepEqual(cidsOf(await during(async (repo, _, root) => await all(repo.blockstore.get(root)))), cidsOf(blocks))
  assert.deepEqual(cidsOf(await during(async (repo, [first]) => { await repo.put(...first == null ? [] : [first]) })), cidsOf(blocks))
  assert.deepEqual(cidsOf(await during(async (repo, _, root) => await repo.blockstore.has(root))), cidsOf(blocks.slice(0, 1)))
})

test('a repo that gets full is collected by itself while the collector is started', async () => {
  const repo = new PinnedRepo(new MemoryBlocks(), { maxStorage: 1_000, gcWatermark: 0.5 })
  const collector = collectorOf(repo)
  const blocks = await Promise.all(Array.from({ length: 5 }, async (_, index) => await someBlock(100, index + 1)))
  const [last] = blocks
  assert.ok(last != null)
  const fill = async (): Promise<Block[]> => {
    await repo.put(...blocks.slice(1, 5))
    await repo.put(last) // with it half of the repo is used
    await settled()

    return await repo.here(blocks)
  }

  assert.equal((await fill()).length, 5)
  await repo.blockstore.delete(last.cid)
  collector.start()
  assert.deepEqual(await fill(), [last]) // it was just written
  await collector.stop()
  assert.equal((await fill()).length, 5)
})

test('stopping ends a collection that runs by itself, and does not wait for one that nobody asks to go on', async () => {
  const folder = new StoppingBlocks()
  const repo = new PinnedRepo(folder)
  const blocks = await Promise.all(Array.from({ length: 40 }, async (_, index) => await someBlock(10, index + 1)))

  await repo.put(...blocks)
  const collector = collectorOf(repo)
  collector.start()
  const running = assert.rejects(collector.run(), /the node stops/)
  await folder.reached.promise
  const stopped = collector.stop()
  folder.goOn.resolve(undefined)
  await stopped
  assert.equal((await repo.here(blocks)).length, 8) // what was being removed is, before it has stopped
  await running

  collector.start()
  const steps = collector.collect()
  await steps.next()
  await collector.stop()
  await steps.return(undefined)
})
