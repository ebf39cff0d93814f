import assert from 'node:assert/strict'
import { lstat, mkdir, readFile, readdir, readlink, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { MemoryFiles } from '../../test/memory-files.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { writeOutput } from './output-writer.ts'
import type { Written } from './output-writer.ts'
import type { CID } from 'multiformats/cid'

const options = { name: 'name' }

async function write (files: MemoryFiles, root: CID, path: string): Promise<Written> {
  return await writeOutput(files.walk(root), path, options)
}

test('a file is written, and the place is said before', async t => {
  const files = new MemoryFiles()
  const path = join(await temporaryFolder(t), 'out')
  const places: string[] = []
  const written = await writeOutput(files.walk(await files.file('hello')), path, {
    ...options,
    onTarget: async target => {
      assert.equal(await stat(target).catch(() => undefined), undefined)
      places.push(target)
    }
  })

  assert.equal(await readFile(path, 'utf8'), 'hello')
  assert.deepEqual(written, { path, bytes: 5 })
  assert.deepEqual(places, [path])
})

test('folders, empty folders, empty files and symlinks are restored', async t => {
  const files = new MemoryFiles()
  const path = join(await temporaryFolder(t), 'out')
  const inner = await files.folder([['file', await files.file('inner')]])
  const root = await files.folder([
    ['empty', await files.file('')],
    ['inner', inner],
    ['link', await files.symlink('inner/file')],
    ['nothing', await files.folder([])]
  ])

  assert.equal((await write(files, root, path)).bytes, 5)
  assert.deepEqual((await readdir(path, { recursive: true })).sort(), ['empty', 'inner', 'inner/file', 'link', 'nothing'])
  assert.equal(await readFile(join(path, 'link'), 'utf8'), 'inner')
  assert.equal((await stat(join(path, 'empty'))).size, 0)
})

test('permissions and time are restored, but not the bits that would make it run as somebody else', async t => {
  const files = new MemoryFiles()
  const path = join(await temporaryFolder(t), 'out')

  await write(files, await files.file('#!/bin/sh', { mode: 0o6755, mtime: { secs: 1_000n } }), path)

  const { mode, mtimeMs } = await stat(path)
  assert.equal(mode & 0o7777, 0o755)
  assert.equal(mtimeMs, 1_000_000)
})

test('a file replaces a file', async t => {
  const files = new MemoryFiles()
  const path = join(await temporaryFolder(t), 'out')

  await writeFile(path, 'what was there before, and longer')
  await write(files, await files.file('new'), path)

  assert.equal(await readFile(path, 'utf8'), 'new')
})

test('a file replaces a symlink and not what it points to', async t => {
  const files = new MemoryFiles()
  const folder = await temporaryFolder(t)

  await writeFile(join(folder, 'precious'), 'precious')
  await symlink('precious', join(folder, 'out'))
  await write(files, await files.file('new'), join(folder, 'out'))

  assert.equal(await readFile(join(folder, 'out'), 'utf8'), 'new')
  assert.equal(await readFile(join(folder, 'precious'), 'utf8'), 'precious')
})

test('a file for a folder is put into it, under its name', async t => {
  const files = new MemoryFiles()
  const folder = await temporaryFolder(t)

  assert.equal((await write(files, await files.file('new'), folder + '/')).path, join(folder, 'name'))
  assert.equal(await readFile(join(folder, 'name'), 'utf8'), 'new')

  await mkdir(join(folder, 'other'))
  await assert.rejects(writeOutput(files.walk(await files.file('new')), folder, { name: 'other' }), { name: 'OutputExistsError' })
})

test('a folder replaces an empty folder', async t => {
  const files = new MemoryFiles()
  const folder = await temporaryFolder(t)

  await write(files, await files.folder([['a', await files.file('a')]]), folder)

  assert.deepEqual(await readdir(folder), ['a'])
})

test('a folder that holds something, or a file, is not replaced by a folder', async t => {
  const files = new MemoryFiles()
  const folder = await temporaryFolder(t)
  const root = await files.folder([['a', await files.file('a')]])

  await writeFile(join(folder, 'thesis'), 'years of work')

  await assert.rejects(write(files, root, folder), { name: 'OutputExistsError', message: /not empty/ })
  await assert.rejects(write(files, root, join(folder, 'thesis')), { name: 'OutputExistsError', message: /it is a file/ })
  assert.deepEqual(await readdir(folder), ['thesis'])
})

test('where there is no folder nothing is written', async t => {
  const files = new MemoryFiles()
  const folder = await temporaryFolder(t)

  await writeFile(join(folder, 'file'), '')

  await assert.rejects(write(files, await files.file('new'), join(folder, 'none', 'out')), { name: 'OutputExistsError', message: /no such folder/ })
  await assert.rejects(write(files, await files.file('new'), join(folder, 'file', 'out')), { name: 'OutputExistsError', message: /no such folder|not a folder/ })
})

test('a device is written to and not replaced', async () => {
  const files = new MemoryFiles()

  await write(files, await files.file('into the void'), '/dev/null')

  assert.equal((await lstat('/dev/null')).isCharacterDevice(), true)
})

test('a failure in the middle leaves nothing, and what was there stays', async t => {
  const files = new MemoryFiles()
  const folder = await temporaryFolder(t)
  const last = await files.file('last')
  const root = await files.folder([['a', await files.file('a')], ['b', last]])

  await files.blockstore.delete(last)
  await assert.rejects(write(files, root, join(folder, 'out')), { name: 'BlockMissingError' })
  assert.deepEqual(await readdir(folder), [])

  await writeFile(join(folder, 'file'), 'old')
  await assert.rejects(write(files, last, join(folder, 'file')), { name: 'BlockMissingError' })
  assert.equal(await readFile(join(folder, 'file'), 'utf8'), 'old')
})

test('a symlink out of the folder is restored, and nothing is written through it', async t => {
  const files = new MemoryFiles()
  const folder = await temporaryFolder(t)
  const outside = join(folder, 'outside')
  // the same name twice: first a symlink to a folder outside, then a folder with a file in it
  const root = await files.folder([
    ['way', await files.symlink(outside)],
    ['way', await files.folder([['planted', await files.file('planted')]])]
  ])

  await mkdir(outside)
  await assert.rejects(write(files, root, join(folder, 'out')), { name: 'UnsafeNameError', message: /another entry of that name/ })

  assert.deepEqual(await readdir(outside), [])
  assert.deepEqual(await readdir(folder), ['outside'])
})

test('a file is not written through a symlink of its own name', async t => {
  const files = new MemoryFiles()
  const folder = await temporaryFolder(t)
  const precious = join(folder, 'precious')
  const root = await files.folder([['way', await files.symlink(precious)], ['way', await files.file('planted')]])

  await writeFile(precious, 'precious')
  await assert.rejects(write(files, root, join(folder, 'out')), { name: 'UnsafeNameError' })

  assert.equal(await readFile(precious, 'utf8'), 'precious')
})

test('a symlink by itself is restored, wherever it points', async t => {
  const files = new MemoryFiles()
  const path = join(await temporaryFolder(t), 'out')

  await write(files, await files.symlink('/etc/hostname'), path)

  assert.equal(await readlink(path), '/etc/hostname')
})

test('a symlink to nowhere is refused', async t => {
  const files = new MemoryFiles()
  const folder = await temporaryFolder(t)

  await assert.rejects(write(files, await files.symlink('a\0b'), join(folder, 'out')), { name: 'UnixFsError' })
  await assert.rejects(write(files, await files.symlink(''), join(folder, 'out')), { name: 'UnixFsError' })
  assert.deepEqual(await readdir(folder), [])
})

test('a disk without room is one clear error that names the place asked for', async () => {
  const files = new MemoryFiles()
  const path = '/dev/full' // there on Linux, where writing to it fails as a full disk does

  await assert.rejects(write(files, await files.file('a'), path), { name: 'DiskFullError', path, code: 'ENOSPC' })
  assert.equal((await lstat(path)).isCharacterDevice(), true)
})

test('a file of fewer bytes than it says is refused', async t => {
  const files = new MemoryFiles()
  const folder = await temporaryFolder(t)
  const root = await files.file('12345')
  const entries = (async function * () {
    for await (const entry of files.walk(root)) {
      yield entry.type === 'file' ? { ...entry, size: 6 } : entry
    }
  })()

  await assert.rejects(writeOutput(entries, join(folder, 'out'), options), { name: 'UnixFsError', message: /says it has 6 bytes and has 5/ })
  assert.deepEqual(await readdir(folder), [])
})

test('a name that is too long for the disk is refused in a line that can be read, and nothing is left', async t => {
  const files = new MemoryFiles()
  const folder = await temporaryFolder(t)
  const long = await files.folder([['x'.repeat(300), await files.file('')]])
  const link = await files.folder([['link', await files.symlink('x'.repeat(10_000))]])

  for (const root of [long, link]) {
    await assert.rejects(write(files, root, join(folder, 'out')), { name: 'UnsafeNameError', message: /^refused to write "x{200}…" from baf\w+: it is too long for this file system$/ })
  }

  assert.deepEqual(await readdir(folder), [])
})
