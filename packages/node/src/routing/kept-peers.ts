/**
 * Who a node is connected with of its own accord: peers it is given (`peers`),
 * all the time; bootstrap peers, while there are few others; whom mDNS finds.
 *
 * Not for: providers, which the exchange dials.
 *
 * Limits: one dial at a time for each peer, `dialTimeout` long; of those found on
 * the local network eight at a time (more are dialled when they are found again),
 * and of 256 it is remembered that they failed.
 */
import { RestingPeers } from './resting-peers.ts'
import { KeptPeer } from './kept-peer.ts'
import { byPeer } from './peer-addresses.ts'
import type { PeerAddresses } from './peer-addresses.ts'
import type { RoutingOptions } from './options.ts'
import { reasonOf } from '../reason-of.ts'
import type { Libp2p, Logger, PeerId, PeerInfo, Startable } from '@libp2p/interface'
import type { Cancel, Clock } from 'ts-bitswap'

/** Dials at a time of peers that were found on the local network. */
const MAX_FOUND_DIALS = 8

/** A tag of peers that are to be kept: its connection manager closes others first. */
const TAG = 'bitswap-kept'
const TAG_VALUE = 100

export interface KeptPeersComponents {
  libp2p: Pick<Libp2p, 'peerId' | 'dial' | 'getConnections' | 'getPeers' | 'peerStore' | 'addEventListener' | 'removeEventListener'>
  clock: Clock
  log: Logger
  /** From 0 to 1. */
  random: () => number
}

export type KeptPeersOptions = Pick<RoutingOptions, 'peers' | 'bootstrap' | 'minPeers' | 'dialTimeout' | 'reconnectDelay' | 'maxReconnectDelay'>

export interface KeptPeerStat {
  peer: string
  kind: KeptPeer['kind']
  connected: boolean
  /** Dials that failed, one after the other, or led to a connection that ended at once. */
  failures: number
}

export class KeptPeers implements Startable {
  readonly #components: KeptPeersComponents
  readonly #options: KeptPeersOptions
  /** By id. */
  readonly #kept: Map<string, KeptPeer> = new Map()
  readonly #timers: Map<KeptPeer, Cancel> = new Map()
  readonly #dialling: Set<string> = new Set()
  readonly #resting: RestingPeers = new RestingPeers()
  readonly #onConnect: (event: CustomEvent<PeerId>) => void
  readonly #onDisconnect: (event: CustomEvent<PeerId>) => void
  /** Undefined while it is stopped. */
  #abort: AbortController | undefined

  constructor (components: KeptPeersComponents, options: KeptPeersOptions) {
    this.#components = components
    this.#options = options
    this.#onConnect = ({ detail }) => { this.#connected(detail.toString()) }
    this.#onDisconnect = ({ detail }) => { this.#left(detail.toString()) }

    for (const [kind, addresses] of [['peer', options.peers], ['bootstrap', options.bootstrap]] as const) {
      for (const peer of byPeer(addresses)) {
        const name = peer.id.toString()

        if (!this.#kept.has(name) && !peer.id.equals(components.libp2p.peerId)) {
          this.#kept.set(name, new KeptPeer(kind, peer, options))
        }
      }
    }
  }

