import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as dagPb from '@ipld/dag-pb'
import { Key } from 'interface-datastore/key'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { identity } from 'multiformats/hashes/identity'
import { all } from '../../test/all.ts'
import { someBlock } from '../../test/blocks.ts'
import { cidsOf, linking, PinnedRepo, someGraph } from '../../test/pinned-repo.ts'
import { LocalSource } from '../node/block-source.ts'
import { MAX_NAME_SIZE } from './pins.ts'
import type { ListPinsOptions } from './pins.ts'
import type { Block } from 'ts-bitswap'

async function listed ({ pins }: PinnedRepo, type: ListPinsOptions['type'] = 'all'): Promise<string[]> {
  return (await all(pins.ls({ type }))).map(pin => `${pin.cid} ${pin.type}${pin.type === 'indirect' ? ` ${pin.through}` : pin.name == null ? '' : ` ${pin.name}`}`).sort()
}

function indirect (blocks: readonly Block[], through: CID): string[] {
  return cidsOf(blocks).map(cid => `${cid} indirect ${through}`)
}

test('a recursive pin keeps a root and what is below it, a direct one the block', async () => {
  const repo = new PinnedRepo()
  const [{ root, blocks }, other] = [await someGraph(1), await someGraph(2)]

  await repo.put(...blocks, ...other.blocks)
  await repo.pins.add(root, { name: 'mine' })
  await repo.pins.add(other.root, { recursive: false })

  assert.deepEqual(await listed(repo, 'recursive'), [`${root} recursive mine`])
  assert.deepEqual(await listed(repo, 'direct'), [`${other.root} direct`])
  assert.deepEqual(await listed(repo, 'indirect'), indirect(blocks.slice(1), root))
  assert.equal((await listed(repo)).length, 8)
  assert.deepEqual((await all(repo.pins.roots())).map(String).sort(), [root, other.root].map(String).sort())
  assert.deepEqual((await all(repo.pins.allKeys())).map(String).sort(), cidsOf([...blocks, ...other.blocks.slice(0, 1)]))
})

test('a graph is fetched before it is pinned, and its leaves that are here are not read', async () => {
  const [repo, elsewhere] = [new PinnedRepo(), new PinnedRepo()]
  const { root, blocks } = await someGraph(1)
  const here = blocks.at(-1)
  assert.ok(here != null)
  const asked: string[] = []
  const from = new LocalSource(elsewhere.blockstore)

  await elsewhere.put(...blocks)
  await repo.put(here)
  await repo.pins.add(root, {
    fetch: {
      read: async cid => {
        const bytes = await from.read(cid)

        asked.push(cid.toString())
        await repo.blockstore.put(cid, bytes) // as Bitswap does

        return bytes
      },
      close: () => {}
    }
  })

  assert.deepEqual(asked.sort(), cidsOf(blocks.slice(0, -1)))
  assert.equal((await repo.here(blocks)).length, 7)
})

test('without all of it nothing is pinned', async () => {
  const repo = new PinnedRepo()
  const { root, blocks } = await someGraph(1)

  await repo.put(...blocks.slice(0, -1))
  await assert.rejects(repo.pins.add(root), { name: 'BlockMissingError', cid: blocks.at(-1)?.cid })
  assert.deepEqual(await listed(repo), [])
  assert.deepEqual(repo.pins.holds.roots, [])

  await repo.pins.add(root, { recursive: false })
  assert.deepEqual(await listed(repo), [`${root} direct`])
})

test('it is held while it is being pinned', async () => {
  const repo = new PinnedRepo()
  const { root, blocks } = await someGraph(1)
  const held: string[][] = []

  await repo.put(...blocks)
  await repo.pins.add(root, { onBlock: () => { held.push(repo.pins.holds.roots.map(String)) } })
  assert.deepEqual(held, Array.from({ length: 7 }, () => [root.toString()]))
  assert.deepEqual(repo.pins.holds.roots, [])
})

test('what has just been stored need not be looked through', async () => {
  const repo = new PinnedRepo()
  const { root } = await someGraph(1)

  await repo.pins.add(root, { isComplete: true })
  assert.deepEqual(await listed(repo, 'recursive'), [`${root} recursive`])
})

test('a direct pin becomes recursive and keeps its name; a recursive one does not become direct', async () => {
  const repo = new PinnedRepo()
  const { root, blocks } = await someGraph(1)

  await repo.put(...blocks)
  await repo.pins.add(root, { recursive: false, name: 'first' })
  await repo.pins.add(root)
  assert.deepEqual(await listed(repo, 'recursive'), [`${root} recursive first`])
  await assert.rejects(repo.pins.add(root, { recursive: false }), { name: 'PinnedRecursivelyError', cid: root })
  await repo.pins.add(root, { name: 'second' })
  assert.deepEqual(await listed(repo, 'recursive'), [`${root} recursive second`])
  await assert.rejects(repo.pins.rm(root, { recursive: false }), { name: 'PinnedRecursivelyError', cid: root })
})

