/**
 * Calls that wait until it is known whether a connected peer speaks Bitswap.
 *
 * Not for: finding it out; {@link PeerWatch.changed} is to be called whenever
 * {@link ConnectedPeers} has learnt something.
 *
 * Limits: each call ends after `identifyTimeout`. A change costs a look per
 * waiting call.
 */
import { UnsupportedProtocolError } from '@libp2p/interface'
import type { PeerId } from '@libp2p/interface'
import type { Clock } from '../core/clock.ts'
import { raceSignal } from '../core/timeout-signal.ts'
import { Standing } from './connected-peers.ts'
import type { ConnectedPeers } from './connected-peers.ts'
import { NotConnectedError } from './errors.ts'
import type { NetworkOptions } from './options.ts'

export interface PeerWatchComponents {
  peers: Pick<ConnectedPeers, 'standing'>
  clock: Clock
}

export class PeerWatch {
  readonly #components: PeerWatchComponents
  readonly #timeout: number
  readonly #waiting: Set<() => void> = new Set()

  constructor (components: PeerWatchComponents, options: Pick<NetworkOptions, 'identifyTimeout'>) {
    this.#components = components
    this.#timeout = options.identifyTimeout
  }

  changed (): void {
    for (const look of [...this.#waiting]) {
      look()
    }
  }

  /**
   * Resolves to true when the peer speaks Bitswap and can be reached, to false
   * when that was not known in time. Rejects with `signal.reason`.
   *
   * @throws UnsupportedProtocolError (libp2p's) when it speaks none
   * @throws NotConnectedError when it is not connected, or leaves
   */
  async speaks (peer: PeerId, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted()

    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    const look = (): void => {
      switch (this.#components.peers.standing(peer)) {
        case Standing.Speaking: resolve(true); break
        case Standing.Mute: reject(new UnsupportedProtocolError(`${peer} does not speak bitswap`)); break
        case Standing.Absent: reject(new NotConnectedError(peer)); break
        case Standing.Unknown: break
      }
    }
    const cancel = this.#components.clock.timer(this.#timeout, () => { resolve(false) })

    this.#waiting.add(look)
    look()

    try {
      return await raceSignal(promise, signal)
    } finally {
      cancel()
      this.#waiting.delete(look)
    }
  }
}
