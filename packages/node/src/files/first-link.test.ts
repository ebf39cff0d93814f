import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as dagPb from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import { someBlock } from '../../test/blocks.ts'
import { all } from '../../test/all.ts'
import { exportCar } from './car.ts'
import { walkDag } from './dag-walk.ts'
import { firstLink } from './first-link.ts'
import { unixFsRoot } from './unixfs-entries.ts'
import { unixFsWalk } from './unixfs-walk.ts'

type Source = Parameters<typeof exportCar>[1]

async function nodeOf (links: CID[], data = new Uint8Array(300)): Promise<{ cid: CID, bytes: Uint8Array }> {
  const bytes = dagPb.encode(dagPb.createNode(data, links.map(cid => ({ Hash: cid, Tsize: 1 << 30, Name: '' }))))

  return { cid: CID.createV0(await sha256.digest(bytes)), bytes }
}

test('the first link of a dag-pb block is found, of either version', async () => {
  const { cid, bytes: leaf } = await someBlock(10)
  const v0 = CID.createV0(await sha256.digest(leaf))

  for (const links of [[cid], [v0, cid], Array.from({ length: 174 }, () => cid)]) {
    const { cid: node, bytes } = await nodeOf(links)

    assert.deepEqual(firstLink({ cid: node }, bytes), links[0])
  }
})

test('where there is no link, or it does not plainly stand there, there is none', async () => {
  const { cid } = await someBlock(10)
  const { cid: node, bytes } = await nodeOf([cid])

  assert.equal(firstLink({ cid: node }, (await nodeOf([])).bytes), undefined)
  assert.equal(firstLink({ cid: node }, dagPb.encode({ Links: [] })), undefined)
  assert.equal(firstLink({ cid: CID.createV1(raw.code, node.multihash) }, bytes), undefined)

  for (let size = 0; size < 40; size++) {
    const cut = firstLink({ cid: node }, bytes.subarray(0, size))

    assert.ok(cut == null || cut.equals(cid), `cut to ${size}`)
  }

  for (let at = 0; at < 45; at++) {
    const broken = bytes.slice()

    broken[at] = 0xff
    firstLink({ cid: node }, broken) // throws nothing
  }
})

test('of files and of CARs the first link is asked for before it is known what else is in the block', async () => {
  const { cid } = await someBlock(10)
  const { cid: node, bytes } = await nodeOf([cid])
  // no more than the first link makes sense
  const broken = bytes.slice(0, 50)

  for (const read of [
    async (source: Source) => await all(walkDag(unixFsRoot(node), unixFsWalk(source))),
    async (source: Source) => await all(exportCar(node, source))
  ]) {
    const asked: string[] = []

    await assert.rejects(read({
      read: async cid => {
        asked.push(String(cid))

        return broken
      },
      close: () => {}
    }), /not valid dag-pb/)
    assert.deepEqual(asked, [String(node), String(cid)])
  }
})
