import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as dagPb from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { MemoryFiles } from '../../test/memory-files.ts'
import { resolvePath } from './resolve-path.ts'

const { signal } = new AbortController()

test('a path leads from folder to folder to what it names', async () => {
  const files = new MemoryFiles()
  const file = await files.file('found')
  const inner = await files.folder([['file', file]])
  const root = await files.folder([['inner', inner]])

  assert.equal(String(await resolvePath(root, '', files.source, signal)), root.toString())
  assert.equal(String(await resolvePath(root, 'inner', files.source, signal)), inner.toString())
  assert.equal(String(await resolvePath(root, 'inner/file', files.source, signal)), file.toString())
})

test('a path is taken as it is', async () => {
  const files = new MemoryFiles()
  const names = ['100%', 'a%20b', 'a b', '?', '#', 'ü', '..x', 'a\\b', 'a:b', ' ']
  const entries = await Promise.all(names.map(async name => [name, await files.file(name)] as [string, CID]))
  const root = await files.folder(entries)

  for (const [name, cid] of entries) {
    assert.equal(String(await resolvePath(root, name, files.source, signal)), cid.toString(), name)
  }
})

test('a path to nothing says what is not there', async () => {
  const files = new MemoryFiles()
  const root = await files.folder([['file', await files.file('')]])

  await assert.rejects(resolvePath(root, 'none', files.source, signal), { name: 'UnixFsError', message: /has nothing named "none"/ })
})

test('a path below a file leads to nothing, as does one below what is no UnixFS', async () => {
  const files = new MemoryFiles()
  const bytes = new Uint8Array([0xff])
  const broken = CID.createV1(dagPb.code, await sha256.digest(bytes))
  const root = await files.folder([['broken', broken], ['file', await files.file('content', { blockSizes: [] })]])

  await files.blockstore.put(broken, bytes)

  for (const path of ['file/none', 'broken/none', 'file/../file', '..']) {
    await assert.rejects(resolvePath(root, path, files.source, signal), { name: 'UnixFsError', message: /has nothing named/ })
  }
})

test('a block that is missing on the way is named', async () => {
  const files = new MemoryFiles()
  const inner = await files.folder([])
  const root = await files.folder([['inner', inner]])

  await files.blockstore.delete(inner)
  await assert.rejects(resolvePath(root, 'inner/file', files.source, signal), { name: 'BlockMissingError', cid: inner })
})
