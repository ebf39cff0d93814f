/**
 * The life of a plan: its actions at their times, and what must hold all the
 * while. Then all is healed; every call that can be served is; all books agree;
 * and when everything was let go of nothing is left. The same plan gives the
 * same life.
 */
import type { ServerOptions } from '../../src/server/options.ts'
import { boardLeftovers } from '../../src/testing/invariants/leftovers.ts'
import type { Act, Action, ActionKind } from './actions.ts'
import { bookDifferences } from './books.ts'
import type { Call } from './call.ts'
import { Calls } from './calls.ts'
import { Chance } from './chance.ts'
import { BLOCKS } from './contents.ts'
import { ContentActs } from './content-acts.ts'
import { LinkActs } from './link-acts.ts'
import { NodeActs } from './node-acts.ts'
import { PeerActs } from './peer-acts.ts'
import type { Plan } from './plan.ts'
import type { Resident } from './resident.ts'
import { RunFailedError } from './run-failed-error.ts'
import { World } from './world.ts'
import type { Deed, WorldInit } from './world.ts'

/** Once all is healed, a call that can be served gets something at least so often, in milliseconds. */
const PATIENCE = 30_000

/** Or so long after those who said no were asked again. */
const PATIENCE_AFTER_REFRESH = 20_000

/** Bad peers are not healed: each may hold up a want for as long as it takes to give up on one. */
const PATIENCE_PER_BAD_PEER = 10_000

/** How often it is looked whether what is awaited has come. */
const GLANCE = 500

/** Wants are said again from time to time: only what differs at all of so many looks is wrong. */
const LOOKS = 15

const LOOK_INTERVAL = 1100

/** For what was aborted to end, and what was arriving to be stored. */
const ENDING = 15_000

/** Of all blocks there are. */
const ALL_BYTES = BLOCKS.reduce((sum, { bytes }) => sum + bytes.length, 0)

export class Run {
  readonly plan: Plan
  readonly world: World
  readonly #calls: Calls
  readonly #acts: Record<ActionKind, Act>

