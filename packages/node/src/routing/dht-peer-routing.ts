/**
 * A DHT as libp2p asks it where peers are. libp2p's random walk asks it again and
 * again, in the turn in which it is answered: with nobody in the DHT, or nobody
 * that answers, nothing else would ever be done. So who looks for the closest peers
 * waits for the first peer of the table, and after a look that found nobody a while
 * longer each time.
 */
import type { DhtTable } from './dht-table.ts'
import { firstPeer } from './dht-table.ts'
import { pause } from './pause.ts'
import type { AbortOptions, PeerInfo, PeerRouting } from '@libp2p/interface'
import type { Clock } from 'ts-bitswap'

/** How long after a look that found nobody, in milliseconds, and how long at the most; it doubles. */
const REST = 1_000
const MAX_REST = 60_000

export class DhtPeerRouting implements PeerRouting {
  readonly #inner: PeerRouting
  readonly #table: DhtTable
  readonly #clock: Clock
  /** Of the next look. */
  #rest = 0
  #endedAt = 0

  constructor (inner: PeerRouting, table: DhtTable, clock: Clock) {
    this.#inner = inner
    this.#table = table
    this.#clock = clock
  }

  async findPeer (...args: Parameters<PeerRouting['findPeer']>): Promise<PeerInfo> {
    return await this.#inner.findPeer(...args)
  }

  async * getClosestPeers (key: Uint8Array, options: AbortOptions = {}): AsyncGenerator<PeerInfo> {
    const signal = options.signal ?? undefined
    const rest = this.#endedAt + this.#rest - this.#clock.now()

    if (rest > 0) {
      await pause(this.#clock, rest, signal)
    }

    await firstPeer(this.#table, signal)

    let found = false

    try {
      for await (const peer of this.#inner.getClosestPeers(key, options)) {
        found = true
        yield peer
      }
    } finally {
      this.#rest = found ? 0 : Math.min(MAX_REST, Math.max(REST, this.#rest * 2))
      this.#endedAt = this.#clock.now()
    }
  }
}
