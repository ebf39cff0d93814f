import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../interop/harness/data.ts'
import { emptyFiles, layGround } from './ground.ts'

test('all temporary folders lie in one, which is gone in the end', async () => {
  const before = tmpdir()
  let path: string

  {
    await using ground = await layGround()
    await using folder = await temporaryFolder('some')

    path = ground.path
    assert.ok(folder.path.startsWith(join(ground.path, 'bitswap-some-')))
    await writeFile(join(ground.path, 'left'), 'x')
  }

  assert.equal(existsSync(path), false)
  assert.equal(tmpdir(), before)
})

test('files are emptied, at any depth, and stay; what links lead to is left alone', async () => {
  await using folder = await temporaryFolder('emptied')
  await using other = await temporaryFolder('other')
  const deep = join(folder.path, 'a', 'b')

  await mkdir(deep, { recursive: true })
  await writeFile(join(deep, 'file'), 'bytes')
  await writeFile(join(other.path, 'theirs'), 'bytes')
  await symlink(join(other.path, 'theirs'), join(folder.path, 'link'))
  await symlink(join(other.path), join(folder.path, 'folder'))
  await emptyFiles(folder.path)

  assert.equal((await stat(join(deep, 'file'))).size, 0)
  assert.equal(await readFile(join(other.path, 'theirs'), 'utf8'), 'bytes')
})
