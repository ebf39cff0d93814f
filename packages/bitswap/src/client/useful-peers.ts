/**
 * Tells the connection manager which peers are of use to open sessions, so that
 * it closes others first: those that are asked for something, and above them
 * those that sent a block that was wanted. Taken back when no session has them
 * any more, when they leave, and on stop.
 *
 * Limits: one mark a connected peer. At most two calls a peer each `TTL` / 2
 * while it is of use, and one to end that, however many blocks and sessions.
 */
import type { PeerId } from '@libp2p/interface'
import type { Cancel, Clock } from '../core/clock.ts'
import type { ClientPeer } from './client-peer.ts'

/** Of a peer that a session asks. (As boxo.) */
const ASKED = 5

/** Of a peer that delivered: the highest libp2p takes. It has no protection but that; boxo protects such peers. */
const DELIVERED = 100

/** A session may be open for ever: a peer that is of no use for so many milliseconds is worth no more than others. */
const TTL = 600_000

/** Sessions come and go with every call: those whose last has gone are marked for so many milliseconds more. */
const GRACE = 10_000

export interface UsefulPeersComponents {
  clock: Clock
  network: { tag (peer: PeerId, tag: { value: number, ttl: number } | undefined): void }
}

export class UsefulPeers {
  readonly #components: UsefulPeersComponents
  readonly #marks: Map<ClientPeer, { value: number, at: number }> = new Map()
  #cancelSweep: Cancel | undefined

  constructor (components: UsefulPeersComponents) {
    this.#components = components
  }

  get size (): number {
    return this.#marks.size
  }

  /** It is told of wants. */
  asked (peer: ClientPeer): void {
    this.#mark(peer, ASKED)
  }

  /** It sent a block that was wanted. */
  delivered (peer: ClientPeer): void {
    this.#mark(peer, DELIVERED)
  }

  /** Some may be in no session any more. */
  sessionClosed (): void {
    if (this.#marks.size > 0) {
      this.#cancelSweep ??= this.#components.clock.timer(GRACE, () => {
        this.#cancelSweep = undefined
        this.#sweep()
      })
    }
  }

  left (peer: ClientPeer): void {
    if (this.#marks.delete(peer)) {
      this.#components.network.tag(peer.peer, undefined)
    }
  }

  stop (): void {
    this.#cancelSweep?.()
    this.#cancelSweep = undefined

    for (const peer of [...this.#marks.keys()]) {
      this.left(peer)
    }
  }

  /** Called for each block: costs a look-up unless there is something to say. */
  #mark (peer: ClientPeer, value: number): void {
    const { clock, network } = this.#components
    const now = clock.now()
    const known = this.#marks.get(peer)

    if (peer.sessions.size === 0 || (known != null && known.value >= value && now - known.at < TTL / 2)) {
      return
    }

    const least = known != null && now - known.at < TTL ? known.value : 0
    const mark = { value: Math.max(value, least), at: now }

    this.#marks.set(peer, mark)
    network.tag(peer.peer, { value: mark.value, ttl: TTL })
  }

  #sweep (): void {
    for (const peer of [...this.#marks.keys()]) {
      if (peer.sessions.size === 0) {
        this.left(peer)
      }
    }
  }
}
