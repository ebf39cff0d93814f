import assert from 'node:assert/strict'
import { test } from 'node:test'
import { peerIdFromSeed, VirtualClock } from 'ts-bitswap/testing'
import { DhtPeerRouting } from './dht-peer-routing.ts'
import type { PeerInfo, PeerRouting } from '@libp2p/interface'

const KEY = new Uint8Array(32)
const PEER: PeerInfo = { id: peerIdFromSeed(1), multiaddrs: [] }

/** A DHT that names who is in `named`, at once. */
class Setup {
  readonly clock: VirtualClock = new VirtualClock()
  readonly table: EventTarget & { size: number } = Object.assign(new EventTarget(), { size: 0 })
  readonly routing: DhtPeerRouting
  named: PeerInfo[] = []
  asked = 0

  constructor () {
    const inner: PeerRouting = {
      findPeer: async id => ({ id, multiaddrs: [] }),
      getClosestPeers: async function * (this: void) {} as PeerRouting['getClosestPeers']
    }

    inner.getClosestPeers = () => this.#closest()
    this.routing = new DhtPeerRouting(inner, this.table, this.clock)
  }

  /** Milliseconds until a look has ended. */
  async look (signal?: AbortSignal): Promise<number> {
    const start = this.clock.now()

    await this.clock.run((async () => {
      for await (const { id } of this.routing.getClosestPeers(KEY, signal == null ? {} : { signal })) {
        assert.ok(id.equals(PEER.id))
      }
    })())

    return this.clock.now() - start
  }

  async * #closest (): AsyncGenerator<PeerInfo> {
    this.asked++
    yield * this.named
  }
}

test('with nobody in the table a look waits for the first peer, however long', async () => {
  const setup = new Setup()

  setup.named = [PEER]
  setup.clock.timer(70_000, () => {
    setup.table.size = 1
    setup.table.dispatchEvent(new Event('peer:add'))
  })
  assert.equal(await setup.look(), 70_000)
  assert.equal(await setup.look(), 0)
  assert.equal(setup.asked, 2)
})

test('after looks that found nobody the next waits, longer each time, and not when somebody was found', async () => {
  const setup = new Setup()
  const waits: number[] = []

  setup.table.size = 1

  for (let i = 0; i < 9; i++) {
    waits.push(await setup.look())
  }

  assert.deepEqual(waits, [0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
  setup.named = [PEER]
  assert.deepEqual([await setup.look(), await setup.look()], [60_000, 0])
})

test('one that waits ends when it is aborted, with why', async () => {
  const setup = new Setup()
  const abort = new AbortController()

  setup.clock.timer(100, () => { abort.abort(new Error('enough')) })
  await assert.rejects(setup.look(abort.signal), { message: 'enough' })
  setup.table.size = 1
  await setup.look()
  const again = new AbortController()
  setup.clock.timer(100, () => { again.abort(new Error('enough')) })
  await assert.rejects(setup.look(again.signal), { message: 'enough' })
  assert.deepEqual([setup.clock.now(), setup.clock.pending, setup.asked], [200, 0, 1])
})

test('where one peer is can be asked at any time', async () => {
  const { routing } = new Setup()

  assert.ok((await routing.findPeer(PEER.id)).id.equals(PEER.id))
})
