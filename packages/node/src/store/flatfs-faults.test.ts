/** What a damaged or full disk does to a store. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { CID } from 'multiformats/cid'
import { someBlock, someBytes } from '../../test/blocks.ts'
import { openStore, pathOf, read } from '../../test/stores.ts'
import { nodeFileWriter } from './atomic-write.ts'
import { FlatfsBlockstore } from './flatfs-blockstore.ts'
import { MAX_FILE_SIZE } from './read-file-whole.ts'

test('a damaged file is never handed out, is named once, and counts as missing from then on', async t => {
  const named: string[] = []
  const store = await openStore(t, { onCorrupt: error => { named.push(`${error.name} ${error.cid} ${error.path}`) } })
  const { cid, bytes } = await someBlock(300)

  await store.put(cid, bytes)
  await writeFile(pathOf(store, cid), someBytes(300, 2))

  for (let attempt = 1; attempt <= 2; attempt++) {
    await assert.rejects(read(store, cid), error => {
      assert.ok(error instanceof Error)
      assert.equal(error.name, 'NotFoundError')
      assert.ok(error.cause instanceof Error)
      assert.equal(error.cause.name, 'CorruptBlockError')

      return true
    })
  }

  assert.deepEqual(named, [`CorruptBlockError ${cid} ${pathOf(store, cid)}`])
  assert.equal(await store.has(cid), false)
  await assert.rejects(store.size(cid), { name: 'NotFoundError' })
})

test('a damaged file stays for inspection, and putting the block again mends it', async t => {
  const store = await openStore(t)
  const { cid, bytes } = await someBlock(300)
  const damaged = someBytes(300, 2)

  await store.put(cid, bytes)
  await writeFile(pathOf(store, cid), damaged)
  await assert.rejects(read(store, cid))
  assert.deepEqual(new Uint8Array(await readFile(pathOf(store, cid))), damaged)

  await store.put(cid, bytes)
  assert.equal(await store.has(cid), true)
  assert.deepEqual(await read(store, cid), bytes)
})

test('a damaged file is noticed by its log name, too', async t => {
  const logged: unknown[][] = []
  const log = Object.assign(() => {}, { error: (...args: unknown[]) => { logged.push(args) }, trace: () => {}, enabled: true, newScope: () => log })
  const store = await openStore(t, { logger: { forComponent: () => log as never } })
  const { cid, bytes } = await someBlock(300)

  await store.put(cid, bytes)
  await truncate(pathOf(store, cid), 299)
  await assert.rejects(read(store, cid), { name: 'NotFoundError' })

  assert.match(String(logged[0]?.[1]), new RegExp(cid.toString()))
})

test('without verifyReads a file is handed out as it is', async t => {
  const store = await openStore(t, {}, { verifyReads: false })
  const { cid, bytes } = await someBlock(300)

  await store.put(cid, bytes)
  await writeFile(pathOf(store, cid), 'something else')

  assert.deepEqual(await read(store, cid), new TextEncoder().encode('something else'))
})

test('a file over the bound for reading counts as damaged, and is not read in full', async t => {
  for (const { size, cause } of [{ size: MAX_FILE_SIZE, cause: undefined }, { size: MAX_FILE_SIZE + 1, cause: 'CorruptBlockError' }]) {
    const store = await openStore(t, {}, { verifyReads: false })
    const { cid, bytes } = await someBlock(1)

    await store.put(cid, bytes)
    await truncate(pathOf(store, cid), size) // takes no room on the disk

    if (cause == null) {
      assert.equal((await read(store, cid)).byteLength, MAX_FILE_SIZE)
    } else {
      await assert.rejects(read(store, cid), error => error instanceof Error && error.cause instanceof Error && error.cause.name === cause)
    }
  }
})

test('a full disk loses nothing that was there', async t => {
  let full = false
  const store = await openStore(t, {
    files: {
      ...nodeFileWriter,
      writeFile: async (path, bytes, options) => {
        await nodeFileWriter.writeFile(path, full ? bytes.subarray(0, 10) : bytes, options)

        if (full) {
          throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
        }
      }
    }
  })
  const before = await someBlock(100, 1)
  const after = await someBlock(100, 2)

  await store.put(before.cid, before.bytes)
  full = true

  await assert.rejects(async () => store.put(after.cid, after.bytes), { name: 'DiskFullError' })
  await assert.rejects(async () => store.put(before.cid, before.bytes), { name: 'DiskFullError' })
  assert.deepEqual(await read(store, before.cid), before.bytes)
  assert.equal(await store.has(after.cid), false)
  assert.deepEqual(await readdir(join(store.path, '.temp')), [])
})

test('opening clears away what a write that was cut short left, and nothing else', async t => {
  const store = await openStore(t)
  const { cid, bytes } = await someBlock(100)

  await store.put(cid, bytes)
  await writeFile(join(store.path, '.temp', 'left over'), 'half a block')

  const again = new FlatfsBlockstore(store.path)
  await again.open()

  assert.deepEqual((await readdir(again.path)).filter(name => name.startsWith('.')), [])
  assert.deepEqual(await read(again, cid), bytes)
})

test('a block whose hash function we lack is not handed out', async t => {
  const store = await openStore(t)
  // 0x11 is sha1, which can be forged
  const cid = CID.decode(new Uint8Array([1, 0x55, 0x11, 20, ...someBytes(20)]))

  await store.put(cid, someBytes(10))

  await assert.rejects(read(store, cid), { name: 'UnknownHashError', code: 0x11 })
})

test('what lies in the place of a block and is no file counts as missing, and is not waited for', async t => {
  const store = await openStore(t)
  const { cid, bytes } = await someBlock(300)
  const path = pathOf(store, cid)

  await store.put(cid, bytes)

  for (const make of [async () => { await mkdir(path) }, async () => { await promisify(execFile)('mkfifo', [path]) }]) {
    await rm(path, { recursive: true })
    await make()
    assert.equal(await store.has(cid), false)
    await assert.rejects(read(store, cid), { name: 'NotFoundError' })
  }
})
