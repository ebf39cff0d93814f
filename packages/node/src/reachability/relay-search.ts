/**
 * Has relays accept connections for us as long as no public address of ours is
 * known to be reachable, and stays connected to those that were named. A service
 * of libp2p, whose own search goes on when we turn out to be reachable, and whose
 * way to listen at a named relay fails the start when it does not answer.
 *
 * Limits: a relay that does not answer is dialled again after half a minute, then
 * ever more rarely, up to every ten minutes; one dial to each at a time.
 */
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { isPublicAddress } from './public-address.ts'
import type { ReachabilityOptions } from './options.ts'
import type { ComponentLogger, Connection, Listener, Logger, PeerId, Startable } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Of libp2p's own parts, what is used. */
export interface RelaySearchComponents {
  logger: ComponentLogger
  addressManager: { getAddresses (): Multiaddr[] }
  connectionManager: {
    getConnections (peer: PeerId): Connection[]
    openConnection (address: Multiaddr, options: { signal: AbortSignal }): Promise<Connection>
  }
  transportManager: { listen (addresses: Multiaddr[]): Promise<void>, getListeners (): Listener[] }
}

/** In milliseconds. */
const CHECK_INTERVAL = 30_000
const DIAL_TIMEOUT = 10_000

/** Checks that are let go by before a relay is dialled once more: ten minutes. */
const MAX_PAUSE = 20

interface NamedRelay {
  peer: PeerId
  address: Multiaddr
  dialling: boolean
  /** Checks to let go by. */
  pause: number
  nextPause: number
}

export class RelaySearch implements Startable {
  readonly #components: RelaySearchComponents
  readonly #maxRelays: number
  readonly #relays: readonly NamedRelay[]
  readonly #log: Logger
  readonly #checkInterval: number
  /** Ours, while we look for relays. */
  #listeners: readonly Listener[] = []
  #isChanging = false
  #timer: NodeJS.Timeout | undefined
  #stopping = new AbortController()

  constructor (components: RelaySearchComponents, { maxRelays, relays }: Pick<ReachabilityOptions, 'maxRelays' | 'relays'>, checkInterval: number = CHECK_INTERVAL) {
    this.#components = components
    this.#maxRelays = maxRelays
    this.#relays = relays.map(each => namedRelay(multiaddr(each)))
    this.#log = components.logger.forComponent('bitswap:reachability')
    this.#checkInterval = checkInterval
  }

  start (): void {}

  /** Begins to look; nobody waits for it. */
  afterStart (): void {
    this.#stopping = new AbortController()
    this.#timer ??= setInterval(() => { this.#check() }, this.#checkInterval)
    this.#check()
  }

  /** Dials are ended; the listeners are libp2p's to close. */
  stop (): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#listeners = []
    this.#stopping.abort()
  }

  #check (): void {
    for (const relay of this.#relays) {
      this.#stayConnected(relay)
    }

    if (!this.#isChanging) {
      this.#isChanging = true
      this.#listenOrNot().then(
        () => { this.#isChanging = false },
        (error: unknown) => {
          this.#isChanging = false
          this.#log.error('looking for relays failed - %e', error)
        }
      )
    }
  }

  async #listenOrNot (): Promise<void> {
    const { addressManager, transportManager } = this.#components
    const isReachable = addressManager.getAddresses().some(isPublicAddress)

    if (isReachable && this.#listeners.length > 0) {
      const unneeded = this.#listeners

      this.#listeners = []
      await Promise.all(unneeded.map(async listener => { await listener.close() }))
    } else if (!isReachable && this.#listeners.length === 0) {
      const others = new Set(transportManager.getListeners())

      // one for each relay: libp2p looks for as many
      await transportManager.listen(Array.from({ length: this.#maxRelays }, () => multiaddr('/p2p-circuit')))
      this.#listeners = transportManager.getListeners().filter(each => !others.has(each))
    }
  }

  /** As with any connected peer that is a relay, libp2p then asks it for a place. */
  #stayConnected (relay: NamedRelay): void {
    if (this.#components.connectionManager.getConnections(relay.peer).length > 0) {
      relay.pause = 0
      relay.nextPause = 0
    } else if (relay.pause > 0) {
      relay.pause--
    } else if (!relay.dialling) {
      this.#dial(relay)
    }
  }

  #dial (relay: NamedRelay): void {
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(DIAL_TIMEOUT)])

    relay.dialling = true
    this.#components.connectionManager.openConnection(relay.address, { signal }).then(
      () => { relay.dialling = false },
      (error: unknown) => {
        relay.dialling = false
        relay.pause = relay.nextPause
        relay.nextPause = Math.min(MAX_PAUSE, relay.nextPause * 2 + 1)
        this.#log('relay %a could not be reached - %e', relay.address, error)
      }
    )
  }
}

function namedRelay (address: Multiaddr): NamedRelay {
  const id = address.getComponents().findLast(({ name }) => name === 'p2p')?.value ?? ''

  return { peer: peerIdFromString(id), address, dialling: false, pause: 0, nextPause: 0 }
}
