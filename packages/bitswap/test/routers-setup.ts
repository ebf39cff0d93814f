/** Several routers in virtual time, and ways for them to be wrong. */
import type { AbortOptions, Logger, PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { sleep } from '../src/core/clock.ts'
import { CombinedRouting } from '../src/routing/combined-routing.ts'
import { resolveRoutersOptions } from '../src/routing/options.ts'
import type { RoutersInit } from '../src/routing/options.ts'
import type { NamedProvider, Router } from '../src/routing/router.ts'
import { peerIdFromSeed } from '../src/testing/peer-ids.ts'
import { randomBlocks } from '../src/testing/random-blocks.ts'
import { VirtualClock } from '../src/testing/virtual-clock.ts'

export const self: PeerId = peerIdFromSeed(0)
export const peers: PeerId[] = Array.from({ length: 40 }, (_, i) => peerIdFromSeed(i + 1))
export const [{ cid }] = await randomBlocks(1, { size: 8 })
export const NEVER: Promise<never> = new Promise<never>(() => {})

export class RoutersSetup {
  readonly clock: VirtualClock = new VirtualClock()
  readonly logged: string[] = []
  readonly routing: CombinedRouting

  constructor (routers: (clock: VirtualClock) => Router[], init: RoutersInit = {}) {
    const error = (text: string): void => { this.logged.push(`error: ${text}`) }
    const log: Logger = Object.assign((text: string) => { this.logged.push(text) }, { enabled: true, error, trace: () => {}, newScope: () => log })

    this.routing = new CombinedRouting(routers(this.clock), { clock: this.clock, log, self }, resolveRoutersOptions(init))
  }

  /** Whom a look-up names, by their numbers, with the time each took. */
  async find (options: AbortOptions = {}, take: number = Infinity): Promise<string[]> {
    const start = this.clock.now()
    const found: string[] = []

    await this.clock.run((async () => {
      for await (const { id, multiaddrs } of this.routing.findProviders?.(cid, options) ?? []) {
        found.push([peers.findIndex(peer => peer.equals(id)), ...multiaddrs, `@${this.clock.now() - start}`].join(' '))

        if (found.length >= take) {
          break
        }
      }
    })())

    return found
  }
}

/** Names these, each after `delay`. */
export function naming (clock: VirtualClock, name: string, delay: number, ...providers: Array<NamedProvider | number>): Router {
  return {
    name,
    async * findProviders (_cid: CID, options: AbortOptions = {}) {
      for (const provider of providers) {
        await sleep(clock, delay, options.signal ?? undefined)
        yield typeof provider === 'number' ? { id: peers[provider], multiaddrs: [] } : provider
      }
    }
  }
}

/** Answers nothing, and ignores its signal. */
export function hanging (name: string, counts?: { ended: number }): Router {
  return {
    name,
    findProviders: () => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => await NEVER,
        return: async () => {
          if (counts != null) {
            counts.ended++
          }

          return await NEVER
        }
      })
    }),
    provide: async () => await NEVER
  }
}

export function failing (name: string, error: unknown = new Error('out of order')): Router {
  return {
    name,
    findProviders () {
      throw error as Error
    },
    provide: async () => { throw error as Error }
  }
}
