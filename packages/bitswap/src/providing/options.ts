/** What can be set about announcing what is here, and what is used when it is not. */
import type { AbortOptions } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { ProvideStore } from './provide-store.ts'

/** Lists what is to be announced again and again. Asked once for every slice of the interval; bodies need not be read. */
export type ProvideKeys = (options: AbortOptions) => AsyncIterable<CID>

export interface ProvidingInit {
  /**
   * What is announced to routing. `'all'`: every block that is added or fetched.
   * `'roots'` and `'pinned'`: what `provide` is called for; the two differ in
   * what the caller's `keys` lists. In each case what `keys` lists as well.
   * `'none'`: nothing, also where there is no routing that can `provide`. With any
   * other what announces is loaded (`import()`) at the start, which does not wait for
   * it, nor fails with it: a service worker may not load it so, and needs one file.
   *
   * @default 'none'
   */
  strategy?: 'all' | 'roots' | 'pinned' | 'none'

  /**
   * What is announced again in every `interval`. `false`: nothing is, a CID is
   * announced when it is added, and forgotten by routing some day (Kubo's DHT: 48 h).
   *
   * @default false
   */
  keys?: false | ProvideKeys

  /**
   * Where what is to be announced survives a restart. `false`: nowhere.
   *
   * @default false
   */
  store?: false | ProvideStore

  /**
   * CIDs that wait to be announced. With `keys` half of it is kept for what they
   * list, so that neither takes the room of the other. What does not fit is
   * dropped, and counted, until the sweep comes by; a root takes the place of the
   * last block.
   *
   * @default 262144
   */
  maxQueued?: number

  /**
   * CIDs that are announced at a time. In a DHT each takes some ten seconds, and
   * connections to twenty peers.
   *
   * @default 16
   */
  workers?: number

  /**
   * CIDs that are begun with in a second. No bound by itself: `workers`, and the
   * time that each takes, are one where it matters.
   *
   * @default Infinity
   */
  maxPerSecond?: number

  /**
   * How long routing may take for one CID, in milliseconds. After that it has
   * failed, whatever becomes of it.
   *
   * @default 60000
   */
  timeout?: number

  /**
   * In how many milliseconds all that `keys` lists is announced once, evenly
   * spread. (Kubo: 22 h too; a DHT keeps what it is told for 48 h.) 0: never again.
   *
   * @default 79200000
   */
  interval?: number

  /**
   * How often a CID may fail before it is given up until the sweep comes by. It
   * counts only if something else was announced since it failed last: without a
   * network nothing is given up.
   *
   * @default 10
   */
  maxAttempts?: number

  /**
   * How long a CID that failed waits, in milliseconds; twice as long each time.
   * Also how long all wait when everything fails.
   *
   * @default 10000
   */
  retryDelay?: number

  /**
   * The longest wait of these, in milliseconds.
   *
   * @default 300000
   */
  maxRetryDelay?: number
}

export type ProvidingOptions = Readonly<Required<ProvidingInit>>

export const PROVIDING_DEFAULTS: ProvidingOptions = Object.freeze({
  strategy: 'none',
  keys: false,
  store: false,
  maxQueued: 262_144,
  workers: 16,
  maxPerSecond: Infinity,
  timeout: 60_000,
  interval: 79_200_000,
  maxAttempts: 10,
  retryDelay: 10_000,
  maxRetryDelay: 300_000
})
