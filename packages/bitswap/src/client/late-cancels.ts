/**
 * When cancels that wait for company are said alone: all of them together, at
 * most `MAX_WAIT` after the first began to wait. Pure.
 *
 * Limits: one entry for each connected peer.
 */
import type { ClientPeer } from './client-peer.ts'

/** Milliseconds. */
const MAX_WAIT = 1000

export class LateCancels {
  readonly #peers: Set<ClientPeer> = new Set()
  #at: number | undefined

  /** When `takeDue` is due. */
  get next (): number | undefined {
    return this.#at
  }

  /** It has, or may have, cancels that wait. */
  add (peer: ClientPeer): void {
    if (peer.wants.cancels.isWaiting) {
      this.#peers.add(peer)
    }
  }

  /** It has left. */
  delete (peer: ClientPeer): void {
    this.#peers.delete(peer)

    if (this.#peers.size === 0) {
      this.#at = undefined
    }
  }

  /** From now on time runs for those that were added. */
  start (now: number): void {
    if (this.#at == null && this.#peers.size > 0) {
      this.#at = now + MAX_WAIT
    }
  }

  /** Peers whose cancels wait no longer. */
  takeDue (now: number): ClientPeer[] {
    if (this.#at == null || now < this.#at) {
      return []
    }

    const due = [...this.#peers].filter(peer => peer.wants.cancels.isWaiting)

    this.#at = undefined
    this.#peers.clear()

    for (const peer of due) {
      peer.wants.cancels.waitNoLonger()
    }

    return due
  }
}
