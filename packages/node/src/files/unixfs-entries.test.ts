import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as dagPb from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { rawBlock, someBlock, someBytes } from '../../test/blocks.ts'
import { unfoldUnixFs, unixFsRoot } from './unixfs-entries.ts'
import type { PBLink } from '@ipld/dag-pb'
import type { Block } from 'ts-bitswap'
import type { UnixFSOptions } from 'ipfs-unixfs'

async function node (options: UnixFSOptions, links: PBLink[] = []): Promise<Block> {
  return await pbBlock(dagPb.createNode(new UnixFS(options).marshal(), links))
}

async function pbBlock (node: dagPb.PBNode): Promise<Block> {
  const bytes = dagPb.encode(node)

  return { cid: CID.createV0(await sha256.digest(bytes)), bytes }
}

function link (name: string, { cid, bytes }: Block): PBLink {
  return { Name: name, Hash: cid, Tsize: bytes.byteLength }
}

test('raw bytes are a file', async () => {
  const { cid, bytes } = await someBlock(10)
  const { value, next } = unfoldUnixFs(unixFsRoot(cid), bytes)

  assert.deepEqual(value, { type: 'file', cid, path: '', blockSize: 10, size: 10, bytes, mode: undefined, mtime: undefined })
  assert.deepEqual(next, [])
})

test('a file in one block is all its bytes', async () => {
  const data = someBytes(10)
  const { cid, bytes } = await node({ type: 'file', data })
  const { value, next } = unfoldUnixFs(unixFsRoot(cid), bytes)

  assert.ok(value.type === 'file')
  assert.deepEqual(value.bytes, data)
  assert.equal(value.size, 10)
  assert.deepEqual(next, [])
})

test('a file in several blocks names its pieces with the size each should have', async () => {
  const pieces = [await someBlock(10, 1), await someBlock(7, 2)]
  const { cid, bytes } = await node({ type: 'file', blockSizes: [10n, 7n] }, pieces.map(piece => link('', piece)))
  const { value, next } = unfoldUnixFs(unixFsRoot(cid), bytes)

  assert.ok(value.type === 'file')
  assert.equal(value.size, 17)
  assert.deepEqual(next.map(({ cid, role, size }) => ({ cid, role, size })), [
    { cid: pieces[0]?.cid, role: 'piece', size: 10n },
    { cid: pieces[1]?.cid, role: 'piece', size: 7n }
  ])
})

test('permissions and time are kept when the file says other than the usual', async () => {
  const { cid, bytes } = await node({ type: 'file', data: someBytes(1), mode: 0o755, mtime: { secs: 1_000n, nsecs: 500_000_000 } })
  const { value } = unfoldUnixFs(unixFsRoot(cid), bytes)

  assert.ok(value.type === 'file')
  assert.equal(value.mode, 0o755)
  assert.equal(value.mtime, 1_000.5)
})

test('a folder names its entries below its own path', async () => {
  const file = await someBlock(10)
  const { cid, bytes } = await node({ type: 'directory' }, [link('a', file), link('b', file)])
  const { value, next } = unfoldUnixFs({ ...unixFsRoot(cid), path: 'outer' }, bytes)

  assert.deepEqual(value, { type: 'folder', cid, path: 'outer', blockSize: bytes.byteLength, totalSize: bytes.byteLength + 20 })
  assert.deepEqual(next.map(({ path, role }) => ({ path, role })), [{ path: 'outer/a', role: 'entry' }, { path: 'outer/b', role: 'entry' }])
})

test('a large folder names its parts and, without their place in the tree, its entries', async () => {
  const file = await someBlock(10)
  const { cid, bytes } = await node({ type: 'hamt-sharded-directory', fanout: 256n, data: new Uint8Array([1]) }, [link('00', file), link('FFname', file)])
  const { value, next } = unfoldUnixFs({ ...unixFsRoot(cid), path: 'large' }, bytes)

  assert.equal(value.type, 'folder')
  assert.deepEqual(next.map(({ path, role }) => ({ path, role })), [{ path: 'large', role: 'shard' }, { path: 'large/name', role: 'entry' }])

  const [part] = next
  assert.ok(part != null)
  assert.equal(unfoldUnixFs({ ...part, cid }, bytes).value.type, 'shard')
})

