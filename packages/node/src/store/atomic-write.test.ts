import assert from 'node:assert/strict'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { nodeFileWriter, writeAtomically } from './atomic-write.ts'
import type { FileWriter } from './atomic-write.ts'

const encoder = new TextEncoder()

function failingWith (code: string, what: keyof FileWriter): FileWriter {
  return {
    ...nodeFileWriter,
    [what]: async (path: string) => {
      if (what === 'writeFile') {
        await writeFile(path, 'half') // as a disk that gets full: something is there
      }

      throw Object.assign(new Error(`${code}: it failed`), { code })
    }
  }
}

test('a file is written, and the folders it needs are made', async t => {
  const folder = await temporaryFolder(t)
  const path = join(folder, 'a', 'b', 'file')

  await writeAtomically(path, encoder.encode('new'), { temporaryFolder: join(folder, 'temporary'), sync: true })

  assert.equal(await readFile(path, 'utf8'), 'new')
  assert.deepEqual(await readdir(join(folder, 'temporary')), [])
})

test('what is there is replaced', async t => {
  const folder = await temporaryFolder(t)
  const path = join(folder, 'file')

  await writeFile(path, 'a longer text that was there before')
  await writeAtomically(path, encoder.encode('new'), { temporaryFolder: folder, sync: false })

  assert.equal(await readFile(path, 'utf8'), 'new')
})

test('two who write the same file at once both succeed', async t => {
  const folder = await temporaryFolder(t)
  const path = join(folder, 'file')
  const bytes = new Uint8Array(1_000_000).fill(7)

  await Promise.all(Array.from({ length: 8 }, async () => { await writeAtomically(path, bytes, { temporaryFolder: folder, sync: false }) }))

  assert.deepEqual(new Uint8Array(await readFile(path)), bytes)
  assert.deepEqual(await readdir(folder), ['file'])
})

for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG']) {
  test(`a disk without room (${code}) is one clear error, and no part of the file is left`, async t => {
    const folder = await temporaryFolder(t)
    const path = join(folder, 'blocks', 'file')

    await assert.rejects(
      writeAtomically(path, encoder.encode('new'), { temporaryFolder: folder, sync: false, files: failingWith(code, 'writeFile') }),
      { name: 'DiskFullError', code, path, message: `cannot write ${path}: the disk is full (${code})` }
    )
    assert.deepEqual(await readdir(folder), [])
  })
}

for (const code of ['EROFS', 'EACCES', 'EPERM']) {
  test(`a disk that cannot be written (${code}) is one clear error, and what was there stays`, async t => {
    const folder = await temporaryFolder(t)
    const path = join(folder, 'file')

    await writeFile(path, 'old')
    await mkdir(join(folder, 'temporary'))
    await assert.rejects(
      writeAtomically(path, encoder.encode('new'), { temporaryFolder: join(folder, 'temporary'), sync: false, files: failingWith(code, 'rename') }),
      { name: 'ReadOnlyError', code, path }
    )
    assert.equal(await readFile(path, 'utf8'), 'old')
    assert.deepEqual(await readdir(join(folder, 'temporary')), [])
  })
}

test('an error nobody can do anything about passes as it is', async t => {
  const folder = await temporaryFolder(t)

  await assert.rejects(
    writeAtomically(join(folder, 'file'), encoder.encode('new'), { temporaryFolder: folder, sync: false, files: failingWith('EIO', 'rename') }),
    { code: 'EIO' }
  )
})
