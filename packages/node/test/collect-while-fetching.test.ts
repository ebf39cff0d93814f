/** Two nodes over TCP, of which one fetches from the other while both collect garbage again and again. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { addStream } from '../src/files/add-path.ts'
import { dagLinks } from '../src/files/dag-links.ts'
import { walkDag } from '../src/files/dag-walk.ts'
import { GarbageCollector } from '../src/gc/garbage-collector.ts'
import { createNode } from '../src/node/create-node.ts'
import { PeerSource } from '../src/node/block-source.ts'
import { Pins } from '../src/pins/pins.ts'
import { openRepo } from '../src/store/repo.ts'
import { all } from './all.ts'
import { someBytes } from './blocks.ts'
import { temporaryFolder } from './temporary-folder.ts'
import type { BitswapNode } from '../src/node/create-node.ts'
import type { CID } from 'multiformats/cid'
import type { TestContext } from 'node:test'

const SIZE = 67_108_864

class CollectingNode {
  readonly node: BitswapNode
  readonly pins: Pins
  readonly collector: GarbageCollector
  readonly removed: CID[] = []
  collections = 0
  time = 0

  constructor (node: BitswapNode) {
    const { repo: { blockstore, datastore }, bitswap } = node

    this.node = node
    this.pins = new Pins({ blockstore, datastore })
    this.collector = new GarbageCollector({ blockstore, pins: this.pins, bitswap, now: () => this.time })
    this.collector.start()
  }

  async add (bytes: Uint8Array): Promise<CID> {
    const [added] = await all(addStream((async function * () { yield bytes })(), this.node.repo.blockstore, { cidVersion: 1 }))

    assert.ok(added != null)

    return added.cid
  }

  async collect (): Promise<void> {
    this.collections++
    await this.collector.run({ onRemoved: cid => { this.removed.push(cid) } })
  }

  async count (): Promise<number> {
    return (await this.node.repo.blockstore.usage()).blocks
  }
}

async function startNode (t: TestContext, listen: string[]): Promise<CollectingNode> {
  const node = await createNode({ listen }, { repo: await openRepo(join(await temporaryFolder(t), 'repo')) })
  const collecting = new CollectingNode(node)

  t.after(async () => {
    await collecting.collector.stop()
    await node.stop()
  })
  await node.start()

  return collecting
}

test('a graph that nobody has pinned is fetched as a whole while both ends collect', async t => {
  const seed = await startNode(t, ['/ip4/127.0.0.1/tcp/0'])
  const fetcher = await startNode(t, [])
  const root = await seed.add(someBytes(SIZE))
  const pinned = [await seed.add(someBytes(600_000, 2)), await fetcher.add(someBytes(600_000, 3))] as const
  const blocks = await seed.count() - 4

  await seed.pins.add(pinned[0], { isComplete: true })
  await fetcher.pins.add(pinned[1], { isComplete: true })

  const source = new PeerSource(fetcher.node.bitswap)
  await source.connect([...seed.node.addresses()])
  const hold = fetcher.pins.holds.hold(root)
  let fetched = 0

  for await (const cid of walkDag({ cid: root }, {
    read: async ({ cid }, signal) => await source.read(cid, signal),
    unfold: ({ cid }, bytes) => ({ value: cid, next: dagLinks(cid, bytes).map(link => ({ cid: link })) })
  })) {
    assert.ok(cid)

    if (fetched++ % 16 === 0) { // more is on its way meanwhile
      await Promise.all([seed.collect(), fetcher.collect()])
    }
  }

  source.close()
  assert.deepEqual([fetched, seed.collections], [blocks, Math.ceil(blocks / 16)])
  assert.deepEqual([seed.removed, fetcher.removed], [[], []])
  assert.deepEqual([await seed.count(), await fetcher.count()], [blocks + 4, blocks + 4])

  // everything is let go of
  hold.release()
  await fetcher.collect()
  assert.deepEqual([fetcher.removed.length, await fetcher.count()], [blocks, 4])
  seed.time += 1_200_000
  await seed.collect()
  assert.deepEqual([seed.removed.length, await seed.count()], [blocks, 4])

  for (const [{ pins }, cid] of [[seed, pinned[0]], [fetcher, pinned[1]]] as const) {
    await pins.add(cid) // throws when something of it is missing
  }
})
