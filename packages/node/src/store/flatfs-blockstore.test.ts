import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { identity } from 'multiformats/hashes/identity'
import { all } from '../../test/all.ts'
import { rawBlock, someBlock } from '../../test/blocks.ts'
import { openStore, pathOf, read } from '../../test/stores.ts'
import { nodeFileWriter } from './atomic-write.ts'

test('a block comes back in one piece, as bytes and not as a Buffer', async t => {
  const store = await openStore(t)
  const { cid, bytes } = await someBlock(1_048_576)

  await store.put(cid, bytes)

  assert.deepEqual(await read(store, cid), bytes)
})

test('an empty block is a block', async t => {
  const store = await openStore(t)
  const { cid, bytes } = await rawBlock(new Uint8Array(0))

  await store.put(cid, bytes)

  assert.deepEqual(await read(store, cid), bytes)
  assert.equal(await store.size(cid), 0)
  assert.equal(await store.has(cid), true)
})

test('a block that comes in pieces is stored whole', async t => {
  const store = await openStore(t)
  const { cid, bytes } = await someBlock(1_000)

  await store.put(cid, [bytes.subarray(0, 1), bytes.subarray(1, 700), bytes.subarray(700)])

  assert.deepEqual(await read(store, cid), bytes)
})

test('a block is found under every CID of its multihash', async t => {
  const store = await openStore(t)
  const { cid, bytes } = await someBlock(100)

  await store.put(CID.createV0(cid.multihash as never), bytes)

  assert.deepEqual(await read(store, CID.createV1(0x71, cid.multihash)), bytes)
})

test('a block that is not there is NotFoundError, at the first piece', async t => {
  const store = await openStore(t)
  const { cid } = await someBlock(100)
  const pieces = store.get(cid)

  assert.equal(await store.has(cid), false)
  await assert.rejects(store.size(cid), { name: 'NotFoundError' })
  await assert.rejects(async () => pieces.next(), error => error instanceof Error && error.name === 'NotFoundError' && error.cause === undefined)
})

test('size tells without reading, so that it is right for a file nobody could read', async t => {
  const store = await openStore(t)
  const { cid, bytes } = await someBlock(300)

  await store.put(cid, bytes)
  await writeFile(pathOf(store, cid), new Uint8Array(17))

  assert.equal(await store.size(cid), 17)
})

test('a block of the largest size is stored, and one that is a byte larger is not', async t => {
  const store = await openStore(t, {}, { maxBlockSize: 1_000 })
  const largest = await someBlock(1_000)
  const larger = await someBlock(1_001)

  await store.put(largest.cid, largest.bytes)
  await assert.rejects(async () => store.put(larger.cid, larger.bytes), { name: 'BlockTooLargeError', size: 1_001, maxSize: 1_000 })
  await assert.rejects(async () => store.put(larger.cid, [larger.bytes]), { name: 'BlockTooLargeError' })

  assert.equal(await store.has(largest.cid), true)
  assert.equal(await store.has(larger.cid), false)
})

test('all blocks are listed, each with its own hash function, and other files are not', async t => {
  const store = await openStore(t)
  const blocks = await Promise.all([1, 2, 3].map(async seed => await someBlock(100, seed)))
  const other = CID.parse('bafkrwifqjxktf6v47fyyodyhtpovlj3egtivtmv3twxcwbzqo4aeqxrl5q')

  for (const { cid, bytes } of blocks) {
    await store.put(cid, bytes)
  }

  await store.put(other, new Uint8Array(1))
  await writeFile(join(dirname(pathOf(store, other)), 'put-123'), 'half')

  const expected = [...blocks.map(({ cid }) => cid), other].map(String).sort()

  assert.deepEqual((await all(store.cids())).map(String).sort(), expected)
  assert.deepEqual((await all(store.getAll())).map(({ cid }) => cid.toString()).sort(), expected)
})

test('a block that is deleted is gone, and deleting what is not there is no error', async t => {
  const store = await openStore(t)
  const { cid, bytes } = await someBlock(100)

  await store.put(cid, bytes)
  await store.delete(cid)
  await store.delete(cid)

  assert.equal(await store.has(cid), false)
})

test('an identity CID is answered from itself and never stored', async t => {
  const store = await openStore(t)
  const bytes = new TextEncoder().encode('all of it')
  const cid = CID.createV1(raw.code, identity.digest(bytes))

  await store.put(cid, bytes)
  await store.delete(cid)

  assert.deepEqual(await all(store.cids()), [])
  assert.equal(await store.has(cid), true)
  assert.equal(await store.size(cid), bytes.byteLength)
  assert.deepEqual(await read(store, cid), bytes)
})

test('no more files are written at a time than allowed', async t => {
  let writing = 0
  let most = 0
  const store = await openStore(t, {
    files: {
      ...nodeFileWriter,
      writeFile: async (...args) => {
        most = Math.max(most, ++writing)
        await nodeFileWriter.writeFile(...args).finally(() => { writing-- })
      }
    }
  }, { maxOpenFiles: 3 })
  const blocks = await Promise.all(Array.from({ length: 20 }, async (_, seed) => await someBlock(10, seed + 1)))

  await Promise.all(blocks.map(async ({ cid, bytes }) => await store.put(cid, bytes)))

  assert.equal(most, 3)
  assert.equal((await all(store.cids())).length, 20)
})

test('with syncWrites every block is flushed to the disk', async t => {
  for (const syncWrites of [false, true]) {
    const flushed: boolean[] = []
    const store = await openStore(t, {
      files: {
        ...nodeFileWriter,
        writeFile: async (path, bytes, options) => {
          flushed.push(options.flush)
          await nodeFileWriter.writeFile(path, bytes, options)
        }
      }
    }, { syncWrites })
    const { cid, bytes } = await someBlock(10)

    await store.put(cid, bytes)
    assert.deepEqual([...new Set(flushed)], [syncWrites])
  }
})

test('an aborted call does nothing and throws the reason', async t => {
  const store = await openStore(t)
  const { cid, bytes } = await someBlock(10)
  const reason = new Error('enough')
  const options = { signal: AbortSignal.abort(reason) }
  const isReason = (error: unknown): boolean => error === reason

  await assert.rejects(async () => store.put(cid, bytes, options), isReason)
  await assert.rejects(async () => store.has(cid, options), isReason)
  await assert.rejects(async () => store.size(cid, options), isReason)
  await assert.rejects(async () => store.delete(cid, options), isReason)
  await assert.rejects(async () => store.get(cid, options).next(), isReason)
  assert.equal(await store.has(cid), false)
})