test('a symlink names its target', async () => {
  const { cid, bytes } = await node({ type: 'symlink', data: new TextEncoder().encode('../ümlaut') })
  const { value } = unfoldUnixFs(unixFsRoot(cid), bytes)

  assert.ok(value.type === 'symlink')
  assert.equal(value.target, '../ümlaut')
})

for (const name of ['..', '../../etc/passwd', '/etc/passwd', '', 'zero\0byte']) {
  test(`a folder with the entry ${JSON.stringify(name)} is refused`, async () => {
    const { cid, bytes } = await node({ type: 'directory' }, [link(name, await someBlock(1))])

    assert.throws(() => unfoldUnixFs(unixFsRoot(cid), bytes), { name: 'UnsafeNameError', entry: name })
  })
}

test('a large folder is checked for such names, too', async () => {
  const { cid, bytes } = await node({ type: 'hamt-sharded-directory', fanout: 256n }, [link('00..', await someBlock(1))])

  assert.throws(() => unfoldUnixFs(unixFsRoot(cid), bytes), { name: 'UnsafeNameError', entry: '..' })
})

test('a piece of another size than its file says is refused', async () => {
  const { cid, bytes } = await someBlock(10)

  assert.throws(() => unfoldUnixFs({ cid, role: 'piece', path: '', size: 11n }, bytes), { name: 'UnixFsError', message: /has 10 bytes where 11 should be/ })
})

test('a file whose sizes do not fit its links is refused', async () => {
  const { cid, bytes } = await node({ type: 'file', blockSizes: [10n] }, [])

  assert.throws(() => unfoldUnixFs(unixFsRoot(cid), bytes), { name: 'UnixFsError', message: /sizes do not fit/ })
})

test('a file of more bytes than can be counted is refused, and one of just as many is not', async () => {
  const piece = link('', await someBlock(1))
  const largest = await node({ type: 'file', blockSizes: [BigInt(Number.MAX_SAFE_INTEGER)] }, [piece])
  const larger = await node({ type: 'file', blockSizes: [BigInt(Number.MAX_SAFE_INTEGER) + 1n] }, [piece])

  assert.equal(unfoldUnixFs(unixFsRoot(largest.cid), largest.bytes).value.type, 'file')
  assert.throws(() => unfoldUnixFs(unixFsRoot(larger.cid), larger.bytes), { name: 'UnixFsError' })
})

test('what is in the place of another kind is refused', async () => {
  const folder = await node({ type: 'directory' })
  const file = await node({ type: 'file', data: someBytes(1) })
  const plain = await someBlock(1)

  assert.throws(() => unfoldUnixFs({ ...unixFsRoot(folder.cid), role: 'piece' }, folder.bytes), /where a piece of a file should be/)
  assert.throws(() => unfoldUnixFs({ ...unixFsRoot(folder.cid), role: 'shard' }, folder.bytes), /where a part of a folder should be/)
  assert.throws(() => unfoldUnixFs({ ...unixFsRoot(file.cid), role: 'shard' }, file.bytes), /where a part of a folder should be/)
  assert.throws(() => unfoldUnixFs({ ...unixFsRoot(plain.cid), role: 'shard' }, plain.bytes), /where a part of a folder should be/)
})

test('what is no UnixFS says so', async () => {
  const empty = await pbBlock({ Links: [] })
  const garbage = await pbBlock({ Data: new Uint8Array([0xff, 0xff, 0xff]), Links: [] })
  const { cid } = await rawBlock(new Uint8Array(0))
  const cbor = CID.createV1(0x71, cid.multihash)
  const broken = CID.createV1(0x70, cid.multihash)

  assert.throws(() => unfoldUnixFs(unixFsRoot(empty.cid), empty.bytes), { name: 'UnixFsError', message: /no UnixFS data/ })
  assert.throws(() => unfoldUnixFs(unixFsRoot(garbage.cid), garbage.bytes), { name: 'UnixFsError', message: /no valid UnixFS data/ })
  assert.throws(() => unfoldUnixFs(unixFsRoot(cbor), new Uint8Array([0xa0])), { name: 'UnixFsError', message: /codec 0x71/ })
  assert.throws(() => unfoldUnixFs(unixFsRoot(broken), new Uint8Array([0xff])), { name: 'UnixFsError', message: /not valid dag-pb/ })
})
