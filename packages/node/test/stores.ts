/** Stores in temporary folders, for tests. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { FlatfsBlockstore } from '../src/store/flatfs-blockstore.ts'
import { blockFile } from '../src/store/flatfs-layout.ts'
import { all } from './all.ts'
import { temporaryFolder } from './temporary-folder.ts'
import type { FlatfsComponents } from '../src/store/flatfs-blockstore.ts'
import type { StoreInit } from '../src/store/options.ts'
import type { CID } from 'multiformats/cid'
import type { TestContext } from 'node:test'

export async function openStore (t: TestContext, components: FlatfsComponents = {}, init: StoreInit = {}): Promise<FlatfsBlockstore> {
  const store = new FlatfsBlockstore(await temporaryFolder(t), components, init)

  await store.open()

  return store
}

/** Where the file of a block lies. */
export function pathOf (store: FlatfsBlockstore, cid: CID): string {
  const { folder, name } = blockFile(cid.multihash)

  return join(store.path, folder, name)
}

/** A block, which must come in one piece. */
export async function read (store: FlatfsBlockstore, cid: CID): Promise<Uint8Array> {
  const [bytes, ...rest] = await all(store.get(cid))

  assert.ok(bytes != null)
  assert.equal(rest.length, 0)

  return bytes
}
