import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { randomBlocks } from '../testing/random-blocks.ts'
import { silentLogger } from '../testing/silent-logger.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { CLIENT_DEFAULTS } from './options.ts'
import type { ClientOptions } from './options.ts'
import { ProviderSearch } from './provider-search.ts'

const self = peerIdFromSeed(0)
const peers = Array.from({ length: 30 }, (_, i) => peerIdFromSeed(i + 1))
const cids = (await randomBlocks(12, { size: 8 })).map(block => block.cid)

/** A search whose routing names `providers`, each after `delay` ms; what it found and dialled is kept. */
class Setup {
  readonly clock: VirtualClock = new VirtualClock()
  readonly found: string[] = []
  readonly unreachable: string[] = []
  readonly ended: number[] = []
  readonly dialled: Array<PeerId | Multiaddr[]> = []
  asked = 0
  named = 0
  /** These cannot be dialled. */
  lost: PeerId[] = []
  /** These are connected and lack the block. */
  lacking: PeerId[] = []
  readonly search: ProviderSearch

  constructor (providers: Array<PeerId | { id: PeerId, multiaddrs: Multiaddr[] }>, options: Partial<ClientOptions> = {}, delay: number = 0) {
    this.search = new ProviderSearch({
      routing: { findProviders: () => this.#providers(providers, delay) },
      network: {
        self,
        connect: async target => {
          this.dialled.push(target)

          if (Array.isArray(target)) {
            const [address] = target

            if (address.toString().includes('/tcp/1/')) {
              throw new Error('nobody answers')
            }

            return peers.find(peer => address.toString().endsWith(peer.toString())) ?? peers[0]
          }

          if (this.lost.includes(target)) {
            throw new Error('nobody answers')
          }

          return peers.find(peer => peer.equals(target)) ?? peers[0]
        }
      },
      clock: this.clock,
      log: silentLogger().forComponent('test')
    }, { ...CLIENT_DEFAULTS, ...options })
  }

  start (i: number): void {
    this.search.start(String(i), cids[i], {
      found: peer => { this.found.push(`${i} ${peers.findIndex(other => other.equals(peer))}`) },
      lacks: peer => this.lacking.includes(peer),
      unreachable: peer => { this.unreachable.push(`${i} ${peers.findIndex(other => other.equals(peer))}`) },
      ended: () => { this.ended.push(i) }
    })
  }

  async * #providers (providers: Array<PeerId | { id: PeerId, multiaddrs: Multiaddr[] }>, delay: number): AsyncGenerator<{ id: PeerId, multiaddrs: Multiaddr[] }> {
    this.asked++

    for (const provider of providers) {
      await new Promise<void>(resolve => { this.clock.timer(delay, resolve) })
      this.named++
      yield 'id' in provider ? provider : { id: provider, multiaddrs: [] }
    }
  }
}

test('providers are found as they are named, each once, and never ourselves', async () => {
  const setup = new Setup([self, peers[1], peers[1], peers[2]])

  setup.start(0)
  await setup.clock.run()
  assert.deepEqual(setup.found, ['0 1', '0 2'])
  assert.deepEqual(setup.ended, [0])
})

test('providers that cannot be reached are told from those that were found', async () => {
  const setup = new Setup([peers[1], peers[2]])

  setup.lost = [peers[1]]
  setup.start(0)
  await setup.clock.run()
  assert.deepEqual([setup.found, setup.unreachable, setup.ended], [['0 2'], ['0 1'], [0]])
})

test('a provider that is named again with other addresses is dialled there too, until it is reached', async () => {
  const named = (i: number, ...ports: number[]): { id: PeerId, multiaddrs: Multiaddr[] } => ({ id: peers[i], multiaddrs: ports.map(port => multiaddr(`/ip4/127.0.0.1/tcp/${port}`)) })
  const setup = new Setup([named(1, 1), named(2, 2), named(1, 1), named(1, 1, 2), named(1, 3), named(3, 1)], {}, 10)

  setup.start(0)
  await setup.clock.run()
  assert.deepEqual(setup.dialled.map(String), [[1, 1], [2, 2], [1, 2], [3, 1]].map(([i, port]) => `/ip4/127.0.0.1/tcp/${port}/p2p/${peers[i]}`))
  assert.deepEqual([setup.found, setup.unreachable], [['0 2', '0 1'], ['0 1', '0 3']])
})

test('no more providers are taken than allowed', async () => {
  const setup = new Setup(peers, { maxProviders: 3 })

  setup.start(0)
  await setup.clock.run()
  assert.equal(setup.found.length, 3)
})

test('who is connected and lacks the block is found without a dial, and takes nobody\'s place', async () => {
  const setup = new Setup(peers.slice(0, 20))

  setup.lacking = peers.slice(0, 10)
  setup.start(0)
  await setup.clock.advance(0)
  assert.deepEqual(setup.dialled, peers.slice(10, 20))
  assert.equal(setup.found.length, 20)
})

