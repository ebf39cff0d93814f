/**
 * How those of a random scenario keep others within bounds, and in which order
 * they serve them. Drawn apart from the rest of the plan, which is the same
 * without.
 */
import type { NetworkInit } from '../../src/network/options.ts'
import { fairSchedule } from '../../src/server/options.ts'
import type { ServerInit } from '../../src/server/options.ts'
import type { Schedule } from '../../src/server/fair-schedule.ts'
import type { Chance } from './chance.ts'

/** Whose turn it is. */
export const ORDERS = { fair: 5, 'first come': 1, 'last come': 1 } as const
export type Order = keyof typeof ORDERS

/** Limits of one instance. */
export interface LimitsPlan {
  readonly server: Readonly<ServerInit>
  readonly network: Readonly<NetworkInit>
  readonly order: Order
  /** For how long it gives nobody anything, in milliseconds from the start. */
  readonly off: Off | undefined
}

export interface Off {
  readonly how: false | 'silent'
  readonly from: number
  readonly to: number
}

const WAYS_OFF: ReadonlyArray<Off['how']> = [false, 'silent']

/** Bytes a second. */
const UPLOAD_RATES = [10_000, 100_000]
const UPLOAD_RATES_PER_PEER = [5000, 50_000]

/** Some for each of the most peers there are: one that wants a single thing displaces nobody who does. */
const FEW_WANTS = 20

/** @param duration - of the life */
export function drawLimits (chance: Chance, duration: number): LimitsPlan {
  return {
    server: {
      ...chance.oneIn(15) ? { serve: chance.pick(WAYS_OFF) } : {},
      ...chance.oneIn(4) ? { maxWants: chance.pick([FEW_WANTS, 60]) } : {},
      ...chance.oneIn(2) ? { maxBytesUnderWay: chance.pick([1, 3000, 100_000]) } : {},
      ...chance.oneIn(6) ? { uploadRate: chance.pick(UPLOAD_RATES) } : {},
      ...chance.oneIn(6) ? { uploadRatePerPeer: chance.pick(UPLOAD_RATES_PER_PEER) } : {},
      ...chance.oneIn(2) ? { maxAbsenceAge: chance.pick([0, 500, 60_000]) } : {}
    },
    // no honest peer of so few blocks gets over these for long
    network: {
      ...chance.oneIn(3) ? { maxEntries: chance.pick([30, 300]), entryRate: chance.pick([50, 500]) } : {},
      ...chance.oneIn(4) ? { totalEntryRate: chance.pick([300, 3000]) } : {},
      ...chance.oneIn(3) ? { floodTimeout: chance.pick([5000, 20_000]) } : {},
      ...chance.oneIn(3) ? { maxMalformed: chance.pick([1, 3]) } : {},
      ...chance.oneIn(3) ? { offenceRecovery: chance.pick([1000, 20_000]) } : {}
    },
    order: chance.weighted<Order>(ORDERS),
    off: chance.oneIn(8) ? drawOff(chance, duration) : undefined
  }
}

function drawOff (chance: Chance, duration: number): Off {
  const [from, to] = [chance.int(duration), chance.int(duration)].toSorted((a, b) => a - b)

  return { how: chance.pick(WAYS_OFF), from, to }
}

/** The same where none has much upload: blocks wait for their turns. */
export function withThinUploads (limits: readonly LimitsPlan[], chance: Chance): LimitsPlan[] {
  return limits.map(plan => ({
    ...plan,
    server: { ...plan.server, uploadRate: chance.pick([4000, 20_000, Infinity]), uploadRatePerPeer: chance.pick([2000, 10_000, Infinity]) }
  }))
}

export function scheduleOf (order: Order): () => Schedule {
  return order === 'fair' ? fairSchedule : () => new Line(order)
}

/** As an embedder might write one: those who wait stand in line. */
class Line implements Schedule {
  readonly #order: Order
  readonly #waiting: string[] = []

  constructor (order: Order) {
    this.#order = order
  }

  get isEmpty (): boolean {
    return this.#waiting.length === 0
  }

  enter (peer: string): void {
    this.#waiting.push(peer)
  }

  leave (peer: string): void {
    const place = this.#waiting.indexOf(peer)

    if (place !== -1) {
      this.#waiting.splice(place, 1)
    }
  }

  next (): string | undefined {
    return this.#order === 'first come' ? this.#waiting.shift() : this.#waiting.pop()
  }

  given (): void {}

  forget (peer: string): void {
    this.leave(peer)
  }
}
