/**
 * Remembers peers that could not be dialled, so that they are not dialled again
 * each time they are found: half a minute first, then twice as long after each
 * failure, up to ten minutes. Pure.
 *
 * Limits: 256 peers; over it whoever was dialled the longest ago is forgotten.
 */

/** In milliseconds. */
const REST = 30_000
const MAX_REST = 600_000

const MAX_PEERS = 256

export class RestingPeers {
  readonly #peers: Map<string, { rest: number, until: number }> = new Map()

  get size (): number {
    return this.#peers.size
  }

  has (name: string, now: number): boolean {
    return now < (this.#peers.get(name)?.until ?? -Infinity)
  }

  failed (name: string, now: number): void {
    const rest = Math.min((this.#peers.get(name)?.rest ?? REST / 2) * 2, MAX_REST)

    this.#peers.delete(name)
    this.#peers.set(name, { rest, until: now + rest })

    if (this.#peers.size > MAX_PEERS) {
      const oldest = this.#peers.keys().next()

      this.#peers.delete(oldest.value ?? name)
    }
  }

  reached (name: string): void {
    this.#peers.delete(name)
  }
}
