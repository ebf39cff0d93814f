import assert from 'node:assert/strict'
import { test } from 'node:test'
import { peerIdFromSeed, randomBlocks, VirtualClock } from 'ts-bitswap/testing'
import type { AbortOptions, Logger } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { combineRouters } from 'ts-bitswap'
import { keepingLog } from '../../test/log.ts'
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
  /** What comes after the peers that were told: nothing, until the announcement is aborted or for ever; or an error. */
  afterwards: 'end' | 'hang' | Error = 'end'
  readonly logged: unknown[][] = []
  listening = 0
  readonly router: DhtRouter

  constructor () {
    const { addEventListener, removeEventListener } = this.table

    this.table.addEventListener = (...args) => { this.listening++; addEventListener.apply(this.table, args) }
    this.table.removeEventListener = (...args) => { this.listening--; removeEventListener.apply(this.table, args) }
    const dht = { routingTable: this.table, findProviders: () => this.#find(), provide: () => this.#provide() } as unknown as Dht

    const log: Logger = Object.assign((...args: unknown[]) => { this.logged.push(args) }, { enabled: true, error: () => {}, trace: () => {}, newScope: () => log })

    this.router = new DhtRouter('dht', dht, { clock: this.clock, log }, resolveRoutingOptions({ dhtPeerTimeout: 500 }))
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

    if (this.afterwards !== 'end') {
      await (this.afterwards === 'hang' ? new Promise(() => {}) : Promise.reject(this.afterwards))
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

test('what somebody took is announced, also when time runs out before the others are told, or telling them fails', async () => {
  const setup = new Setup()
  const late = new DOMException('too late', 'TimeoutError')
  const provide = async (reason: Error): Promise<void> => {
    const abort = new AbortController()
    const cancel = setup.clock.timer(100, () => { abort.abort(reason) })

    await setup.clock.run(setup.router.provide(cid as CID, { signal: abort.signal })).finally(cancel)
  }

  setup.addPeer()
  setup.told = 3
  setup.afterwards = 'hang'
  await provide(late)
  assert.deepEqual(setup.logged.map(args => args.slice(1)), [[3, 'dht', cid, late]])
  await assert.rejects(provide(new Error('enough')), { message: 'enough' })
  setup.afterwards = new Error('out of order')
  await provide(late)
  assert.equal(setup.logged.length, 2)

  setup.told = 0
  await assert.rejects(provide(late), { message: 'out of order' })
  setup.afterwards = 'hang'
  await assert.rejects(provide(late), { name: 'TimeoutError' })
  assert.equal(setup.logged.length, 2)
})

test('what a DHT could tell some of before its time was over counts as announced for all routers together', async () => {
  const setup = new Setup()
  const { log } = keepingLog()
  const routing = combineRouters([setup.router], {}, { clock: setup.clock, logger: { forComponent: () => log } })

  setup.addPeer()
  setup.told = 1
  setup.afterwards = 'hang'
  await setup.clock.run(routing.provide?.(cid as CID) as Promise<void>)
  assert.deepEqual([setup.clock.now(), routing.stat()[0].provided], [50_000, 1])
})