test('of a direct and a recursive pin at the same time the recursive one stays', async () => {
  const repo = new PinnedRepo()
  const { root, blocks } = await someGraph(1)

  await repo.put(...blocks)
  await Promise.allSettled([repo.pins.add(root), repo.pins.add(root, { recursive: false })])
  assert.deepEqual(await listed(repo, 'recursive'), [`${root} recursive`])
  assert.deepEqual(await listed(repo, 'direct'), [])
})

test('a pin is removed, and who tries to remove what has none is told why', async () => {
  const repo = new PinnedRepo()
  const { root, blocks } = await someGraph(1)
  const [, middle] = blocks
  assert.ok(middle != null)

  await repo.put(...blocks)
  await repo.pins.add(root)
  await assert.rejects(repo.pins.rm(middle.cid), { name: 'NotPinnedError', cid: middle.cid, through: root, message: `${middle.cid} is pinned indirectly through ${root}: remove that pin` })
  await repo.pins.rm(root)
  await assert.rejects(repo.pins.rm(root), { name: 'NotPinnedError', cid: root, through: undefined })
  assert.deepEqual(await listed(repo), [])
})

test('what is pinned and below another root is listed as pinned, and once', async () => {
  const repo = new PinnedRepo()
  const inner = await someGraph(1)
  const outer = await linking(inner.root)

  await repo.put(outer, ...inner.blocks)
  await repo.pins.add(outer.cid)
  await repo.pins.add(inner.root)
  await repo.pins.add(inner.blocks[1]?.cid ?? inner.root, { recursive: false })
  assert.equal((await listed(repo)).length, 8)
  assert.equal((await listed(repo, 'indirect')).length, 5)
  assert.equal((await all(repo.pins.allKeys())).length, 8)
})

test('how blocks are pinned is found for many at once, whatever they are read as', async () => {
  const repo = new PinnedRepo()
  const { root, blocks } = await someGraph(1)
  const other = await someBlock(10)
  const [, middle] = blocks
  const leaf = blocks.at(-1)
  assert.ok(middle != null && leaf != null)
  const asRaw = CID.createV1(raw.code, middle.cid.multihash)

  await repo.put(...blocks, other)
  await repo.pins.add(root)
  assert.deepEqual(await repo.pins.find([leaf.cid, other.cid, root, asRaw, leaf.cid]), [
    { cid: leaf.cid, type: 'indirect', through: root },
    undefined,
    { cid: root, type: 'recursive' },
    { cid: asRaw, type: 'indirect', through: root },
    { cid: leaf.cid, type: 'indirect', through: root }
  ])
  assert.equal(await repo.pins.isPinned(leaf.cid), true)
  assert.equal(await repo.pins.isPinned(other.cid), false)
})

test('a graph is pinned once by whichever version of its CID; as another codec it is another', async () => {
  const repo = new PinnedRepo()
  const { root, blocks } = await someGraph(1)
  const v0 = CID.createV0(root.multihash as never)
  const asRaw = CID.createV1(raw.code, root.multihash)

  await repo.put(...blocks)
  await repo.pins.add(v0)
  await repo.pins.add(asRaw)
  await repo.pins.add(root)
  assert.equal((await listed(repo, 'recursive')).length, 2)
  await repo.pins.rm(v0)
  assert.deepEqual(await listed(repo, 'all'), [`${asRaw} recursive`])
})

test('an identity CID may be pinned, and what it links to is kept', async () => {
  const repo = new PinnedRepo()
  const leaf = await someBlock(10)
  const cid = CID.createV1(dagPb.code, identity.digest(dagPb.encode({ Links: [{ Hash: leaf.cid, Name: '', Tsize: 1 }] })))

  await assert.rejects(repo.pins.add(cid), { name: 'BlockMissingError', cid: leaf.cid })
  await repo.put(leaf)
  await repo.pins.add(cid)
  assert.deepEqual((await listed(repo)), [`${leaf.cid} indirect ${cid}`, `${cid} recursive`].sort())
  assert.deepEqual(await all(repo.pins.allKeys()), [leaf.cid])
  await repo.pins.rm(cid)
})

test('a name may be so long and no longer', async () => {
  const repo = new PinnedRepo()
  const { cid, bytes } = await someBlock(10)

  await repo.put({ cid, bytes })
  await assert.rejects(repo.pins.add(cid, { name: 'é'.repeat(MAX_NAME_SIZE / 2 + 1) }), { name: 'InvalidArgumentError' })
  await repo.pins.add(cid, { name: 'x'.repeat(MAX_NAME_SIZE) })
})

test('a record that is damaged is named', async () => {
  const repo = new PinnedRepo()
  const { cid } = await someBlock(10)

  for (const text of ['{', '{"cid":"nothing","type":"direct"}', `{"cid":"${cid}","type":"other"}`]) {
    await repo.datastore.put(new Key('/pins/x/55'), new TextEncoder().encode(text))
    await assert.rejects(all(repo.pins.roots()), { name: 'DamagedPinError', key: '/pins/x/55' })
  }
})
