/**
 * What libp2p's connection manager is told of peers, one call at a time. Of
 * several words about one peer only the last is passed on.
 *
 * Limits: one entry a peer that has a tag, or is about to have or lose it. A call
 * that libp2p does not answer is left behind after `CALL_TIMEOUT`.
 */
import type { Logger, PeerId } from '@libp2p/interface'
import type { Clock } from '../core/clock.ts'
import { raceSignal, timeoutSignal } from '../core/timeout-signal.ts'
import type { Host } from './host.ts'
import type { PeerTag } from './network.ts'

/** One for all sessions: libp2p adds up the tags of a peer. */
export const TAG_NAME = 'bitswap'

/** In milliseconds. Its peer store waits for a lock on the peer, and for its datastore. */
const CALL_TIMEOUT = 10_000

export interface PeerTagsComponents {
  clock: Clock
  host: Pick<Host, 'tag'>
  log: Logger
}

export class PeerTags {
  readonly #components: PeerTagsComponents
  readonly #tagged: Map<string, PeerId> = new Map()
  readonly #due: Map<string, { peer: PeerId, tag: PeerTag | undefined }> = new Map()
  #telling: Promise<void> | undefined

  constructor (components: PeerTagsComponents) {
    this.#components = components
  }

  set (peer: PeerId, tag: PeerTag | undefined): void {
    const key = peer.toString()

    if (tag == null) {
      this.#tagged.delete(key)
    } else {
      this.#tagged.set(key, peer)
    }

    this.#due.set(key, { peer, tag })
    this.#telling ??= this.#tell()
  }

  /** Takes back all. Resolves when that is done, or has failed: with one call after the other this may take long. */
  async clear (): Promise<void> {
    for (const peer of [...this.#tagged.values()]) {
      this.set(peer, undefined)
    }

    await this.#telling
  }

  async #tell (): Promise<void> {
    const { clock, host, log } = this.#components

    // also those that come while it runs
    for (const [key, { peer, tag }] of this.#due) {
      this.#due.delete(key)

      const timeout = timeoutSignal(clock, CALL_TIMEOUT)

      try {
        await raceSignal(host.tag(peer, TAG_NAME, tag), timeout.signal)
      } catch (error) {
        log.error('could not tag %p - %e', peer, error)
      } finally {
        timeout.clear()
      }
    }

    this.#telling = undefined
  }
}
