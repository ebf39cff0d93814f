/** What is listed to be announced where something of it is damaged. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Key } from 'interface-datastore/key'
import { all } from '../../test/all.ts'
import { someBlock } from '../../test/blocks.ts'
import { cidsOf, linking, PinnedRepo, someGraph } from '../../test/pinned-repo.ts'
import { provideKeys } from './provide-keys.ts'
import type { Graph } from '../../test/pinned-repo.ts'
import type { CID } from 'multiformats/cid'

const NO_DISK = new Error('EIO: i/o error, read')

async function pinned (repo: PinnedRepo, ...graphs: Graph[]): Promise<void> {
  for (const { root, blocks } of graphs) {
    await repo.put(...blocks)
    await repo.pins.add(root)
  }
}

/** From now on a read of this block does what is said. */
function damage (repo: PinnedRepo, damaged: CID, read: () => Generator<Uint8Array>): void {
  const get = repo.folder.get.bind(repo.folder)

  repo.folder.get = (cid, options) => cid.equals(damaged) ? read() : get(cid, options)
}

function fails (): never {
  throw NO_DISK
}

function listerOf (repo: PinnedRepo, strategy: 'roots' | 'pinned' = 'pinned'): { warnings: string[], list: (signal?: AbortSignal) => Promise<string[]> } {
  const warnings: string[] = []
  const keys = provideKeys(strategy, repo, repo.pins, message => { warnings.push(message) })

  return {
    warnings,
    list: async signal => keys === false ? [] : (await all(keys(signal == null ? {} : { signal }))).map(String).sort()
  }
}

test('a block of a pin that cannot be read, is missing, or makes no sense is said once with its reason, and all else is listed', async () => {
  const repo = new PinnedRepo()
  const graphs = await Promise.all([1, 2, 3, 4].map(async seed => await someGraph(seed)))
  const [unreadable, missing, senseless, whole] = graphs as [Graph, Graph, Graph, Graph]
  const middle = missing.blocks[1]
  assert.ok(middle != null)

  await pinned(repo, ...graphs)
  damage(repo, unreadable.root, fails)
  damage(repo, senseless.root, function * () { yield Uint8Array.of(0xff, 0xff) })
  await repo.folder.delete(middle.cid)
  const { list, warnings } = listerOf(repo)
  const known = [...unreadable.blocks.slice(0, 1), ...missing.blocks.filter((_, index) => index !== 3 && index !== 4), ...senseless.blocks.slice(0, 1), ...whole.blocks]

  assert.deepEqual(await list(), cidsOf(known))
  assert.deepEqual(new Set(warnings), new Set([
    `pin ${unreadable.root} cannot be looked into: ${NO_DISK.message}`,
    `block ${middle.cid} of the pin ${missing.root} cannot be looked into: it is missing or damaged`,
    `pin ${senseless.root} cannot be looked into: invalid block "${senseless.root}": it is not valid dag-pb`
  ].map(what => `not all that is pinned is announced: ${what}`)))
  assert.deepEqual(await list(), cidsOf(known))
  assert.equal(warnings.length, 3, 'not again in the next slice')
})

test('a pin whose record is damaged is named, and the others are listed', async () => {
  for (const strategy of ['roots', 'pinned'] as const) {
    const repo = new PinnedRepo()
    const { root, blocks } = await someGraph(1)

    await pinned(repo, { root, blocks })
    await repo.datastore.put(new Key('/pins/a/55'), new TextEncoder().encode('{'))
    const { list, warnings } = listerOf(repo, strategy)

    assert.deepEqual(await list(), strategy === 'roots' ? [root.toString()] : cidsOf(blocks))
    assert.deepEqual(warnings, ['not all that is pinned is announced: the pin kept as /pins/a/55 is damaged'])
  }
})

test('ten are named, and then that there are more', async () => {
  const repo = new PinnedRepo()
  const missing = await Promise.all(Array.from({ length: 15 }, async (_, index) => await linking((await someBlock(10, index + 1)).cid)))
  const root = await linking(...missing.map(({ cid }) => cid))

  await repo.put(root)
  await repo.pins.add(root.cid, { isComplete: true })
  const { list, warnings } = listerOf(repo)
  assert.equal((await list()).length, 16)
  assert.equal(warnings.length, 11)
  assert.match(warnings.at(-1) ?? '', /more of what is pinned is damaged/)
})

test('a list that is ended while a block is read says nothing of the block', async () => {
  const repo = new PinnedRepo()
  const graph = await someGraph(1)
  const aborting = new AbortController()
  const enough = new Error('enough')

  await pinned(repo, graph)
  damage(repo, graph.root, () => {
    aborting.abort(enough)

    return fails()
  })
  const { list, warnings } = listerOf(repo)
  await assert.rejects(list(aborting.signal), enough)
  assert.deepEqual(warnings, [])
})

test('who asks the pins without being told what is damaged is told by an error', async () => {
  const repo = new PinnedRepo()
  const graph = await someGraph(1)

  await pinned(repo, graph)
  damage(repo, graph.root, fails)
  await assert.rejects(all(repo.pins.allKeys()), NO_DISK)
})
