import assert from 'node:assert/strict'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { MemoryBlockstore } from 'blockstore-core/memory'
import { all } from '../../test/all.ts'
import { someBytes } from '../../test/blocks.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { addPath, addStream } from './add-path.ts'
import { totalFileSize } from './file-source.ts'
import type { AddHooks } from './add-path.ts'
import type { AddInit } from './options.ts'

async function add (path: string, init?: AddInit, hooks?: AddHooks): Promise<Array<[name: string, cid: string]>> {
  const added = await all(addPath(path, new MemoryBlockstore(), init, hooks))

  return added.map(({ name, cid }) => [name, cid.toString()])
}

// as Kubo 0.43 prints them for the same bytes and options
test('a file has the CID that Kubo gives it', async t => {
  const path = join(await temporaryFolder(t), 'file')

  await writeFile(path, 'hello world\n')

  assert.deepEqual(await add(path), [['file', 'QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o']])
  assert.deepEqual(await add(path, { cidVersion: 1 }), [['file', 'bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4']])
})

test('an empty file has the CID that Kubo gives it', async t => {
  const path = join(await temporaryFolder(t), 'file')

  await writeFile(path, '')

  assert.deepEqual(await add(path), [['file', 'QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH']])
  assert.deepEqual(await add(path, { cidVersion: 1 }), [['file', 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku']])
})

test('an empty folder has the CID that Kubo gives it', async t => {
  const path = join(await temporaryFolder(t), 'folder')

  await mkdir(path)

  assert.deepEqual(await add(path), [['folder', 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn']])
})

test('a folder is added with all below it, files first and the whole last', async t => {
  const path = join(await temporaryFolder(t), 'folder')

  await mkdir(join(path, 'empty'), { recursive: true })
  await mkdir(join(path, 'inner'))
  await writeFile(join(path, 'b'), 'b')
  await writeFile(join(path, 'inner', 'a'), 'a')
  await symlink('inner/a', join(path, 'link'))

  const names = (await add(path)).map(([name]) => name)

  assert.deepEqual(names.slice(0, 3).sort(), ['folder/b', 'folder/inner/a', 'folder/link'])
  assert.deepEqual(names.slice(3).sort(), ['folder', 'folder/empty', 'folder/inner'])
  assert.equal(names.at(-1), 'folder')
})

test('a folder with a single folder in it keeps both', async t => {
  const path = join(await temporaryFolder(t), 'outer')

  await mkdir(join(path, 'inner'), { recursive: true })
  await writeFile(join(path, 'inner', 'a'), 'a')

  assert.deepEqual((await add(path)).map(([name]) => name), ['outer/inner/a', 'outer/inner', 'outer'])
})

test('a symlink is added and not followed', async t => {
  const folder = await temporaryFolder(t)

  await symlink('nowhere', join(folder, 'link'))

  assert.equal((await add(join(folder, 'link'))).length, 1)
})

test('what is hidden is left out of folders unless asked for, and never when it is named', async t => {
  const folder = join(await temporaryFolder(t), 'folder')

  await mkdir(join(folder, '.git'), { recursive: true })
  await writeFile(join(folder, '.git', 'config'), '')
  await writeFile(join(folder, 'file'), '')
  await writeFile(join(folder, '.hidden'), '')

  assert.deepEqual((await add(folder)).map(([name]) => name), ['folder/file', 'folder'])
  assert.deepEqual((await add(folder, { hidden: true })).map(([name]) => name).sort(), [
    'folder', 'folder/.git', 'folder/.git/config', 'folder/.hidden', 'folder/file'
  ])
  assert.deepEqual((await add(join(folder, '.hidden'))).map(([name]) => name), ['.hidden'])
})

test('the size of the pieces makes the CID, and only for files larger than one', async t => {
  const path = join(await temporaryFolder(t), 'file')
  const bytes = someBytes(1_000)

  await writeFile(path, bytes)

  const whole = await add(path)
  assert.deepEqual(await add(path, { chunkSize: 1_000 }), whole)
  assert.notDeepEqual(await add(path, { chunkSize: 999 }), whole)

  const blockstore = new MemoryBlockstore()
  await all(addPath(path, blockstore, { chunkSize: 100, cidVersion: 1 }))
  assert.equal([...blockstore.getAll() as Iterable<unknown>].length, 11)
})

test('with wrap there is a folder around a file', async t => {
  const path = join(await temporaryFolder(t), 'file')

  await writeFile(path, 'hello world\n')
  const added = await add(path, { wrap: true })

  assert.deepEqual(added[0], ['file', 'QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o'])
  assert.deepEqual(added.map(([name]) => name), ['file', ''])
})

test('a stream is a file named by its CID', async () => {
  const bytes = new TextEncoder().encode('hello world\n')
  const added = await all(addStream((async function * () { yield bytes })(), new MemoryBlockstore(), { wrap: true }))

  assert.deepEqual(added.map(({ name }) => name), ['QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o'])
})

test('who watches is told of all bytes, and may know before how many they are', async t => {
  const folder = await temporaryFolder(t)
  let read = 0

  await writeFile(join(folder, 'a'), someBytes(300_000))
  await writeFile(join(folder, 'b'), someBytes(5))
  await add(folder, {}, { onRead: bytes => { read += bytes } })

  assert.equal(read, 300_005)
  assert.equal(await totalFileSize(folder, { hidden: false }), 300_005)
})

test('what is not there cannot be added', async t => {
  const path = join(await temporaryFolder(t), 'none')

  await assert.rejects(add(path), { name: 'UnreadableInputError', path, message: `cannot add ${path}: there is no such file or folder` })
})

test('what is neither a file nor a folder cannot be added, and is not left out silently', async t => {
  const folder = await temporaryFolder(t)
  const server = createServer()

  await new Promise<void>(resolve => { server.listen(join(folder, 'socket'), resolve) })
  t.after(() => { server.close() })

  await assert.rejects(add(folder), { name: 'UnreadableInputError', message: /neither a file, a folder nor a symlink/ })
})

test('a folder whose name the importer would change cannot be added', async t => {
  const folder = join(await temporaryFolder(t), 'folder')

  await mkdir(join(folder, 'odd\\'), { recursive: true })
  await assert.rejects(add(folder), { name: 'UnreadableInputError', message: /backslash/ })
})

test('an abort ends it with the reason given', async t => {
  const path = join(await temporaryFolder(t), 'file')
  const reason = new Error('enough')

  await writeFile(path, someBytes(10))
  await assert.rejects(add(path, {}, { signal: AbortSignal.abort(reason) }), error => error === reason)
})