  /** To be called when libp2p has started. */
  start (): void {
    if (this.#abort != null) {
      return
    }

    const { libp2p } = this.#components

    this.#abort = new AbortController()
    libp2p.addEventListener('peer:connect', this.#onConnect)
    libp2p.addEventListener('peer:disconnect', this.#onDisconnect)

    for (const peer of this.#kept.values()) {
      this.#dialKept(peer)
    }
  }

  /** To be called before libp2p stops. Waits for nothing; may be called twice. */
  stop (): void {
    const { libp2p } = this.#components

    this.#abort?.abort()
    this.#abort = undefined
    libp2p.removeEventListener('peer:connect', this.#onConnect)
    libp2p.removeEventListener('peer:disconnect', this.#onDisconnect)
    this.#timers.forEach(cancel => { cancel() })
    this.#timers.clear()
  }

  /** A peer is on the local network: dialled if it is not connected, and not again at once when that fails. */
  found ({ id, multiaddrs }: PeerInfo): void {
    const { libp2p, clock } = this.#components
    const name = id.toString()
    const dialled = [...this.#dialling].filter(other => !this.#kept.has(other)).length

    if (this.#abort == null || id.equals(libp2p.peerId) || this.#kept.has(name) || this.#isBusyWith(name) || dialled >= MAX_FOUND_DIALS || this.#resting.has(name, clock.now())) {
      return
    }

    const addresses = multiaddrs.map(address => address.getComponents().at(-1)?.name === 'p2p' ? address : address.encapsulate(`/p2p/${name}`))

    this.#run(this.#dialFound({ id, multiaddrs: addresses }))
  }

  /** Of those that are kept. */
  stat (): KeptPeerStat[] {
    return [...this.#kept.values()].map(({ name, kind, failures }) => ({ peer: name, kind, connected: this.#isConnected(name), failures }))
  }

  #connected (name: string): void {
    const peer = this.#kept.get(name)

    if (peer == null) {
      return
    }

    this.#timers.get(peer)?.()
    this.#timers.delete(peer)

    if (peer.reached(this.#components.clock.now())) {
      this.#components.log('peer %s is reached again', name)
    }
  }

  #left (name: string): void {
    this.#kept.get(name)?.left(this.#components.clock.now())

    for (const peer of this.#kept.values()) {
      if (peer.name === name || peer.kind === 'bootstrap') {
        this.#dialLater(peer)
      }
    }
  }

  #dialLater (peer: KeptPeer): void {
    if (this.#abort == null || this.#timers.has(peer) || this.#isBusyWith(peer.name) || this.#isSpare(peer)) {
      return
    }

    const { clock, random } = this.#components

    this.#timers.set(peer, clock.timer(peer.delay(random()), () => {
      this.#timers.delete(peer)

      if (!this.#isSpare(peer)) {
        this.#dialKept(peer)
      }
    }))
  }

  #dialKept (peer: KeptPeer): void {
    if (!this.#isBusyWith(peer.name)) {
      this.#run(this.#keep(peer))
    }
  }

  /** Never rejects. */
  async #keep (peer: KeptPeer): Promise<void> {
    const { log, libp2p } = this.#components
    const stopped = this.#abort?.signal

    try {
      await this.#dial(peer.addresses)

      if (peer.kind === 'peer') {
        await libp2p.peerStore.merge(peer.addresses.id, { tags: { [TAG]: { value: TAG_VALUE } } })
      }
    } catch (error) {
      if (stopped?.aborted === false && peer.failed()) {
        log.error('%s %s cannot be reached, and is tried again from time to time: %s', peer.kind === 'peer' ? 'peer' : 'bootstrap peer', peer.name, reasonOf(error))
      }
    }

    if (stopped?.aborted === false && !this.#isConnected(peer.name)) {
      this.#dialLater(peer)
    }
  }

  /** Never rejects. */
  async #dialFound (peer: PeerAddresses): Promise<void> {
    const { clock, log } = this.#components

    try {
      await this.#dial(peer)
      this.#resting.reached(peer.id.toString())
    } catch (error) {
      this.#resting.failed(peer.id.toString(), clock.now())
      log('peer %s of the local network cannot be reached: %s', peer.id.toString(), reasonOf(error))
    }
  }

  async #dial ({ id, multiaddrs }: PeerAddresses): Promise<void> {
    const { libp2p, clock } = this.#components
    const abort = new AbortController()
    const cancel = clock.timer(this.#options.dialTimeout, () => { abort.abort(new Error(`no connection within ${this.#options.dialTimeout / 1000} s`)) })

    this.#dialling.add(id.toString())

    try {
      await libp2p.dial(multiaddrs, { signal: AbortSignal.any([abort.signal, ...this.#abort == null ? [] : [this.#abort.signal]]) })
    } finally {
      cancel()
      this.#dialling.delete(id.toString())
    }
  }

  /** Nobody waits for it; it handles what fails. */
  #run (work: Promise<void>): void {
    work.catch((error: unknown) => { this.#components.log.error('a dial went wrong - %e', error) })
  }

  #isBusyWith (name: string): boolean {
    return this.#dialling.has(name) || this.#isConnected(name)
  }

  #isConnected (name: string): boolean {
    return this.#components.libp2p.getConnections().some(({ remotePeer, status }) => status === 'open' && remotePeer.toString() === name)
  }

  /** There are enough without it. */
  #isSpare ({ kind }: KeptPeer): boolean {
    return kind === 'bootstrap' && this.#components.libp2p.getPeers().length >= this.#options.minPeers
  }
}
