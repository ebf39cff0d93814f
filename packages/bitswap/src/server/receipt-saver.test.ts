import assert from 'node:assert/strict'
import test from 'node:test'
import { MemoryStore, Serving, settled } from '../../test/support/serving.ts'
import type { ServerInit } from './options.ts'
import type { ReceiptStore, SavedReceipt } from './receipt-store.ts'

const INTERVAL = 60_000

/** Keeps them in memory. Fails, or does not come to an end, while it is told to. */
class Store implements ReceiptStore {
  kept: readonly SavedReceipt[] = []
  readonly calls: string[] = []
  failure: Error | undefined
  stuck: Promise<void> | undefined
  signal: AbortSignal | undefined

  async load ({ signal }: { signal?: AbortSignal }): Promise<readonly SavedReceipt[]> {
    await this.#called('load', signal)

    return this.kept
  }

  async save (receipts: readonly SavedReceipt[], { signal }: { signal?: AbortSignal }): Promise<void> {
    await this.#called('save', signal)
    this.kept = receipts
  }

  async #called (name: string, signal: AbortSignal | undefined): Promise<void> {
    this.calls.push(name)
    this.signal = signal

    await this.stuck

    if (this.failure != null) {
      throw this.failure
    }
  }
}

async function serving (receiptStore: Store, init: ServerInit = {}): Promise<Serving> {
  const made = new Serving(new MemoryStore(), { receiptStore, ...init })
  await settled()

  return made
}

test('receipts survive a restart, be the peer here already or not', async () => {
  const store = new Store()
  const first = await serving(store)

  first.server.blockReceivedFrom(first.peer, 7)
  first.server.blockReceivedFrom(first.other, 8)
  await first.clock.advance(5)
  first.server.stop()
  await first.server.whenSaved()
  assert.deepEqual(store.kept.map(({ received, exchangedAgo }) => [received, exchangedAgo]), [[7, 5], [8, 5]])

  const second = new Serving(new MemoryStore(), { receiptStore: store })
  second.server.blockReceivedFrom(second.peer, 1)
  second.server.peerDisconnected(second.other)
  await settled()
  assert.equal(second.server.ledgerForPeer(second.peer)?.received, 8)
  assert.equal(second.server.ledgerForPeer(second.other)?.received, 8)
})

test('they are saved once in a while when they changed, and not when they did not', async () => {
  const store = new Store()
  const { server, peer, clock } = await serving(store, { receiptSaveInterval: 1000 })

  for (let round = 0; round < 100; round++) {
    server.blockReceivedFrom(peer, 1)
  }

  await clock.advance(999)
  assert.deepEqual(store.calls, ['load'])
  await clock.advance(1)
  assert.deepEqual(store.calls, ['load', 'save'])
  assert.equal(store.kept[0]?.exchanged, 100)
  await clock.advance(10_000)
  server.stop()
  await server.whenSaved()
  assert.deepEqual(store.calls, ['load', 'save'])
})

test('a server that is started again does not add up twice what it knows', async () => {
  const store = new Store()
  const { server, peer } = await serving(store)

  server.blockReceivedFrom(peer, 7)
  server.stop()
  await server.whenSaved()
  server.start()
  server.peerConnected(peer)
  await settled()
  assert.equal(server.ledgerForPeer(peer)?.received, 7)
  assert.deepEqual(store.calls, ['load', 'save'])
})

test('while nothing can be loaded nothing is saved over it, and both are tried again', async () => {
  const store = new Store()
  store.kept = [{ peer: 'somebody', sent: 1, received: 2, exchanged: 3, exchangedAgo: 4 }]
  store.failure = new Error('no disk')
  const { server, peer, clock, log } = await serving(store)

  server.blockReceivedFrom(peer, 7)
  await clock.advance(INTERVAL)
  assert.deepEqual(store.calls, ['load', 'load'])
  assert.equal(log.lines.filter(([text]) => String(text).includes('store of receipts')).length, 2)
  store.failure = undefined
  await clock.advance(INTERVAL)
  server.stop()
  await server.whenSaved()
  assert.deepEqual(store.calls, ['load', 'load', 'load', 'save'])
  assert.equal(store.kept.length, 2)
})

test('a save that fails loses nothing, and is tried again', async () => {
  const store = new Store()
  const { server, peer, clock } = await serving(store)

  store.failure = new Error('full')
  server.blockReceivedFrom(peer, 7)
  await clock.advance(INTERVAL)
  assert.equal(server.ledgerForPeer(peer)?.received, 7)
  store.failure = undefined
  await clock.advance(INTERVAL)
  assert.equal(store.kept.length, 1)
})

test('a store that does not answer delays the stop by ten seconds at the most, and leaves no timer', async () => {
  const store = new Store()
  const { server, peer, clock } = await serving(store)
  let stopped = false

  server.blockReceivedFrom(peer, 7)
  store.stuck = new Promise(() => {})
  server.stop()
  const stopping = server.whenSaved()?.then(() => { stopped = true })
  await clock.advance(9_999)
  assert.ok(!stopped)
  await clock.advance(1)
  await stopping
  assert.ok(stopped)
  assert.equal(store.signal?.aborted, true)
  assert.equal(clock.pending, 0)
})

test('who stops before anything was loaded saves what there is with what was loaded', async () => {
  const store = new Store()
  store.kept = [{ peer: 'somebody', sent: 1, received: 2, exchanged: 3, exchangedAgo: 4 }]
  const loading = Promise.withResolvers<void>()
  store.stuck = loading.promise
  const { server, peer } = await serving(store)

  server.blockReceivedFrom(peer, 7)
  server.stop()
  loading.resolve()
  await server.whenSaved()
  assert.equal(store.kept.length, 2)
})

test('no more are saved than are kept, and what the store has that is no receipt is named in the log', async () => {
  const store = new Store()
  store.kept = [{ peer: 'somebody' } as SavedReceipt]
  const { server, peer, other, log } = await serving(store, { maxReceiptsKept: 1 })

  assert.ok(log.lines.some(line => line.includes(1) && String(line[0]).includes('%d that are none')))
  server.blockReceivedFrom(peer, 7)
  server.blockReceivedFrom(other, 7)
  server.stop()
  await server.whenSaved()
  assert.equal(store.kept.length, 1)
})

test('without a store there is nothing to wait for', () => {
  const { server, clock, peer } = new Serving(new MemoryStore())

  server.blockReceivedFrom(peer, 7)
  server.stop()
  assert.equal(server.whenSaved(), undefined)
  assert.equal(clock.pending, 0)
})
