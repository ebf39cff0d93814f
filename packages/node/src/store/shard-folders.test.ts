import assert from 'node:assert/strict'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { NotFoundError } from 'interface-store'
import { all } from '../../test/all.ts'
import { someBlock } from '../../test/blocks.ts'
import { openStore, pathOf, read } from '../../test/stores.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { nodeFileWriter } from './atomic-write.ts'
import { FlatfsBlockstore } from './flatfs-blockstore.ts'
import { ShardFolders } from './shard-folders.ts'

test('any folder may be there as long as nobody has looked, then those that are', async t => {
  const root = await temporaryFolder(t)
  const shards = new ShardFolders(root)

  await mkdir(join(root, 'AB'))
  await mkdir(join(root, 'cd'))
  assert.deepEqual(['AB', 'CD', 'XY'].map(name => shards.mayBeThere(name)), [true, true, true])

  await shards.look()
  assert.deepEqual(['AB', 'CD', 'XY'].map(name => shards.mayBeThere(name)), [true, true, false])

  await shards.make('XY')
  assert.equal(shards.mayBeThere('XY'), true)
  assert.ok((await readdir(root)).includes('XY'))
})

test('a folder that cannot be made is one clear error, and is not taken for one that is there', async t => {
  const shards = new ShardFolders(await temporaryFolder(t), { mkdir: async () => { throw Object.assign(new Error('no space'), { code: 'ENOSPC' }) } })

  await shards.look()

  await assert.rejects(shards.make('AB'), { name: 'DiskFullError' })
  assert.equal(shards.mayBeThere('AB'), false)
})

test('a folder that cannot be listed is one clear error', async t => {
  const file = join(await temporaryFolder(t), 'file')

  await writeFile(file, '')

  await assert.rejects(new ShardFolders(file).look(), { code: 'ENOTDIR', path: file })
})

test('what lies in a folder that was not there at the opening is not looked for on the disk', async t => {
  const store = await openStore(t)
  const { cid, bytes } = await someBlock(100)

  // only one store at a time may have it open: this shows that it is not looked at
  await mkdir(dirname(pathOf(store, cid)))
  await writeFile(pathOf(store, cid), bytes)

  assert.equal(await store.has(cid), false)
  assert.equal(await store.storedSize(cid), undefined)
  await assert.rejects(async () => all(store.get(cid)), NotFoundError)

  const again = new FlatfsBlockstore(store.path)
  await again.open()

  assert.equal(await again.has(cid), true)
  assert.deepEqual(await read(again, cid), bytes)
})

test('what is listed is found and counts, also in a folder that was not there at the opening', async t => {
  const list: Record<string, (store: FlatfsBlockstore) => Promise<unknown>> = {
    cids: async store => await all(store.cids()),
    sizes: async store => await all(store.sizes())
  }

  for (const [name, listed] of Object.entries(list)) {
    const store = await openStore(t)
    const { cid, bytes } = await someBlock(100)

    await mkdir(dirname(pathOf(store, cid)))
    await writeFile(pathOf(store, cid), bytes)
    await listed(store)

    assert.deepEqual(await read(store, cid), bytes, name)
    assert.equal(await store.storedSize(cid), 100, name) // what removes it subtracts so much
  }
})

test('a folder that somebody removes while all are listed has no blocks, and the rest is listed', async t => {
  const store = await openStore(t)
  const blocks = await Promise.all([1, 2].map(async seed => await someBlock(100, seed)))
  const listed: string[] = []

  for (const { cid, bytes } of blocks) {
    await store.put(cid, bytes)
  }

  for await (const cid of store.cids()) {
    listed.push(cid.toString())
    await Promise.all(blocks.filter(each => !each.cid.equals(cid)).map(async each => { await rm(dirname(pathOf(store, each.cid)), { recursive: true }) }))
  }

  assert.equal(new Set(blocks.map(({ cid }) => dirname(pathOf(store, cid)))).size, 2)
  assert.equal(listed.length, 1)
})

test('a block that was being written while the store was opened is found', async t => {
  const { promise: opened, resolve } = Promise.withResolvers<undefined>()
  const store = new FlatfsBlockstore(await temporaryFolder(t), {
    files: {
      ...nodeFileWriter,
      writeFile: async (path, bytes, options) => {
        await opened
        await nodeFileWriter.writeFile(path, bytes, options)
      }
    }
  })
  const { cid, bytes } = await someBlock(100)
  const put = store.put(cid, bytes)

  await store.open()
  resolve(undefined)
  await put

  assert.deepEqual(await read(store, cid), bytes)
})

test('a folder is made before the first of its blocks, once, and no block is named twice', async t => {
  const made: string[] = []
  const named: string[] = []
  const store = await openStore(t, {
    files: {
      ...nodeFileWriter,
      mkdir: async (path, options) => {
        made.push(path)
        await nodeFileWriter.mkdir(path, options)
      },
      rename: async (from, to) => {
        named.push(to)
        await nodeFileWriter.rename(from, to)
      }
    }
  })
  const { cid, bytes } = await someBlock(100)
  const folder = dirname(pathOf(store, cid))

  await store.put(cid, bytes)
  await store.put(cid, bytes)

  assert.deepEqual(made.filter(path => path === folder), [folder])
  assert.equal(named.length, 2)
  assert.deepEqual(await read(store, cid), bytes)
})

test('a folder that somebody removed is made again', async t => {
  const store = await openStore(t)
  const { cid, bytes } = await someBlock(100)

  await store.put(cid, bytes)
  await rm(dirname(pathOf(store, cid)), { recursive: true })
  assert.equal(await store.has(cid), false)
  await store.put(cid, bytes)

  assert.deepEqual(await read(store, cid), bytes)
})
