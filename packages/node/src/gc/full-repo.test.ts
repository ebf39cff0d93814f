import assert from 'node:assert/strict'
import { test } from 'node:test'
import { someBlock } from '../../test/blocks.ts'
import { settled } from '../../test/named-graph.ts'
import { PinnedRepo } from '../../test/pinned-repo.ts'
import { MemoryBlocks } from '../store/memory-blocks.ts'
import { GarbageCollector } from './garbage-collector.ts'
import type { Block } from 'ts-bitswap'

test('a repo that is over its limit from the beginning is collected when a block is refused, and not again and again while all is pinned', async () => {
  let now = 0
  const folder = new MemoryBlocks()
  const [pinned, garbage, wanted, more] = await Promise.all([1, 2, 3, 4].map(async seed => await someBlock(400, seed))) as [Block, Block, Block, Block]

  await folder.put(pinned.cid, pinned.bytes)
  await folder.put(garbage.cid, garbage.bytes)
  const repo = new PinnedRepo(folder, { maxStorage: 750 })
  await repo.pins.add(pinned.cid)
  const collector = new GarbageCollector({ ...repo, now: () => now })
  let looks = 0
  const { records } = repo.pins
  repo.pins.records = options => { looks++; return records.call(repo.pins, options) }

  const refused = async (block: Block): Promise<void> => {
    await assert.rejects(repo.put(block), { name: 'RepoFullError' })
    await settled()
  }

  collector.start()
  await refused(wanted)
  assert.deepEqual(await repo.here([pinned, garbage]), [pinned])
  await refused(more)
  await refused(more)
  assert.equal(looks, 2)
  now += 60_000
  await refused(more)
  assert.equal(looks, 3)
  await collector.stop()
})
