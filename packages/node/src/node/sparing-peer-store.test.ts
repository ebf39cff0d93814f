import assert from 'node:assert/strict'
import { test } from 'node:test'
import { persistentPeerStore } from '@libp2p/peer-store'
import { MemoryDatastore } from 'datastore-core/memory'
import { TypedEventEmitter } from 'main-event'
import { peerIdFromSeed } from 'ts-bitswap/testing'
import { quietLogger } from './quiet-logger.ts'
import { makeSparing, MAX_PEERS } from './sparing-peer-store.ts'
import type { PeerData, PeerStore } from '@libp2p/interface'

const PEER = peerIdFromSeed(1)
const A = { protocols: ['/a'] }
const B = { protocols: ['/b'] }

/** A store that counts what it writes. */
class CountingDatastore extends MemoryDatastore {
  reads = 0

  override get (...args: Parameters<MemoryDatastore['get']>): ReturnType<MemoryDatastore['get']> {
    this.reads++

    return super.get(...args)
  }
}

interface Setup {
  store: PeerStore
  /** Times the record of a peer was read since it was asked last. */
  reads: () => number
  protocols: () => Promise<string[]>
}

function setUp (): Setup {
  const datastore = new CountingDatastore()
  const store = persistentPeerStore({ peerId: peerIdFromSeed(0), datastore, events: new TypedEventEmitter(), logger: quietLogger({}) ?? assert.fail() })

  makeSparing(store)

  return {
    store,
    reads: () => datastore.reads - (datastore.reads = 0),
    protocols: async () => (await store.get(PEER)).protocols.toSorted()
  }
}

test('what was noted of a peer is not read and written again', async () => {
  const { store, reads, protocols } = setUp()

  await store.merge(PEER, A)
  await store.merge(PEER, B)
  reads()

  for (const data of [A, B, { protocols: ['/b', '/a'] }]) {
    assert.deepEqual((await store.merge(PEER, data)).protocols.toSorted(), ['/a', '/b'])
  }

  assert.equal(reads(), 0)
  assert.deepEqual(await protocols(), ['/a', '/b'])
})

test('what is new is noted, whatever was before', async () => {
  const { store, protocols } = setUp()

  await store.merge(PEER, A)
  await store.merge(PEER, B)
  assert.deepEqual(await protocols(), ['/a', '/b'])
  await store.merge(PEER, { ...A, tags: { kept: { value: 7 } } })
  assert.equal((await store.get(PEER)).tags.get('kept')?.value, 7)
})

test('what else is written of a peer makes it forget', async () => {
  const changes: Array<(store: PeerStore) => Promise<unknown>> = [
    async store => { await store.delete(PEER) },
    async store => await store.patch(PEER, B),
    async store => await store.save(PEER, B)
  ]

  for (const change of changes) {
    const { store, protocols } = setUp()

    await store.merge(PEER, A)
    await change(store)
    await store.merge(PEER, A)
    assert.ok((await protocols()).includes('/a'))
  }
})

test('a write that comes in between is not forgotten', async () => {
  const { store, protocols } = setUp()

  await store.merge(PEER, A)
  const [patched] = await Promise.all([store.patch(PEER, B), store.merge(PEER, A)])

  assert.deepEqual(patched.protocols, ['/b'])
  await store.merge(PEER, A)
  assert.deepEqual(await protocols(), ['/a', '/b'])
})

test('no more peers are remembered than may be, the first is forgotten', async () => {
  const { store, reads } = setUp()
  const data: PeerData = A

  for (let i = 1; i <= MAX_PEERS; i++) {
    await store.merge(peerIdFromSeed(i), data)
  }

  reads()
  await store.merge(PEER, data)
  assert.equal(reads(), 0)
  await store.merge(peerIdFromSeed(MAX_PEERS + 1), data)
  reads()
  await store.merge(PEER, data)
  assert.notEqual(reads(), 0)
})
