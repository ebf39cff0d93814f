import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { MemoryDatastore } from 'datastore-core/memory'
import { Key } from 'interface-datastore/key'
import { LevelDatastore } from 'datastore-level'
import { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import { RepoProvides } from './repo-provides.ts'
import { all } from '../../test/all.ts'
import { cidOf } from '../../test/provided-cids.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import type { ProvidesDatastore } from './repo-provides.ts'
import type { SavedProvide, SavedProvides } from 'ts-bitswap'

const [a, b, c] = [cidOf(1), cidOf(2), cidOf(3)]

async function entriesOf ({ entries }: SavedProvides): Promise<SavedProvide[]> {
  const all: SavedProvide[] = []

  for await (const entry of entries) {
    all.push(entry)
  }

  return all
}

async function loaded (datastore: ProvidesDatastore, now?: () => number): Promise<string[]> {
  return (await entriesOf(await new RepoProvides(datastore, now).load())).map(({ cid, kind, waited }) => `${cid} ${kind} ${waited}`)
}

test('an empty repo has nothing to announce, and no sweep', async () => {
  const saved = await new RepoProvides(new MemoryDatastore()).load()

  assert.equal(saved.sweep, undefined)
  assert.deepEqual(await entriesOf(saved), [])
})

test('what is put is loaded, roots first, as old as it is then', async () => {
  const datastore = new MemoryDatastore()
  let now = 1_000
  const provides = new RepoProvides(datastore, () => now)

  await provides.apply({
    put: [{ cid: a, kind: 'block', waited: 0 }, { cid: b, kind: 'swept', waited: 5.5 }, { cid: c, kind: 'root', waited: 1 }],
    delete: [],
    sweep: { phase: 0.5, ago: 7, strategy: 'all' }
  })
  now += 100
  assert.deepEqual((await loaded(datastore, () => now)).slice(0, 1), [`${c} root 101`])
  assert.deepEqual((await loaded(datastore, () => now)).slice(1).toSorted(), [`${a} block 100`, `${b} swept 105.5`].toSorted())
  assert.deepEqual((await provides.load()).sweep, { phase: 0.5, ago: 107, strategy: 'all' })
  now -= 5_000
  assert.equal((await provides.load()).sweep?.ago, 0, 'the clock was set back')
  assert.ok((await loaded(datastore, () => now)).every(line => line.endsWith(' 0')))
})

test('one block has one record, whatever its CID, and is deleted by any of them', async () => {
  const datastore = new MemoryDatastore()
  const provides = new RepoProvides(datastore, () => 0)
  const other = CID.createV1(0x70, a.multihash)

  await provides.apply({ put: [{ cid: a, kind: 'block', waited: 0 }], delete: [] })
  await provides.apply({ put: [{ cid: other, kind: 'root', waited: 0 }], delete: [] })
  assert.deepEqual(await loaded(datastore, () => 0), [`${other} root 0`])
  await provides.apply({ put: [], delete: [a] })
  assert.deepEqual(await loaded(datastore), [])
})

test('what is enqueued without a node is loaded by the next, and a root stays one', async () => {
  const datastore = new MemoryDatastore()
  const provides = new RepoProvides(datastore, () => 0)

  await provides.enqueue([a])
  await provides.enqueue([a, b], { root: false })
  await provides.enqueue([b, c])
  assert.deepEqual((await loaded(datastore, () => 0)).toSorted(), [a, b, c].map(cid => `${cid} root 0`).toSorted())
  await assert.rejects(provides.enqueue([a], { signal: AbortSignal.abort(new Error('enough')) }), { message: 'enough' })
})

test('identity CIDs, which are never announced and never struck off, are not kept', async () => {
  const datastore = new MemoryDatastore()

  await new RepoProvides(datastore).enqueue([CID.createV1(0x55, identity.digest(Uint8Array.of(1)))])
  assert.deepEqual(await all(datastore.query({})), [])
})

test('what is damaged is removed, and the rest is loaded; without its place everything is due', async () => {
  const datastore = new MemoryDatastore()
  const provides = new RepoProvides(datastore, () => 0)
  const damaged = [Uint8Array.of(), Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0, ...a.bytes), Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 7), Uint8Array.of(0, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0, ...a.bytes)]

  await provides.enqueue([c])
  const [{ value } = assert.fail()] = await all(datastore.query({ prefix: '/bitswap/provides/entries' }))
  damaged.push(value.with(value.length - 1, (value.at(-1) ?? 0) ^ 1)) // of another block, which nobody would strike off

  for (const [i, bytes] of damaged.entries()) {
    await datastore.put(new Key(`/bitswap/provides/entries/damaged${i}`), bytes)
  }

  for (const text of ['{', 'null', '{"phase":0.5,"strategy":"all"}']) {
    await datastore.put(new Key('/bitswap/provides/sweep'), new TextEncoder().encode(text))
    assert.equal((await provides.load()).sweep, undefined, text)
  }

  assert.deepEqual(await loaded(datastore, () => 0), [`${c} root 0`])
  assert.equal(await datastore.has(new Key('/bitswap/provides/entries/damaged0')), false)
})

