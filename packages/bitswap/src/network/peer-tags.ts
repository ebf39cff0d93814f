/**
 * What libp2p's connection manager is told of peers, one call at a time. Of
 * several words of one name about one peer only the last is passed on.
 *
 * Limits: one entry a tag that a peer has, or is about to have or lose. A call
 * that libp2p does not answer is left behind after `CALL_TIMEOUT`.
 */
import type { Logger, PeerId } from '@libp2p/interface'
import type { Clock } from '../core/clock.ts'
import { inTime } from '../core/timeout-signal.ts'
import type { Host } from './host.ts'
import type { PeerTag, TagName } from './network.ts'

/** In milliseconds. Its peer store waits for a lock on the peer, and for its datastore. */
const CALL_TIMEOUT = 10_000

export interface PeerTagsComponents {
  clock: Clock
  host: Pick<Host, 'tag'>
  log: Logger
}

/** One tag of one peer. */
interface Named {
  peer: PeerId
  name: TagName
}

export class PeerTags {
  readonly #components: PeerTagsComponents
  readonly #tagged: Map<string, Named> = new Map()
  readonly #due: Map<string, Named & { tag: PeerTag | undefined }> = new Map()
  #telling: Promise<void> | undefined

  constructor (components: PeerTagsComponents) {
    this.#components = components
  }

  set (peer: PeerId, name: TagName, tag: PeerTag | undefined): void {
    const key = `${peer.toString()} ${name}`

    if (tag == null) {
      this.#tagged.delete(key)
    } else {
      this.#tagged.set(key, { peer, name })
    }

    this.#due.set(key, { peer, name, tag })
    this.#telling ??= this.#tell()
  }

  /** Takes back all. Resolves when that is done, or has failed: with one call after the other this may take long. */
  async clear (): Promise<void> {
    for (const { peer, name } of [...this.#tagged.values()]) {
      this.set(peer, name, undefined)
    }

    await this.#telling
  }

  async #tell (): Promise<void> {
    const { clock, host, log } = this.#components

    // also those that come while it runs
    for (const [key, { peer, name, tag }] of this.#due) {
      this.#due.delete(key)

      try {
        await inTime(clock, CALL_TIMEOUT, async () => { await host.tag(peer, name, tag) })
      } catch (error) {
        log.error('could not tag %p - %e', peer, error)
      }
    }

    this.#telling = undefined
  }
}
