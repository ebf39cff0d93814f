/**
 * A fetch from peers that have everything, again and again: undisturbed, and with
 * one of them killed at the end of some message. What that may cost is said here.
 */
import assert from 'node:assert/strict'
import { MemoryStore, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap'
import { collect } from './collect.ts'

const BLOCKS = 1000

/** The least time in which silence is noticed, by default, and the time of a peer that has said nothing yet; in milliseconds. */
const MIN_SILENCE = 500
const UNMEASURED_SILENCE = 5000

/** What may be lost beside the time in which silence is noticed. */
const ROUND_TRIPS = 2

/** Its connection ends for good, or stays open and carries nothing any more. */
export const Killed = { Closed: 'closed', Silent: 'silent' } as const
export type Killed = typeof Killed[keyof typeof Killed]

export interface Kill {
  how: Killed
  /** Which of the peers. */
  peer: number
  /** After how many messages of the fetch, of whomever; after 0 it is never there. */
  after: number
}

/** Where the peers are, and what they have. Bandwidth is no limit: what is lost is time. */
export interface KillingSetting {
  name: string
  /** One way to each of the peers, in milliseconds. */
  latencies: readonly number[]
  /** Of a block, in bytes. */
  size: number
}

export const KILLING_SETTINGS: readonly KillingSetting[] = [
  { name: 'near peers', latencies: [20, 20, 20, 20], size: 2048 },
  { name: 'far peers', latencies: [100, 100, 100, 100], size: 3000 },
  { name: 'peers near and far', latencies: [10, 30, 60, 90], size: 2048 }
]

interface Fetched {
  /** Milliseconds. */
  time: number
  /** Between all. */
  messages: number
  /** Had the peer said anything before it was killed? */
  wasHeard: boolean
}

export class Killing {
  readonly setting: KillingSetting
  readonly #blocks: Block[]
  /** All that the peers have, who have the same. */
  readonly #store: MemoryStore = new MemoryStore()
  #messages = 0
  /** Milliseconds that it takes when nobody is killed, or without one of the peers: whichever is more, for each. */
  readonly #ideal: number[] = []

  private constructor (setting: KillingSetting, blocks: Block[]) {
    this.setting = setting
    this.#blocks = blocks
    blocks.forEach(({ cid, bytes }) => { this.#store.hold(cid, bytes) })
  }

  /** Fetches all, undisturbed. */
  static async in (setting: KillingSetting): Promise<Killing> {
    const killing = new Killing(setting, await randomBlocks(BLOCKS, { size: setting.size }))

    const { time, messages } = await killing.#fetch()

    killing.#messages = messages

    for (const peer of setting.latencies.keys()) {
      const without = await killing.#fetch({ how: Killed.Closed, peer, after: 0 })

      killing.#ideal.push(Math.max(time, without.time))
    }

    return killing
  }

  /** Every peer at the end of every message, in both ways. */
  all (): Kill[] {
    const kills: Kill[] = []

    for (let after = 1; after < this.#messages; after++) {
      for (const peer of this.setting.latencies.keys()) {
        kills.push({ how: Killed.Closed, peer, after }, { how: Killed.Silent, peer, after })
      }
    }

    return kills
  }

  /** @throws AssertionError when a block is wrong or missing, or it took too long */
  async survive (kill: Kill): Promise<void> {
    const { time, wasHeard } = await this.#fetch(kill)
    const roundTrip = 2 * Math.max(...this.setting.latencies)
    const measured = Math.max(MIN_SILENCE, 4 * 2 * (this.setting.latencies[kill.peer] ?? NaN))
    const silence = wasHeard ? measured : UNMEASURED_SILENCE
    const most = (this.#ideal[kill.peer] ?? NaN) + ROUND_TRIPS * roundTrip + (kill.how === Killed.Silent ? silence : 0)

    assert.ok(time <= most, `${this.setting.name}, peer ${kill.peer} ${kill.how} after ${kill.after} messages: ${time} ms, over ${most} ms`)
  }

  async #fetch (kill?: Kill): Promise<Fetched> {
    let [killed, wasHeard] = [kill == null || kill.after === 0, false]
    const net = new VirtualNetwork({
      trace: { maxEntries: 0 },
      check: false,
      observer: {
        bytesArrived: () => {
          if (!killed && net.trace.dropped >= (kill?.after ?? Infinity)) {
            killed = true
            net.clock.soon(strike)
          }
        }
      }
    })
    const [leech] = await net.instances(1)
    const peers = await net.instances(this.setting.latencies.length, { connected: 'none', store: this.#store })
    const isThere = (peer: number): boolean => kill?.after !== 0 || kill.peer !== peer
    const strike = (): void => {
      const victim = peers[kill?.peer ?? NaN] as Instance

      wasHeard = net.trace.traffic({ from: victim, to: leech }).messages > 0

      if (kill?.how === Killed.Closed) {
        net.disconnect(leech, victim)
      } else {
        net.faults.hold(leech, victim)
      }
    }

    peers.filter((_, i) => isThere(i)).forEach(peer => { net.connect(leech, peer, { latency: this.setting.latencies[peers.indexOf(peer)] ?? NaN }) })
    this.#check(await net.run(collect(leech.bitswap.getBlocks(this.#blocks.map(({ cid }) => cid)))))

    return { time: net.clock.now(), messages: net.trace.dropped, wasHeard }
  }

  #check (got: readonly Block[]): void {
    const byName = new Map(got.map(({ cid, bytes }) => [cid.toString(), bytes]))

    assert.equal(got.length, BLOCKS)

    for (const { cid, bytes } of this.#blocks) {
      assert.deepEqual(byName.get(cid.toString()), bytes)
    }
  }
}