test('on disk a change is there in whole after it is opened again, and nothing else of the datastore is touched', async t => {
  const folder = join(await temporaryFolder(t), 'datastore')
  const cids = Array.from({ length: 10_000 }, (_, i) => cidOf(i))
  const first = new LevelDatastore(folder)

  await first.open()
  await first.put(new Key('/bitswap/providesnot'), Uint8Array.of(1))
  await new RepoProvides(first).enqueue(cids, { root: false })
  await new RepoProvides(first).apply({ put: [], delete: cids.slice(5_000), sweep: { phase: 0.25, ago: 0, strategy: 'all' } })
  await first.close()

  const second = new LevelDatastore(folder)
  await second.open()
  t.after(async () => { await second.close() })
  const saved = await new RepoProvides(second).load()
  assert.equal(saved.sweep?.phase, 0.25)
  assert.deepEqual((await entriesOf(saved)).map(({ cid }) => cid.toString()).toSorted(), cids.slice(0, 5_000).map(String).toSorted())
})

test('of a change that is large others have a turn after each 1024 records, and it is written at once', async () => {
  const datastore = new MemoryDatastore()
  const { batch } = datastore
  const cids = Array.from({ length: 5_000 }, (_, i) => cidOf(i))
  let [noted, before, most, commits, isOver] = [0, 0, 0, 0, false]

  datastore.batch = () => {
    const made = batch.call(datastore)

    return {
      put: (key, value) => {
        noted++
        made.put(key, value)
      },
      delete: key => {
        noted++
        made.delete(key)
      },
      commit: async options => {
        commits++
        await made.commit(options)
      }
    }
  }
  const turn = (): void => {
    most = Math.max(most, noted - before)
    before = noted

    if (!isOver) {
      setImmediate(turn)
    }
  }

  setImmediate(turn)
  await new RepoProvides(datastore).apply({ put: cids.slice(0, 2_500).map(cid => ({ cid, kind: 'swept' as const, waited: 0 })), delete: cids.slice(2_500) })
  isOver = true
  assert.deepEqual([noted, commits], [5_000, 1])
  assert.ok(most > 0 && most <= 1024, `${most} in a turn`)
})

test('an abort ends an enqueue at once whose source does not answer; that it fails later is of no interest', async () => {
  const datastore = new MemoryDatastore()
  const aborting = new AbortController()
  const enough = new Error('enough')
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<IteratorResult<CID>>()
  let returned = 0
  const stuck = {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        asked.resolve()

        return await answer.promise
      },
      return: async () => {
        returned++
        throw new Error('nor does it end')
      }
    })
  }
  const enqueued = assert.rejects(new RepoProvides(datastore).enqueue(stuck, { signal: aborting.signal }), enough)

  await asked.promise
  aborting.abort(enough)
  await enqueued
  answer.reject(new Error('too late'))
  await new Promise(resolve => { setImmediate(resolve) })
  assert.equal(returned, 1)
  await assert.rejects(new RepoProvides(datastore).enqueue([a], { signal: aborting.signal }), enough)
})
