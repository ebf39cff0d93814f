/** Providing in virtual time: a router that logs and has faults, a store that survives, processes that are killed. */
import type { AbortOptions } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { multihashKey } from '../../src/core/cid-map.ts'
import type { Clock } from '../../src/core/clock.ts'
import { SeededRandom } from '../../src/core/random.ts'
import { cidOfKey } from '../../src/message/cid-key.ts'
import type { ProvidingInit } from '../../src/providing/options.ts'
import type { ProvideChange, ProvideStore, SavedProvide, SavedProvides, SavedSweep } from '../../src/providing/provide-store.ts'
import { Providing } from '../../src/providing/providing.ts'
import { resolveProvidingOptions } from '../../src/providing/resolve-options.ts'
import { randomCid } from '../../src/testing/random-blocks.ts'
import { VirtualNetwork } from '../../src/testing/virtual-network.ts'
import type { VirtualRouting } from '../../src/testing/virtual-routing.ts'
import { NodeClock } from '../../src/testing/wire/node-clock.ts'
import type { VirtualNode } from '../../src/testing/wire/virtual-node.ts'
import { keptLog } from './kept-log.ts'
import type { KeptLog } from './kept-log.ts'

export function cidsOf (seed: number, count: number): CID[] {
  const random = new SeededRandom(seed)

  return Array.from({ length: count }, () => randomCid(random))
}

/** Keeps them in memory, with the time of its clock. Fails, hangs or takes its time while it is told to. */
export class KeptProvides implements ProvideStore {
  readonly entries: Map<string, { cid: CID, kind: SavedProvide['kind'], since: number }> = new Map()
  readonly changes: ProvideChange[] = []
  sweep: SavedSweep & { at: number } | undefined
  failure: Error | undefined
  stuck: Promise<void> | undefined
  loads = 0
  readonly #clock: Clock

  constructor (clock: Clock) {
    this.#clock = clock
  }

  async load (_options?: AbortOptions): Promise<SavedProvides> {
    this.loads++
    await this.#called()

    const { sweep } = this

    return { sweep: sweep == null ? undefined : { ...sweep, ago: sweep.ago + this.#clock.now() - sweep.at }, entries: this.#list() }
  }

  async apply (change: ProvideChange, _options?: AbortOptions): Promise<void> {
    await this.#called()
    this.changes.push(change)

    for (const cid of change.delete) {
      this.entries.delete(multihashKey(cid))
    }

    for (const { cid, kind, waited } of change.put) {
      this.entries.set(multihashKey(cid), { cid, kind, since: this.#clock.now() - waited })
    }

    this.sweep = change.sweep == null ? this.sweep : { ...change.sweep, at: this.#clock.now() }
  }

  async * #list (): AsyncGenerator<SavedProvide> {
    const all = [...this.entries.values()].sort((a, b) => Number(b.kind === 'root') - Number(a.kind === 'root'))

    for (const { cid, kind, since } of all) {
      yield { cid, kind, waited: this.#clock.now() - since }
    }
  }

  async #called (): Promise<void> {
    await this.stuck

    if (this.failure != null) {
      throw this.failure
    }
  }
}

/** One life of a process that announces. */
export class ProvidingProcess {
  readonly providing: Providing
  readonly log: KeptLog = keptLog()
  readonly #clock: NodeClock
  #isDead = false

  constructor (world: ProvidingWorld, init: ProvidingInit) {
    const { store } = init
    const routing = world.routing.of(world.node)

    this.#clock = new NodeClock(world.clock)
    this.providing = new Providing({
      routing: { provide: async (cid, options) => { await this.#alive(async () => { await routing.provide(cid, options) }) } },
      clock: this.#clock,
      log: this.log.forComponent('bitswap:providing'),
      cidOfKey,
      provided: () => {}
    }, resolveProvidingOptions({
      strategy: 'roots',
      ...init,
      ...store == null || store === false ? {} : {
        store: {
          load: async options => await this.#alive(async () => await store.load(options)),
          apply: async (change, options) => { await this.#alive(async () => { await store.apply(change, options) }) }
        }
      }
    }))
  }

  /** Nothing of it happens any more. */
  kill (): void {
    this.#isDead = true
    this.#clock.end()
  }

  get pending (): number {
    return this.#clock.pending
  }

  async #alive<T> (work: () => Promise<T>): Promise<T> {
    const result = this.#isDead ? undefined : await work()

    return this.#isDead ? await new Promise(() => {}) : result as T
  }
}

export class ProvidingWorld {
  readonly net: VirtualNetwork = new VirtualNetwork()
  readonly node: VirtualNode = this.net.createNode({ name: 'us' })
  readonly routing: VirtualRouting
  readonly store: KeptProvides

  constructor (init: { provideDelay?: number } = {}) {
    this.routing = this.net.routing(init)
    this.store = new KeptProvides(this.clock)
  }

  get clock (): VirtualNetwork['clock'] {
    return this.net.clock
  }

  /** Started. */
  begin (init: ProvidingInit = {}): ProvidingProcess {
    const process = new ProvidingProcess(this, init)

    process.providing.start()

    return process
  }

  /** How often each was announced, and when, by multihash. */
  announced (): Map<string, number[]> {
    const times = new Map<string, number[]>()

    for (const { cid, at } of this.routing.provided) {
      const key = multihashKey(cid)

      times.set(key, [...times.get(key) ?? [], at])
    }

    return times
  }

  /** How often those were announced. */
  timesOf (cids: readonly CID[]): number[] {
    const announced = this.announced()

    return cids.map(cid => announced.get(multihashKey(cid))?.length ?? 0)
  }
}