test('no more searches run than allowed, the others follow', async () => {
  const setup = new Setup([peers[1]], { maxSearches: 8 }, 100)

  for (let i = 0; i < 9; i++) {
    setup.start(i)
  }

  await setup.clock.advance(50)
  assert.equal(setup.asked, 8)
  await setup.clock.run()
  assert.equal(setup.asked, 9)
  assert.equal(setup.ended.length, 9)
})

test('a search ends when its time is over, with what it has found', async () => {
  const setup = new Setup(peers, { searchTimeout: 1000, maxProviders: 30 }, 300)

  setup.start(0)
  await setup.clock.advance(999)
  assert.deepEqual(setup.ended, [])
  await setup.clock.advance(1)
  assert.deepEqual(setup.ended, [0])
  assert.equal(setup.found.length, 3)
})

test('a search that is cancelled finds nobody any more and does not end; one in line is never asked', async () => {
  const setup = new Setup([peers[1]], { maxSearches: 1 }, 100)

  setup.start(0)
  setup.start(1)
  setup.start(2)
  await setup.clock.advance(50)
  setup.search.cancel('0')
  setup.search.cancel('1')
  await setup.clock.run()
  assert.deepEqual(setup.found, ['2 1'])
  assert.deepEqual(setup.ended, [2])
  assert.equal(setup.asked, 2)
  setup.start(3)
  setup.search.stop()
  await setup.clock.run()
  assert.deepEqual(setup.ended, [2])
})

test('who cannot be dialled is passed over for a while by other searches, and takes nobody\'s place', async () => {
  const setup = new Setup([peers[1], peers[2]], { maxProviders: 1 })

  setup.lost = [peers[1]]
  setup.start(0)
  await setup.clock.run()
  setup.start(1)
  await setup.clock.run()
  assert.deepEqual([setup.found, setup.ended], [['1 2'], [0, 1]])
  assert.deepEqual(setup.dialled, [peers[1], peers[2]])
  await setup.clock.advance(30_000)
  setup.lost = []
  setup.start(2)
  await setup.clock.run()
  assert.deepEqual(setup.dialled, [peers[1], peers[2], peers[1]])
})

test('who could not be dialled and connects is dialled again', async () => {
  const setup = new Setup([peers[1]])

  setup.lost = [peers[1]]
  setup.start(0)
  await setup.clock.run()
  setup.lost = []
  setup.search.peerConnected(peers[1])
  setup.start(1)
  await setup.clock.run()
  assert.deepEqual(setup.found, ['1 1'])
})

test('a dial that ends because its search is cancelled says nothing of the peer', async () => {
  const setup = new Setup([])
  let dials = 0
  const search = new ProviderSearch({
    routing: { async * findProviders () { yield { id: peers[1], multiaddrs: [] } } },
    network: { self, connect: async () => { dials++; return new Promise(() => {}) } },
    clock: setup.clock,
    log: silentLogger().forComponent('test')
  }, CLIENT_DEFAULTS)

  for (const [i, expected] of [1, 2].entries()) {
    search.start(String(i), cids[i], { found: () => {}, lacks: () => false, unreachable: () => {}, ended: () => {} })
    await setup.clock.advance(1)
    assert.equal(dials, expected)
    search.cancel(String(i))
    await setup.clock.advance(1)
  }

  // one that hangs until the time of its search is over does
  search.start('2', cids[2], { found: () => {}, lacks: () => false, unreachable: () => {}, ended: () => {} })
  await setup.clock.advance(CLIENT_DEFAULTS.searchTimeout)
  search.start('3', cids[3], { found: () => {}, lacks: () => false, unreachable: () => {}, ended: () => {} })
  await setup.clock.advance(1)
  assert.equal(dials, 3)
})

test('a router that goes on naming the same peer, without a pause, is left behind', async () => {
  const setup = new Setup(Array.from({ length: 10_000 }, () => peers[1]), { maxProviders: 2 })

  setup.start(0)
  await setup.clock.run()
  assert.deepEqual([setup.found, setup.ended], [['0 1'], [0]])
  assert.equal(setup.named, 20)
})

test('whoever answers at an address must be the provider that was named', async () => {
  const plain = multiaddr('/ip4/127.0.0.1/tcp/1')
  const setup = new Setup([])
  const routing = {
    async * findProviders () {
      yield { id: peers[1], multiaddrs: [plain, plain.encapsulate(`/p2p/${peers[1].toString()}`), multiaddr(`/ip4/127.0.0.1/tcp/1/p2p/${peers[2].toString()}/p2p-circuit`)] }
    }
  }
  const search = new ProviderSearch({
    routing,
    network: { self, connect: async target => { setup.dialled.push(target); return peers[1] } },
    clock: setup.clock,
    log: silentLogger().forComponent('test')
  }, CLIENT_DEFAULTS)

  search.start('0', cids[0], { found: () => {}, lacks: () => false, unreachable: () => {}, ended: () => {} })
  await setup.clock.run()
  assert.deepEqual((setup.dialled[0] as Multiaddr[]).map(address => address.getComponents().at(-1)?.value), Array.from({ length: 3 }, () => peers[1].toString()))
})
