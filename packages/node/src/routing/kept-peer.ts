/** A peer to be connected with, and how its dials went. Pure. */
import type { PeerAddresses } from './peer-addresses.ts'

/** A connection that ends sooner, in milliseconds, is as good as a dial that failed. */
const LASTING = 10_000

export interface KeptPeerOptions {
  reconnectDelay: number
  maxReconnectDelay: number
}

/** Of a peer that is given as both the first counts. */
export type KeptPeerKind = 'peer' | 'bootstrap'

export class KeptPeer {
  readonly kind: KeptPeerKind
  readonly addresses: PeerAddresses
  readonly #options: KeptPeerOptions
  #failures = 0
  #told = false
  #connectedAt = -Infinity

  constructor (kind: KeptPeerKind, addresses: PeerAddresses, options: KeptPeerOptions) {
    this.kind = kind
    this.addresses = addresses
    this.#options = options
  }

  get name (): string {
    return this.addresses.id.toString()
  }

  /** Dials that failed, one after the other; or led to nothing that lasted. */
  get failures (): number {
    return this.#failures
  }

  /** True when it is to be told: it could not be reached before, and that was told. */
  reached (now: number): boolean {
    const told = this.#told

    this.#connectedAt = now
    this.#told = false

    return told
  }

  /** It was connected, and is not any more. */
  left (now: number): void {
    this.#failures = now - this.#connectedAt < LASTING ? this.#failures + 1 : 0
  }

  /** True when it is to be told: not of each dial. */
  failed (): boolean {
    const told = this.#told

    this.#failures++
    this.#told = true

    return !told
  }

  /** Milliseconds until it is dialled again. */
  delay (random: number): number {
    const { reconnectDelay, maxReconnectDelay } = this.#options
    const most = this.kind === 'bootstrap' ? maxReconnectDelay * 5 : maxReconnectDelay
    const doubled = reconnectDelay * 2 ** Math.min(Math.max(0, this.#failures - 1), 30)

    return Math.min(doubled, most) * (1 + random / 4)
  }
}
