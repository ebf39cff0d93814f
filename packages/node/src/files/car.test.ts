import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CarBlockIterator } from '@ipld/car/iterator'
import * as dagCbor from '@ipld/dag-cbor'
import { MemoryBlockstore } from 'blockstore-core/memory'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { all } from '../../test/all.ts'
import { someBlock, someBytes } from '../../test/blocks.ts'
import { LocalSource } from '../node/block-source.ts'
import { exportCar, importCar } from './car.ts'
import type { Block } from 'ts-bitswap'

const options = { maxBlockSize: 2_097_152 }

async function cbor (value: unknown): Promise<Block> {
  const bytes = dagCbor.encode(value)

  return { cid: CID.createV1(dagCbor.code, await sha256.digest(bytes)), bytes }
}

async function storeOf (blocks: Block[]): Promise<MemoryBlockstore> {
  const store = new MemoryBlockstore()

  for (const { cid, bytes } of blocks) {
    await store.put(cid, bytes)
  }

  return store
}

async function * inPieces (bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.byteLength; offset += size) {
    yield bytes.subarray(offset, offset + size)
  }
}

function joined (pieces: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces))
}

/** A graph in which a block is linked to twice, and its blocks in the order of a CAR. */
async function graph (): Promise<[root: Block, left: Block, leaf: Block, right: Block]> {
  const leaf = await someBlock(100)
  const left = await cbor({ leaf: leaf.cid })
  const right = await cbor([leaf.cid, 'and no more'])
  const root = await cbor({ left: left.cid, right: right.cid })

  return [root, left, leaf, right]
}

async function exported (root: CID, store: MemoryBlockstore): Promise<Uint8Array> {
  return joined(await all(exportCar(root, new LocalSource(store))))
}

test('a CAR has one root and each block once, depth first', async () => {
  const blocks = await graph()
  const car = await exported(blocks[0].cid, await storeOf(blocks))
  const found = await CarBlockIterator.fromBytes(car)

  assert.equal(found.version, 1)
  assert.deepEqual((await found.getRoots()).map(String), [blocks[0].cid.toString()])
  assert.deepEqual((await all(found)).map(({ cid }) => cid.toString()), blocks.map(({ cid }) => cid.toString()))
})

for (const size of [1, 7, 1_000_000]) {
  test(`a CAR that comes in pieces of ${size} bytes is stored in full`, async () => {
    const blocks = await graph()
    const car = await exported(blocks[0].cid, await storeOf(blocks))
    const store = new MemoryBlockstore()
    const imported = await importCar(inPieces(car, size), store, options)

    assert.deepEqual({ ...imported, roots: imported.roots.map(String) }, {
      roots: [blocks[0].cid.toString()],
      blocks: 4,
      bytes: blocks.reduce((sum, { bytes }) => sum + bytes.byteLength, 0)
    })
    assert.deepEqual(await exported(blocks[0].cid, store), car)
  })
}

test('a block that is not what its CID says is refused, and those before it stay', async () => {
  const blocks = await graph()
  const [root, left, leaf] = blocks
  const car = await exported(root.cid, await storeOf(blocks))
  const store = new MemoryBlockstore()

  // the last byte of the leaf, behind which only the other node comes
  const at = Buffer.from(car).indexOf(leaf.bytes) + 99
  car[at] = (car[at] ?? 0) ^ 1

  await assert.rejects(importCar(inPieces(car, 50), store, options), { name: 'HashMismatchError', message: new RegExp(leaf.cid.toString()) })
  assert.equal(store.has(root.cid), true)
  assert.equal(store.has(left.cid), true)
  assert.equal(store.has(leaf.cid), false)
})

test('a block over the bound is refused before it is read, and one at the bound is not', async () => {
  const block = await someBlock(1_000)
  const car = await exported(block.cid, await storeOf([block]))

  assert.equal((await importCar(inPieces(car, 100), new MemoryBlockstore(), { maxBlockSize: 1_000 })).blocks, 1)
  await assert.rejects(importCar(inPieces(car.subarray(0, 200), 100), new MemoryBlockstore(), { maxBlockSize: 999 }), {
    name: 'BlockTooLargeError', size: 1_000, maxSize: 999
  })
})

test('what is no CAR, or ends too early, says so', async () => {
  const block = await someBlock(1_000)
  const car = await exported(block.cid, await storeOf([block]))

  for (const bytes of [new Uint8Array(0), someBytes(100), car.subarray(0, 20), car.subarray(0, car.byteLength - 1), joined([car, new Uint8Array([1, 1])])]) {
    await assert.rejects(importCar(inPieces(bytes, 64), new MemoryBlockstore(), options), { name: 'MalformedCarError' })
  }
})

test('a header that claims to be longer than anything is refused without waiting for it', async () => {
  const endless = (async function * () {
    yield new Uint8Array([0x80, 0x80, 0x80, 0x80, 0x10, 0, 0, 0]) // 4 GiB
    assert.fail('it was asked for more')
  })()

  await assert.rejects(importCar(endless, new MemoryBlockstore(), options), { name: 'MalformedCarError' })
})

test('a store that fails ends the import with its error, and the source is left', async () => {
  const blocks = await graph()
  const car = await exported(blocks[0].cid, await storeOf(blocks))
  const store = new MemoryBlockstore()

  store.put = () => { throw new Error('the disk is gone') }

  await assert.rejects(importCar(inPieces(car, 1_000), store, options), /the disk is gone/)
})

test('a block that is missing ends the export with its name', async () => {
  const blocks = await graph()
  const store = await storeOf([blocks[0], blocks[1]])

  await assert.rejects(exported(blocks[0].cid, store), { name: 'BlockMissingError', cid: blocks[2].cid })
})

test('a block of an unknown codec ends the export: what it links to would be missing', async () => {
  const { cid, bytes } = await someBlock(10)
  const unknown = CID.createV1(0x99, cid.multihash)

  await assert.rejects(exported(unknown, await storeOf([{ cid, bytes }])), { name: 'InvalidArgumentError', message: /codec 0x99/ })
})

test('what the source fails with is not put down to the CAR', async () => {
  const failure = new Error('the cable was cut')

  async function * cut (): AsyncGenerator<Uint8Array> {
    const [root, ...others] = await graph()

    yield * exportCar(root.cid, new LocalSource(await storeOf([root, ...others])))

    throw failure
  }

  await assert.rejects(importCar(cut(), new MemoryBlockstore(), options), error => error === failure)
})