  constructor (plan: Plan, init: WorldInit = { maxEntries: 0 }) {
    this.plan = plan
    this.world = new World(plan, init)
    this.#calls = new Calls(this.world)
    this.#acts = {
      ...this.#calls.acts,
      ...new ContentActs(this.world).acts,
      ...new LinkActs(this.world).acts,
      ...new NodeActs(this.world).acts,
      ...new PeerActs(this.world).acts
    }
  }

  /**
   * Returns the hash of all that went over the wire.
   *
   * @throws RunFailedError
   */
  async live (): Promise<string> {
    try {
      await this.#live()
    } catch (error) {
      throw new RunFailedError({ plan: this.plan, time: this.world.net.clock.now(), deeds: this.world.deeds, cause: error })
    }

    return this.world.net.trace.hash
  }

  async #live (): Promise<void> {
    const { net } = this.world

    await this.world.build()
    this.plan.actions.forEach(action => { net.clock.timer(action.time, () => { this.#act(action) }) })
    this.world.residents.forEach(resident => { this.#switchOff(resident) })
    await this.#pass(this.plan.duration)

    this.#calls.enough = true
    await net.run(this.world.heal())
    await this.#requireCallsServed()
    await this.#requireBooks((a, b) => this.world.ties.doubtAbout(a, b) != null)
    await this.#reconnectDoubtful()
    await this.#requireBooks(() => false)
    await this.#end()
  }

  #act (action: Action): void {
    const { number, kind, seed } = action
    // said before it is known what comes of it: it may be the last
    const deed: Deed = { time: this.world.net.clock.now(), what: `#${number} ${kind}`, done: '' }

    this.world.deeds.push(deed)
    deed.done = this.#acts[kind](new Chance(seed), action)
  }

  /** For as long as it is planned, or until all is healed, it gives nobody anything. */
  #switchOff (resident: Resident): void {
    const { net, deeds } = this.world
    const off = this.plan.limits.at(resident.number)?.off
    const serve = (serve: ServerOptions['serve']): void => { resident.instance.bitswap.updateServer({ serve }) }

    if (off == null || !resident.serves) {
      return
    }

    net.clock.timer(off.from, () => {
      resident.wasOff = true
      deeds.push({ time: off.from, what: 'serving is switched off', done: `at ${resident.name} (${String(off.how)}) for ${off.to - off.from} ms` })
      serve(off.how)
      this.world.endLater(off.to - off.from, () => { serve(true) })
    })
  }

  /** Lets time pass; the network sees to what must hold after each step. */
  async #pass (duration: number): Promise<void> {
    const { net, problems } = this.world
    let over = false

    net.clock.timer(duration, () => { over = true })
    await net.clock.run(() => {
      this.#require(problems)

      return over
    })
  }

  /** As long as calls get anything they may go on; none may wait too long for what somebody has. */
  async #requireCallsServed (): Promise<void> {
    const { clock } = this.world.net
    const patience = ({ resident }: Call): number => {
      const { maxRefreshDelay, dontHaveTimeout } = resident.instance.options.client
      const others = this.world.othersThan(resident)
      const mute = others.filter(other => !other.saysNoTo(resident)).length
      const uploading = Math.max(...others.map(other => other.uploadTime(ALL_BYTES, others.length)))

      return Math.max(PATIENCE, maxRefreshDelay + PATIENCE_AFTER_REFRESH) + this.world.badPeers.length * PATIENCE_PER_BAD_PEER + mute * dontHaveTimeout + uploading
    }
    const moved = new Map<Call, { moves: number, since: number }>()

    for (let servable = this.#servable(); servable.length > 0; servable = this.#servable()) {
      for (const call of servable) {
        const last = moved.get(call)

        if (last?.moves !== call.moves) {
          moved.set(call, { moves: call.moves, since: clock.now() })
        } else {
          this.#require(clock.now() - last.since < patience(call) ? [] : [`${call.name} still waits for ${[...call.missing.keys()].join(' ')}`])
        }
      }

      await this.#pass(GLANCE)
    }
  }

  /** Calls that wait for what somebody would send them. */
  #servable (): Call[] {
    const { world } = this

    return this.#calls.waiting.filter(call => [...call.missing].some(([block, cid]) => {
      return world.residents.some(resident => isAsked(resident, call, world) && !resident.wastesUpload && world.canServe(resident, call.resident, block, cid))
    }))
  }

  async #requireBooks (isExempt: Parameters<typeof bookDifferences>[1]): Promise<void> {
    let lasting = bookDifferences(this.world, isExempt)

    for (let look = 1; look < LOOKS && lasting.length > 0; look++) {
      await this.#pass(LOOK_INTERVAL)
      const differing = new Set(bookDifferences(this.world, isExempt))
      lasting = lasting.filter(difference => differing.has(difference))
    }

    this.#require(lasting)
  }

  async #reconnectDoubtful (): Promise<void> {
    const { ties } = this.world

    for (const [a, b] of this.world.pairs()) {
      if (ties.doubtAbout(a, b) != null) {
        this.world.disconnect(a, b)
        this.world.connect(a, b)
      }
    }
  }

  /** Everything is let go of, and nothing must be left. */
  async #end (): Promise<void> {
    const { residents, net, badPeers, problems } = this.world

    this.#calls.endAll()

    for (let waited = 0; waited < ENDING && this.#left().length > 0; waited += GLANCE) {
      await this.#pass(GLANCE)
    }

    this.#require(this.#left())
    await this.#requireBooks(() => false)
    this.#require(residents.flatMap(resident => resident.wrongBytes()))
    badPeers.forEach(({ raw }) => { raw.onMessage = undefined })
    await net.close()
    this.#require(residents.flatMap(({ name, instance }) => instance.bitswap.stat().sessions === 0 ? [] : [`${name} has sessions left`]))
    this.#require(net.clock.pending === 0 ? [] : [`${net.clock.pending} timers are left`])
    this.#require(problems)
  }

  /** What is left of calls that have ended or should have, as sentences. */
  #left (): string[] {
    return [
      ...this.#calls.waiting.map(call => `${call.name} did not end when it was aborted`),
      ...this.world.residents.flatMap(({ name, instance }) => boardLeftovers(instance.bitswap.wantBoard).map(left => `${name} has ${left} left`))
    ]
  }

  #require (problems: readonly string[]): void {
    if (problems.length > 0) {
      throw new Error([...new Set(problems)].slice(0, 5).join('; '))
    }
  }
}

/**
 * Must a call come to ask this one, and be heard, sooner or later? Not where it
 * asks only some of all, and this is none of those it was given; nor where this
 * one keeps fewer wants than it is told, and cannot say which it drops.
 */
function isAsked (resident: Resident, { only, providers, resident: caller }: Call, { residents, badPeers }: World): boolean {
  const { maxBroadcastPeers } = caller.instance.options.client
  const asksAll = maxBroadcastPeers >= residents.length + badPeers.length
  const isHeard = !resident.mayForget(caller) || resident.saysNoTo(caller)

  return isHeard && (only == null ? asksAll || providers.has(resident) : only.has(resident))
}
