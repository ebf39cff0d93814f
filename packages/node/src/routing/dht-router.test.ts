import assert from 'node:assert/strict'
import { test } from 'node:test'
import { peerIdFromSeed, randomBlocks, VirtualClock } from 'ts-bitswap/testing'
import type { AbortOptions } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { DhtRouter } from './dht-router.ts'
import { resolveRoutingOptions } from './options.ts'
import type { Dht } from './dht.ts'

const [{ cid }] = await randomBlocks(1, { size: 8 })
const peer = { id: peerIdFromSeed(1), multiaddrs: [] }

/** A DHT that names one provider as soon as it is asked. */
class Setup {
  readonly clock: VirtualClock = new VirtualClock()
  readonly table: EventTarget & { size: number } = Object.assign(new EventTarget(), { size: 0 })
  told = 0
  listening = 0
  readonly router: DhtRouter

  constructor () {
    const { addEventListener, removeEventListener } = this.table

    this.table.addEventListener = (...args) => { this.listening++; addEventListener.apply(this.table, args) }
    this.table.removeEventListener = (...args) => { this.listening--; removeEventListener.apply(this.table, args) }
    const dht = { routingTable: this.table, findProviders: () => this.#find(), provide: () => this.#provide() } as unknown as Dht

    this.router = new DhtRouter('dht', dht, this.clock, resolveRoutingOptions({ dhtPeerTimeout: 500 }))
  }

  addPeer (): void {
    this.table.size++
    this.table.dispatchEvent(new Event('peer:add'))
  }

  /** Milliseconds until a look-up has ended. */
  async find (options?: AbortOptions): Promise<number> {
    const start = this.clock.now()
    let named = 0

    await this.clock.run((async () => {
      for await (const { id } of this.router.findProviders(cid, options)) {
        named += id.equals(peer.id) ? 1 : 0
      }
    })())
    assert.equal(named, 1)

    return this.clock.now() - start
  }

  async * #find (): AsyncGenerator<object> {
    yield { name: 'SEND_QUERY' }
    yield { name: 'PEER_RESPONSE', providers: [peer] }
    yield { name: 'PROVIDER', providers: [peer] }
  }

  async * #provide (): AsyncGenerator<object> {
    yield { name: 'PEER_RESPONSE', messageName: 'FIND_NODE' }

    for (let i = 0; i < this.told; i++) {
      yield { name: 'PEER_RESPONSE', messageName: 'ADD_PROVIDER' }
    }
  }
}

test('a look-up waits for the first peer, and no longer than it may, counted from the first that met nobody', async () => {
  const setup = new Setup()

  setup.clock.timer(200, () => { setup.addPeer() })
  assert.deepEqual([await setup.find(), await setup.find()], [200, 0])
  setup.table.size = 0
  assert.deepEqual([await setup.find(), await setup.find()], [500, 0])
  setup.table.size = 1
  await setup.find()
  setup.table.size = 0
  assert.equal(await setup.find(), 500)
  assert.equal(setup.listening, 0)
})

test('a look-up that waits for the first peer ends when it is aborted', async () => {
  const setup = new Setup()
  const abort = new AbortController()

  setup.clock.timer(100, () => { abort.abort(new Error('enough')) })
  await assert.rejects(setup.find({ signal: abort.signal }), { message: 'enough' })
  await assert.rejects(setup.find({ signal: abort.signal }), { message: 'enough' })
  assert.deepEqual([setup.clock.now(), setup.listening], [100, 0])
})

test('an announcement waits for the first peer as a look-up does', async () => {
  const setup = new Setup()

  setup.told = 1
  setup.clock.timer(200, () => { setup.addPeer() })
  await setup.clock.run(setup.router.provide(cid as CID))
  assert.deepEqual([setup.clock.now(), setup.listening], [200, 0])
})

test('an announcement is an error when nobody was told, and why it was aborted when it was', async () => {
  const setup = new Setup()

  setup.addPeer()
  const provide = async (options?: AbortOptions): Promise<void> => { await setup.router.provide(cid as CID, options) }

  await assert.rejects(provide(), { name: 'NoDhtPeersError', dht: 'dht' })
  await assert.rejects(provide({ signal: AbortSignal.abort(new Error('enough')) }), { message: 'enough' })
  setup.told = 1
  await provide()
})
