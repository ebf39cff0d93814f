/** A store that hangs for some blocks, as on a disk that is gone: the others are served beside them. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { CID } from 'multiformats/cid'
import { blocksOf, cidOf, names, Serving, SizingStore, SlowStore, wantBlock, wantHave } from '../../test/support/serving.ts'
import type { Block } from '../message/message.ts'
import { OVERDUE } from './store-gate.ts'

/** Answers at the next turn, but for what hangs until it is let go on. */
class HangingStore extends SlowStore {
  readonly hangs: Set<string>

  constructor (hangs: number[], blocks: Block[]) {
    super(...blocks)
    this.hangs = new Set(hangs.map(seed => cidOf(seed).toString()))
  }

  override async hold (name: string, cid: CID, signal?: AbortSignal): Promise<void> {
    this.isOpen = !this.hangs.has(cid.toString())
    await super.hold(name, cid, signal)
  }
}

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1)
const LARGE = 200_000

function cidsOf (seeds: number[]): string[] {
  return names(seeds.map(cidOf))
}

test('four blocks that cannot be read keep a peer from none of the others for longer than a second', async () => {
  const serving = new Serving(new HangingStore([1, 2, 3, 4], blocksOf(40, LARGE)))
  serving.wants(...SEEDS.map(seed => wantBlock(cidOf(seed), { priority: 100 - seed })))

  await serving.clock.advance(OVERDUE - 1)
  assert.equal(serving.server.stats.storeReads, 4)
  await serving.clock.advance(1)
  assert.deepEqual(names((await serving.deliver()).blocks), cidsOf(SEEDS.slice(4)))
  // one that comes late after all is sent
  await serving.store.release(1)
  assert.deepEqual([(await serving.deliver()).blocks, serving.server.stats.storeErrors], [[cidOf(1)], 0])
})

test('what one peer wants and cannot be read keeps other peers from nothing, and whoever wants the same later does not wait for it either', async () => {
  const serving = new Serving(new HangingStore([1, 2, 3, 4], blocksOf(40, LARGE)), { maxConcurrentReads: 4 })
  serving.wants(...SEEDS.slice(0, 4).map(seed => wantBlock(cidOf(seed))))
  serving.from(serving.other, { wants: [wantBlock(cidOf(5))] })

  await serving.clock.advance(OVERDUE)
  assert.deepEqual((await serving.deliver(serving.other)).blocks, [cidOf(5)])
  serving.from(serving.other, { wants: SEEDS.map(seed => wantBlock(cidOf(seed), { priority: 100 - seed })) })
  await serving.clock.advance(1)
  assert.deepEqual(names((await serving.deliver(serving.other)).blocks), cidsOf(SEEDS.slice(4)))
  await serving.store.release()
  assert.deepEqual(names((await serving.deliver()).blocks), cidsOf([1, 2, 3, 4]))
  assert.deepEqual(names((await serving.deliver(serving.other)).blocks), cidsOf([1, 2, 3, 4]))
})

test('questions that hang keep the next message of a peer waiting for a second, and are answered when they are', async () => {
  class HangingSizes extends SizingStore {
    override async hold (name: string, cid: CID, signal?: AbortSignal): Promise<void> {
      this.isOpen = !cid.equals(cidOf(1)) && !cid.equals(cidOf(2))
      await super.hold(name, cid, signal)
    }
  }

  const serving = new Serving(new HangingSizes(...blocksOf(5)), { maxReadsPerPeer: 2 })
  let over = false
  serving.asking(...[1, 2, 3, 4, 5].map(seed => wantHave(cidOf(seed), { priority: 9 - seed })))?.then(() => { over = true }, assert.fail)

  await serving.clock.advance(OVERDUE - 1)
  assert.deepEqual([over, (await serving.deliver()).haves], [false, []])
  await serving.clock.advance(1)
  assert.deepEqual([over, names((await serving.deliver()).haves)], [true, cidsOf([3, 4, 5])])
  await serving.store.release()
  assert.deepEqual(names((await serving.deliver()).haves), cidsOf([1, 2]))
})

test('of what takes too long there is no more for a peer than it may have read at once; then its other blocks wait until one of those ends', async () => {
  const serving = new Serving(new HangingStore([1, 2, 3, 4, 5, 6], blocksOf(8)), { maxReadsPerPeer: 2, maxReadAheadPerPeer: 4_000_000 })
  serving.wants(...SEEDS.slice(0, 8).map(seed => wantBlock(cidOf(seed), { priority: 9 - seed })))

  await serving.clock.advance(5 * OVERDUE)
  assert.equal(serving.store.waiting.length, 4)
  await serving.store.release(3)
  await serving.clock.advance(3 * OVERDUE)
  assert.deepEqual(names((await serving.deliver()).blocks), cidsOf([1, 2, 3, 7, 8]))
  await serving.store.release()
  assert.deepEqual(names((await serving.deliver()).blocks), cidsOf([4, 5, 6]))
})

test('a block that comes late, and for which there is no room by then, is read again when there is', async () => {
  const serving = new Serving(new HangingStore([1], blocksOf(12, LARGE)), { maxReadAheadPerPeer: LARGE, maxReadsPerPeer: 20 })
  serving.wants(...SEEDS.slice(0, 12).map(seed => wantBlock(cidOf(seed), { priority: 100 - seed })))
  await serving.clock.advance(OVERDUE)

  const reads = (): number => serving.server.stats.storeReads
  const before = reads()
  serving.store.hangs.clear()
  await serving.store.release()
  assert.ok(serving.server.stat().readAheadBytes <= 2 * LARGE)
  assert.deepEqual(names((await serving.deliver()).blocks), cidsOf(SEEDS.slice(0, 12)))
  assert.ok(reads() > before)
})
