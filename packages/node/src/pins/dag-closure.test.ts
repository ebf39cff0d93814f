import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as dagPb from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { identity } from 'multiformats/hashes/identity'
import { all } from '../../test/all.ts'
import { someBlock } from '../../test/blocks.ts'
import { cidsOf, linking, someGraph } from '../../test/pinned-repo.ts'
import { DagClosure, MAX_IDENTITY_SIZE } from './dag-closure.ts'
import type { Block } from 'ts-bitswap'

function over (blocks: readonly Block[], onUnreadable?: (cid: CID) => void): { closure: DagClosure, read: string[] } {
  const read: string[] = []
  const closure = new DagClosure({
    read: async cid => {
      read.push(cid.toString())

      return blocks.find(block => block.cid.equals(cid))?.bytes
    },
    ...onUnreadable == null ? {} : { onUnreadable }
  })

  return { closure, read }
}

async function below (closure: DagClosure, root: CID): Promise<string[]> {
  return (await all(closure.include(root))).flat().map(String).sort()
}

test('each block is found once, however often it is linked to, and leaves are not read', async () => {
  const graph = await someGraph(1)
  const twice = await linking(graph.root, graph.root)
  const { closure, read } = over([twice, ...graph.blocks])

  assert.deepEqual(await below(closure, twice.cid), cidsOf([twice, ...graph.blocks]))
  assert.deepEqual(read.sort(), cidsOf([twice, ...graph.blocks.slice(0, 3)]))
  assert.deepEqual(await below(closure, graph.root), [])
  assert.equal(closure.blocks.size, 8)
})

test('the same bytes as another codec are looked into as well', async () => {
  const graph = await someGraph(1)
  const asRaw = CID.createV1(raw.code, graph.root.multihash)
  const { closure } = over(graph.blocks)

  assert.deepEqual(await below(closure, asRaw), [asRaw.toString()])
  assert.deepEqual(await below(closure, graph.root), cidsOf(graph.blocks.slice(1)))
})

test('what is below a missing block is found once it is there', async () => {
  const graph = await someGraph(1)
  const [root, missing, ...rest] = graph.blocks
  assert.ok(root != null && missing != null)
  const here = [root, ...rest]
  const { closure } = over(here)

  assert.equal((await below(closure, graph.root)).length, 5)
  assert.equal(closure.hasUnfolded(missing.cid), false)
  here.push(missing)
  assert.equal((await below(closure, missing.cid)).length, 2)
})

test('a block that is not what its codec says has no links, and is named', async () => {
  const { bytes } = await someBlock(50)
  const broken = CID.createV1(dagPb.code, (await someBlock(50)).cid.multihash)
  const unknown = CID.createV1(0x78, (await someBlock(51)).cid.multihash)
  const named: string[] = []
  const { closure } = over([{ cid: broken, bytes }, { cid: unknown, bytes }], cid => { named.push(cid.toString()) })

  assert.deepEqual(await below(closure, broken), [broken.toString()])
  assert.deepEqual(await below(closure, unknown), [unknown.toString()])
  assert.deepEqual(named, [broken.toString(), unknown.toString()])
})

test('an identity CID is no block, and what is in it is looked into up to 128 bytes', async () => {
  const leaf = await someBlock(10)
  const linkTo = (padding: number): Uint8Array => dagPb.encode({ Data: new Uint8Array(padding), Links: [{ Hash: leaf.cid, Name: '', Tsize: 1 }] })
  const rest = MAX_IDENTITY_SIZE - linkTo(0).byteLength

  for (const { padding, found } of [{ padding: rest, found: [leaf.cid.toString()] }, { padding: rest + 1, found: [] }]) {
    const cid = CID.createV1(dagPb.code, identity.digest(linkTo(padding)))
    const { closure, read } = over([])

    assert.deepEqual(await below(closure, cid), found)
    assert.equal(closure.blocks.size, found.length)
    assert.deepEqual(read, [])
  }
})

test('it can be ended', async () => {
  const { root, blocks } = await someGraph(1)
  const { closure } = over(blocks)

  await assert.rejects(closure.includeAll(root, { signal: AbortSignal.abort(new Error('enough')) }), /enough/)
})
