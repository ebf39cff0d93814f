import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { peerIdFromSeed, VirtualClock } from 'ts-bitswap/testing'
import type { AbortOptions, Connection, Logger, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { KeptPeers } from './kept-peers.ts'
import type { KeptPeersComponents, KeptPeersOptions } from './kept-peers.ts'
import { resolveRoutingOptions } from './options.ts'
import type { RoutingInit } from './options.ts'

const self = peerIdFromSeed(0)
const peers = Array.from({ length: 300 }, (_, i) => peerIdFromSeed(i + 1))

function address (i: number): string {
  return `/ip4/127.0.0.1/tcp/${i + 1}/p2p/${peers[i]}`
}

/** A libp2p whose peers are there, or not. */
class Setup {
  readonly clock: VirtualClock = new VirtualClock()
  /** `peer@time`. */
  readonly dialled: string[] = []
  readonly logged: string[] = []
  readonly tagged: string[] = []
  readonly connected: Set<number> = new Set()
  /** Those who answer; others refuse. */
  readonly there: Set<number> = new Set()
  hang = false
  random = 0
  running = 0
  readonly #listeners: Map<string, Set<(event: CustomEvent<PeerId>) => void>> = new Map([['peer:connect', new Set()], ['peer:disconnect', new Set()]])
  readonly kept: KeptPeers

  constructor (init: RoutingInit) {
    const libp2p = {
      peerId: self,
      dial: async (addresses: Multiaddr[], options: AbortOptions) => await this.#dial(addresses, options),
      getConnections: () => [...this.connected].map(i => ({ remotePeer: peers[i], status: 'open' }) as Connection),
      getPeers: () => [...this.connected].map(i => peers[i]),
      peerStore: { merge: async (peer: PeerId) => { this.tagged.push(this.#nameOf(peer)) } },
      addEventListener: (type: string, listener: (event: CustomEvent<PeerId>) => void) => { this.#listeners.get(type)?.add(listener) },
      removeEventListener: (type: string, listener: (event: CustomEvent<PeerId>) => void) => { this.#listeners.get(type)?.delete(listener) }
    } as unknown as KeptPeersComponents['libp2p']
    const error = (text: string): void => { this.logged.push(`error: ${text}`) }
    const log: Logger = Object.assign((text: string) => { this.logged.push(text) }, { enabled: true, error, trace: () => {}, newScope: () => log })
    const options: KeptPeersOptions = resolveRoutingOptions(init)

    this.kept = new KeptPeers({ libp2p, clock: this.clock, log, random: () => this.random }, options)
  }

  get listeners (): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0)
  }

  connect (i: number): void {
    this.connected.add(i)
    this.#tell('peer:connect', i)
  }

  disconnect (i: number): void {
    this.connected.delete(i)
    this.#tell('peer:disconnect', i)
  }

  #tell (type: string, i: number): void {
    this.#listeners.get(type)?.forEach(listener => { listener(new CustomEvent(type, { detail: peers[i] })) })
  }

  #nameOf (peer: PeerId): string {
    return String(peers.findIndex(other => other.equals(peer)))
  }

  async #dial (addresses: Multiaddr[], { signal }: AbortOptions): Promise<void> {
    const name = addresses[0].getComponents().at(-1)?.value
    const i = peers.findIndex(peer => peer.toString() === name)

    this.dialled.push(`${i}@${this.clock.now()}${addresses.length > 1 ? ` ${addresses.length} addresses` : ''}`)
    this.running++

    try {
      if (this.hang) {
        await new Promise((_resolve, reject) => { signal?.addEventListener('abort', () => { reject(signal.reason as Error) }) })
      }

      await new Promise<void>(resolve => { this.clock.timer(0, resolve) })

      if (!this.there.has(i)) {
        throw new Error('nobody is there')
      }

      this.connect(i)
    } finally {
      this.running--
    }
  }
}

test('a peer that is given is dialled until it is there, less and less often; the log says so once', async () => {
  const setup = new Setup({ peers: [address(1)], reconnectDelay: 100, maxReconnectDelay: 350 })

  setup.kept.start()
  await setup.clock.advance(1400)
  assert.deepEqual(setup.dialled, ['1@0', '1@100', '1@300', '1@650', '1@1000', '1@1350'])
  assert.deepEqual(setup.logged, ['error: %s %s cannot be reached, and is tried again from time to time: %s'])
  assert.deepEqual(setup.kept.stat(), [{ peer: peers[1].toString(), kind: 'peer', connected: false, failures: 6 }])
  setup.there.add(1)
  await setup.clock.advance(1000)
  assert.deepEqual([setup.dialled.length, setup.logged.at(-1), setup.tagged], [7, 'peer %s is reached again', ['1']])
  setup.kept.stop()
})

test('a peer that leaves is dialled again after a while, sooner if it stayed', async () => {
  const setup = new Setup({ peers: [address(1)], reconnectDelay: 100 })

  setup.there.add(1)
  setup.kept.start()
  await setup.clock.advance(20_000)
  setup.disconnect(1)
  await setup.clock.advance(100)
  assert.deepEqual(setup.dialled, ['1@0', '1@20100'])

  for (let i = 0; i < 4; i++) { // it comes, and goes at once
    setup.disconnect(1)
    await setup.clock.advance(1000)
  }

  assert.deepEqual(setup.dialled.slice(2), ['1@20200', '1@21300', '1@22500', '1@23900'])
  assert.deepEqual(setup.logged, [])
  setup.kept.stop()
})

test('dials come up to a quarter later by chance', async () => {
  const setup = new Setup({ peers: [address(1)], reconnectDelay: 100 })

  setup.random = 1
  setup.kept.start()
  await setup.clock.advance(130)
  assert.deepEqual(setup.dialled, ['1@0', '1@125'])
  setup.kept.stop()
})

test('a dial that hangs ends with its time', async () => {
  const setup = new Setup({ peers: [address(1)], dialTimeout: 500, reconnectDelay: 100 })

  setup.hang = true
  setup.kept.start()
  await setup.clock.advance(600)
  assert.deepEqual([setup.dialled, setup.running], [['1@0', '1@600'], 1])
  setup.kept.stop()
  await setup.clock.advance(1)
  assert.deepEqual([setup.running, setup.listeners], [0, 0])
})

test('whoever connects by himself is not dialled', async () => {
  const setup = new Setup({ peers: [address(1), address(2)], reconnectDelay: 100 })

  setup.connect(1)
  setup.kept.start()
  await setup.clock.advance(50)
  setup.connect(2)
  await setup.clock.advance(1000)
  assert.deepEqual(setup.dialled, ['2@0'])
  setup.kept.stop()
})

test('several addresses of one peer are one dial, and ours none', async () => {
  const setup = new Setup({ peers: [address(1), `/ip4/127.0.0.1/tcp/9/p2p/${peers[1]}`, `/ip4/127.0.0.1/tcp/9/p2p/${self}`] })

  setup.there.add(1)
  setup.kept.start()
  await setup.clock.advance(10)
  assert.deepEqual(setup.dialled, ['1@0 2 addresses'])
  setup.kept.stop()
})

test('bootstrap peers are dialled at the start, and again only while there are few others', async () => {
  const setup = new Setup({ bootstrap: [address(1), address(2)], minPeers: 3, reconnectDelay: 100 })

  setup.there.add(1).add(2)
  ;[5, 6, 7].forEach(i => { setup.connect(i) })
  setup.kept.start()
  await setup.clock.advance(10)
  assert.deepEqual(setup.dialled, ['1@0', '2@0'])
  setup.disconnect(1)
  setup.disconnect(2)
  await setup.clock.advance(10_000)
  assert.equal(setup.dialled.length, 2)
  setup.disconnect(5)
  await setup.clock.advance(100)
  assert.deepEqual(setup.dialled.slice(2), ['1@10110', '2@10110'])
  assert.deepEqual(setup.tagged, [])
  setup.kept.stop()
})

test('bootstrap peers that are not there are tried five times less often in the end', async () => {
  const setup = new Setup({ bootstrap: [address(1)], reconnectDelay: 100, maxReconnectDelay: 100 })

  setup.kept.start()
  await setup.clock.advance(1500)
  assert.deepEqual(setup.dialled, ['1@0', '1@100', '1@300', '1@700', '1@1200'])
  setup.kept.stop()
})

test('peers of the local network are dialled when they are found, not ourselves, and not again at once', async () => {
  const setup = new Setup({})
  const find = (id: PeerId): void => { setup.kept.found({ id, multiaddrs: [multiaddr('/ip4/127.0.0.1/tcp/7')] }) }

  find(peers[1]) // not started
  setup.kept.start()
  setup.there.add(2)
  ;[self, peers[1], peers[1], peers[2]].forEach(find)
  await setup.clock.advance(20_000)
  ;[peers[1], peers[2]].forEach(find)
  await setup.clock.advance(10_001)
  find(peers[1])
  await setup.clock.advance(1)
  assert.deepEqual(setup.dialled, ['1@0', '2@0', '1@30001'])
  setup.kept.stop()
})

test('of a crowd on the local network few are dialled at a time', async () => {
  const setup = new Setup({ peers: [address(299)] })

  setup.hang = true
  setup.kept.start()
  peers.slice(0, 100).forEach(id => { setup.kept.found({ id, multiaddrs: [multiaddr('/ip4/127.0.0.1/tcp/7')] }) })
  await setup.clock.advance(1)
  assert.equal(setup.running, 1 + 8)
  setup.kept.stop()
})

test('it can be stopped and started again, each twice', async () => {
  const setup = new Setup({ peers: [address(1)], reconnectDelay: 100 })

  setup.kept.start()
  setup.kept.start()
  await setup.clock.advance(10)
  setup.kept.stop()
  setup.kept.stop()
  await setup.clock.advance(10_000)
  assert.deepEqual(setup.dialled, ['1@0'])
  setup.kept.start()
  await setup.clock.advance(10)
  assert.deepEqual([setup.dialled, setup.listeners], [['1@0', '1@10010'], 2])
  setup.kept.stop()
})
