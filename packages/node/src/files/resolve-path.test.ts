import assert from 'node:assert/strict'
import { test } from 'node:test'
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

test('a path to nothing says what is not there', async () => {
  const files = new MemoryFiles()
  const root = await files.folder([['file', await files.file('')]])

  await assert.rejects(resolvePath(root, 'none', files.source, signal), { name: 'UnixFsError', message: /has nothing named "none"/ })
})

test('a block that is missing on the way is named', async () => {
  const files = new MemoryFiles()
  const inner = await files.folder([])
  const root = await files.folder([['inner', inner]])

  await files.blockstore.delete(inner)
  await assert.rejects(resolvePath(root, 'inner/file', files.source, signal), { name: 'BlockMissingError', cid: inner })
})
