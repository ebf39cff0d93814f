/** What happens to the connections of a random scenario. */
import { StreamResetError } from '@libp2p/interface'
import type { Heal } from '../../src/testing/faults.ts'
import type { Act, ActionKind } from './actions.ts'
import type { Chance } from './chance.ts'
import type { Resident } from './resident.ts'
import type { World } from './world.ts'

type Kinds = 'disconnect' | 'blink' | 'connect' | 'part' | 'hold' | 'stall' | 'reset' | 'cut' | 'change a byte' | 'refuse streams'

/** Bytes that pass before something happens to them. */
const AFTER = [0, 10, 200, 3000, 30_000]

export class LinkActs {
  readonly acts: Pick<Record<ActionKind, Act>, Kinds> = {
    disconnect: chance => this.#onLink(chance, (a, b) => this.#disconnect(a, b)),
    blink: chance => this.#onLink(chance, (a, b) => this.#blink(chance, a, b)),
    connect: chance => this.#connect(chance),
    part: chance => this.#part(chance),
    hold: chance => this.#onLink(chance, (a, b) => this.#hold(chance, a, b)),
    stall: chance => this.#onLink(chance, (a, b) => this.#stall(chance, a, b)),
    reset: chance => this.#onLink(chance, (a, b) => this.#reset(a, b)),
    cut: chance => this.#onLink(chance, (a, b) => this.#cut(chance, a, b)),
    'change a byte': chance => this.#onLink(chance, (a, b) => this.#changeByte(chance, a, b)),
    'refuse streams': chance => this.#onLink(chance, (a, b) => this.#refuse(chance, a, b))
  }

  readonly #world: World

  constructor (world: World) {
    this.#world = world
  }

  /** In either direction; mostly where something is wanted. */
  #onLink (chance: Chance, act: (a: Resident, b: Resident) => string): string {
    const pairs = this.#world.connectedPairs()
    const busy = chance.oneIn(4) ? [] : pairs.filter(([a, b]) => a.wantsOf(b) || b.wantsOf(a))
    const pair = chance.pickAny(busy.length > 0 ? busy : pairs)

    if (pair == null) {
      return 'none is connected'
    }

    const [a, b] = chance.oneIn(2) ? pair : pair.toReversed()

    return `${a.name} ${b.name} ${act(a, b)}`.trim()
  }

  #disconnect (a: Resident, b: Resident): string {
    this.#world.disconnect(a, b)

    return ''
  }

  /** They are back before anybody has noticed. */
  #blink (chance: Chance, a: Resident, b: Resident): string {
    const duration = chance.int(100)

    this.#world.disconnect(a, b)
    this.#world.net.clock.timer(duration, () => { this.#world.connect(a, b) })

    return `for ${duration} ms`
  }

  #connect (chance: Chance): string {
    const [a, b] = chance.pick(this.#world.pairs())
    const identifyDelay = chance.oneIn(4) ? chance.int(300) : 0

    this.#world.connect(a, b, identifyDelay)

    return `${a.name} ${b.name}${identifyDelay === 0 ? '' : `, identified after ${identifyDelay} ms`}`
  }

  #part (chance: Chance): string {
    const { net, residents, ties, pairs } = this.#world
    const inFirst = new Set(residents.filter(() => chance.oneIn(2)))
    const parts = [[...inFirst], residents.filter(resident => !inFirst.has(resident))]
    const heal = net.faults.partition(...parts.map(part => part.map(({ instance }) => instance)))
    const caughtUp = pairs.call(this.#world).filter(([a, b]) => inFirst.has(a) !== inFirst.has(b)).map(([a, b]) => ties.delayed(a, b))

    return `${parts.map(part => part.map(({ name }) => name).join(' ')).join(' | ')} ${this.#endLater(chance, heal, ...caughtUp)}`
  }

  #hold (chance: Chance, a: Resident, b: Resident): string {
    const { net, ties } = this.#world

    return this.#endLater(chance, this.#between(a, b, () => net.faults.hold(a.instance, b.instance)), ties.delayed(a, b))
  }

  #stall (chance: Chance, a: Resident, b: Resident): string {
    const { net, ties } = this.#world

    return `reads nothing ${this.#endLater(chance, this.#between(a, b, () => net.faults.stall(a.instance, b.instance)), ties.delayed(a, b))}`
  }

  #reset (a: Resident, b: Resident): string {
    this.#world.ties.reset(a, b)
    this.#between(a, b, () => { this.#world.net.faults.resetStreams(a.instance, b.instance) })

    return ''
  }

  #cut (chance: Chance, a: Resident, b: Resident): string {
    const after = chance.pick(AFTER) + chance.int(100)

    this.#world.ties.reset(a, b)
    this.#between(a, b, () => { this.#world.net.faults.cutStream(a.instance, b.instance, after) })

    return `after ${after} bytes`
  }

  #changeByte (chance: Chance, a: Resident, b: Resident): string {
    const after = chance.pick(AFTER) + chance.int(100)

    this.#world.ties.changed(a, b)
    this.#between(a, b, () => { this.#world.net.faults.corrupt(a.instance, b.instance, after) })

    return `after ${after} bytes`
  }

  #refuse (chance: Chance, a: Resident, b: Resident): string {
    const errors = Array.from({ length: chance.between(1, 4) }, () => new StreamResetError('no stream for you'))

    // a peer that cannot be reached is left alone until there is something new to say: what was not said waits for that
    this.#world.ties.doubt(a, b, 'was given up for a while')

    return `${errors.length} times ${this.#endLater(chance, this.#world.net.faults.failOpening(a.instance, b.instance, ...errors))}`
  }

  /** Does it to the connection of two, if they have one. */
  #between (a: Resident, b: Resident, act: () => Heal | undefined | void): Heal {
    const heal = this.#world.net.isConnected(a.instance, b.instance) ? act() : undefined

    return heal ?? (() => {})
  }

  #endLater (chance: Chance, ...heals: Heal[]): string {
    const duration = chance.int(chance.oneIn(8) ? 14_000 : 6000)

    this.#world.endLater(duration, () => { heals.forEach(heal => { heal() }) })

    return `for ${duration} ms`
  }
}
