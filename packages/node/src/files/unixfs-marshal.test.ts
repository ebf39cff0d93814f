import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as dagPb from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { mendMarshal } from './unixfs-marshal.ts'
import { MemoryFiles } from '../../test/memory-files.ts'
import { addStream } from './add-path.ts'

const GIB = 1_073_741_824n

mendMarshal()

test('sizes of parts and of the whole are written so that they can be read, whatever they are', () => {
  for (const size of [0n, 1n, 2n * GIB - 1n, 2n * GIB, 3n * GIB, 4n * GIB - 1n, 4n * GIB, 1_000n * GIB]) {
    const read = UnixFS.unmarshal(new UnixFS({ type: 'file', blockSizes: [size, 5n, size] }).marshal())

    assert.deepEqual(read.blockSizes, [size, 5n, size])
    assert.equal(read.fileSize(), 2n * size + 5n)
  }
})

test('the bytes are those of the format', () => {
  const file = new UnixFS({ type: 'file', blockSizes: [2n * GIB, 1n] })

  // type 2, size 0x80000001, parts of 0x80000000 and 1
  assert.equal(Buffer.from(file.marshal()).toString('hex'), '0802' + '188180808008' + '208080808008' + '2001')
})

test('what else a file holds is kept', () => {
  const mtime = { secs: 1_700_000_000n, nsecs: 5 }
  const read = UnixFS.unmarshal(new UnixFS({ type: 'file', data: new Uint8Array([1, 2]), blockSizes: [3n * GIB], mode: 0o600, mtime }).marshal())

  assert.deepEqual([read.type, read.data, read.mode, read.mtime], ['file', new Uint8Array([1, 2]), 0o600, mtime])
})

test('a file of 2 GiB is added, and its size is said right', async () => {
  const files = new MemoryFiles()
  const piece = new Uint8Array(2_096_896)
  let root

  async function * content (): AsyncGenerator<Uint8Array> {
    for (let size = 0; size < 2_147_483_648; size += piece.byteLength) {
      yield piece
    }
  }

  for await (const { cid } of addStream(content(), files.blockstore, { chunkSize: piece.byteLength, cidVersion: 1 })) {
    root = cid
  }

  assert.ok(root != null)
  const { Data = new Uint8Array(0) } = dagPb.decode(await files.source.read(root))
  assert.equal(UnixFS.unmarshal(Data).fileSize(), 1_025n * 2_096_896n)
})
