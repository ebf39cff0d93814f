import assert from 'node:assert/strict'
import { readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { nodeFileWriter } from './atomic-write.ts'
import { MAX_FILE_SIZE, readFileWhole } from './read-file-whole.ts'

const WHOLE = { flag: 'wx', flush: false } as const

/** How many files this process has open. */
async function openFiles (): Promise<number> {
  return (await readdir('/dev/fd')).length
}

test('a file comes back as it was written, in memory that holds nothing else', async t => {
  const path = join(await temporaryFolder(t), 'file')
  const bytes = Uint8Array.from({ length: 3_000_001 }, (_, i) => i * 7)

  await nodeFileWriter.writeFile(path, bytes, WHOLE)

  const read = await readFileWhole(path)

  assert.deepEqual(read, bytes)
  assert.equal(read?.buffer.byteLength, bytes.length)
  assert.deepEqual(await readFileWhole(path), bytes)
})

test('of a file that is too large one byte too many is read', async t => {
  const path = join(await temporaryFolder(t), 'file')

  await writeFile(path, '')
  await truncate(path, MAX_FILE_SIZE + 1000)

  assert.equal((await readFileWhole(path))?.length, MAX_FILE_SIZE + 1)
})

test('no file stays open, whatever it is', async t => {
  const folder = await temporaryFolder(t)
  const path = join(folder, 'file')
  const before = await openFiles()

  for (let i = 0; i < 10; i++) {
    await nodeFileWriter.writeFile(`${path}${i}`, Uint8Array.of(i), { flag: 'wx', flush: i > 5 })
    await assert.rejects(nodeFileWriter.writeFile(`${path}${i}`, Uint8Array.of(i), WHOLE), { code: 'EEXIST' })
    assert.deepEqual(await readFileWhole(`${path}${i}`), Uint8Array.of(i))
    assert.equal(await readFileWhole(folder), undefined)
    assert.equal(await readFileWhole(path), undefined)
  }

  assert.equal(await openFiles(), before)
})
