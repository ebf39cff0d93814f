/**
 * Remembers peers that could not be dialled, so that they are not dialled again
 * at once for the next block: half a minute first, then twice as long after each
 * failure, up to ten minutes. Pure.
 *
 * Limits: 1024 peers; over it whoever was dialled the longest ago is forgotten,
 * and may be dialled at once.
 */

/** How long a peer is left alone, in milliseconds: first, and at most. */
const REST = 30_000
const MAX_REST = 600_000

const MAX_PEERS = 1024

export class Unreachable {
  readonly #peers: Map<string, { rest: number, until: number }> = new Map()

  get size (): number {
    return this.#peers.size
  }

  /** Is it to be left alone? */
  has (key: string, now: number): boolean {
    return now < (this.#peers.get(key)?.until ?? -Infinity)
  }

  /** Dialling it failed. */
  failed (key: string, now: number): void {
    const last = this.#peers.get(key)
    const rest = last == null ? REST : Math.min(last.rest * 2, MAX_REST)

    this.#peers.delete(key)
    this.#peers.set(key, { rest, until: now + rest })

    if (this.#peers.size > MAX_PEERS) {
      for (const oldest of this.#peers.keys()) {
        this.#peers.delete(oldest)
        break
      }
    }
  }

  /** It is connected, whoever dialled. */
  reached (key: string): void {
    this.#peers.delete(key)
  }
}
