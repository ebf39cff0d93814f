/**
 * What a peer that came could not be offered at once, as its wantlist was full:
 * it is offered as there is room. Pure.
 *
 * Limits: looks at no more wants than nobody was known to have when it began,
 * and at each once. What joined them since is asked of the peer in its turn.
 */
import type { ClientPeer } from './client-peer.ts'
import type { Want } from './want.ts'

export class UnofferedWants {
  #wants: Iterator<Want, undefined> | undefined
  #left: number

  /** @param unresolved - in order of insertion: what is moved to its end meanwhile lies behind all that is still to be looked at */
  constructor (unresolved: ReadonlySet<Want>) {
    this.#wants = unresolved.values()
    this.#left = unresolved.size
  }

  /** The next that the peer is to be offered; undefined while it has no room or is silent, and when none is left. */
  next (peer: ClientPeer): Want | undefined {
    while (this.#wants != null && !peer.stalled && peer.wants.hasRoom) {
      const want = this.#left-- > 0 ? this.#wants.next().value : undefined

      if (want == null) {
        this.#wants = undefined
      } else if (!want.holders.has(peer) && !want.isAnsweredBy(peer)) {
        return want
      }
    }

    return undefined
  }
}
