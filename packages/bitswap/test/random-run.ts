/**
 * A random life of a {@link World}: calls and faults at random times, then all
 * is healed and must come right. The board of each instance is looked at after
 * every step of the clock. The same seed gives the same life.
 */
import type { CID } from 'multiformats/cid'
import { multihashKey } from '../src/core/cid-map.ts'
import { boardViolations } from '../src/testing/invariants/board-invariants.ts'
import { boardLeftovers as leftovers } from '../src/testing/invariants/leftovers.ts'
import { Trace } from '../src/testing/trace.ts'
import { Calls } from './random-calls.ts'
import type { Call } from './random-calls.ts'
import { World } from './random-world.ts'
import type { Member } from './random-world.ts'

/** Virtual milliseconds in which things happen. */
const LIFE = 15_000

/** After that, every block that somebody has is to come within this time. */
const HEALING = 30_000

const ACTIONS = 120

export class RandomRun {
  readonly world: World
  readonly calls: Calls
  readonly trace: Trace = new Trace()
  /** What was done, for whoever has to find out why. */
  readonly story: string[] = []
  /** Links that are held, and what lets go of them. */
  readonly #held: Map<string, () => void> = new Map()
  readonly #actions: Record<string, [number, () => void]>

  constructor (seed: number) {
    this.world = new World(seed, this.trace)
    this.calls = new Calls(this.world)

    const { chance } = this.world
    const { calls } = this
    this.#actions = {
      call: [30, () => { calls.start() }],
      'open a session': [4, () => { calls.openSession() }],
      'close a session': [2, () => { calls.closeSession() }],
      abort: [6, () => { calls.abort() }],
      cancel: [2, () => { calls.cancelWants() }],
      'add a block': [6, () => { this.#addBlock() }],
      disconnect: [6, () => { this.#disconnect() }],
      connect: [8, () => { this.world.connect(...chance.pick(this.world.pairs())) }],
      reset: [4, () => { this.#reset() }],
      hold: [3, () => { this.#hold() }],
      'fail opening': [3, () => { this.#failOpening() }],
      'fail the store': [3, () => { this.#failStore() }],
      restart: [1, () => { this.#restart() }]
    }
  }

  /** @throws an error that names the seed, the time and the last things done */
  async live (): Promise<void> {
    const { members, net, chance } = this.world

    for (const member of members) {
      await member.instance.bitswap.start()
    }

    for (const pair of this.world.pairs()) {
      if (!chance.oneIn(4)) {
        this.world.connect(...pair)
      }
    }

    for (let i = 0; i < ACTIONS; i++) {
      net.clock.timer(chance.int(LIFE), () => { this.#act() })
    }

    await this.#pass(LIFE)
    await this.#heal()
    await this.#pass(HEALING)
    this.#require(this.#unserved().map(call => `${call.name} still waits for ${[...call.missing.keys()].join()}`))
    await this.#requireLedgers()
    await this.#end()
  }

  /** Lets time pass, and looks at all boards after every step. */
  async #pass (duration: number): Promise<void> {
    const { net, members } = this.world
    let over = false

    net.clock.timer(duration, () => { over = true })
    await net.clock.run(() => {
      for (const { name, instance, options } of members) {
        this.#require(boardViolations(instance.bitswap.wantBoard, options, net.clock.now()).map(violation => `${name}: ${violation}`))
      }

      this.#require(this.calls.problems)

      return over
    })
  }

  #act (): void {
    const { chance } = this.world
    const actions = Object.entries(this.#actions)
    let left = chance.int(actions.reduce((sum, [, [weight]]) => sum + weight, 0))

    for (const [name, [weight, act]] of actions) {
      left -= weight

      if (left < 0) {
        this.#tell(name)
        act()

        return
      }
    }
  }

  #addBlock (): void {
    const { chance, members, blocks } = this.world
    const member = chance.pick(members)
    const index = chance.int(blocks.length)
    const block = blocks[index]
    const known = (error: Error): void => {
      if (error.message !== 'the store failed') {
        this.calls.problems.push(`adding a block failed: ${error}`)
      }
    }

    if (member.lies.has(index)) {
      return
    }

    if (chance.oneIn(2)) {
      member.instance.bitswap.addBlock(block).catch(known)
    } else {
      member.store.hold(block.cid, block.bytes)
      member.instance.bitswap.notifyNewBlocks([block.cid])
    }
  }

  /** Often they are back before anybody has noticed. */
  #disconnect (): void {
    const { chance, net } = this.world
    const pair = chance.pick(this.world.pairs())

    this.world.net.disconnect(...nodes(pair))

    if (chance.oneIn(2)) {
      net.clock.timer(chance.int(100), () => { this.world.connect(...pair) })
    }
  }

  #hold (): void {
    const { chance, net } = this.world
    const pair = chance.pick(this.world.pairs())
    if (this.#held.has(name(pair))) {
      return
    }

    const release = net.hold(...nodes(pair))
    const letGo = (): void => {
      this.#held.delete(name(pair))
      release()
    }

    this.#held.set(name(pair), letGo)
    net.clock.timer(chance.int(6000), letGo)
  }

  /** Not what is held: what was sent long before a reset counts as arrived, so that would be lost for good. */
  #reset (): void {
    const pair = this.world.chance.pick(this.world.pairs())

    if (!this.#held.has(name(pair))) {
      this.world.net.resetStreams(...nodes(pair))
    }
  }

  #failOpening (): void {
    const { chance, net } = this.world
    const [a, b] = nodes(chance.pick(this.world.pairs()))

    net.failOpening(a, b, ...Array.from({ length: 1 + chance.int(4) }, () => new Error('no stream for you')))
  }

  #failStore (): void {
    const member = this.world.chance.pick(this.world.members)

    member.storeFailed = true
    member.store.failures.push(new Error('the store failed'))
  }

  #restart (): void {
    const { chance, net } = this.world
    const member = chance.pick(this.world.members)
    const { bitswap } = member.instance
    const failed = (error: unknown): void => { this.calls.problems.push(`${member.name} could not be restarted: ${String(error)}`) }

    member.wasStopped = true
    bitswap.stop().catch(failed)
    net.clock.timer(chance.int(3000), () => { bitswap.start().catch(failed) })
  }

  async #heal (): Promise<void> {
    const { members } = this.world

    this.#tell('heal')
    this.calls.enough = true
    ;[...this.#held.values()].forEach(letGo => { letGo() })
    members.forEach(({ store }) => { store.failures.length = 0 })

    // those that were going to be started are started once more, which does nothing
    await this.world.net.clock.run(Promise.all(members.map(async ({ instance }) => { await instance.bitswap.start() })))

    for (const pair of this.world.pairs()) {
      this.world.connect(...pair)
    }
  }

  /** Calls that could have been served by now. */
  #unserved (): Call[] {
    const { members } = this.world

    return this.calls.calls.filter(call => call.open && !call.left && [...call.missing].some(([block, cid]) => {
      return members.some(member => this.world.canServe(member, call.member, block, cid) && (call.only == null || call.only.has(member)))
    }))
  }

  /** What each thinks the others hold of it is what they hold, once the wire is quiet. */
  async #requireLedgers (): Promise<void> {
    let lasting: string[] | undefined

    // wants are said again from time to time: only what differs for long is wrong
    for (let i = 0; i < 5; i++) {
      const differing = this.#ledgerDifferences()
      lasting = lasting?.filter(difference => differing.includes(difference)) ?? differing
      await this.#pass(1100)
    }

    this.#require(lasting ?? [])
  }

  #ledgerDifferences (): string[] {
    const { members } = this.world

    return members.flatMap(member => members.filter(other => other !== member).flatMap(other => {
      const peer = member.instance.bitswap.wantBoard.peers.get(other.instance.peer.toString())
      const thought = [...peer?.wants ?? []].map(({ cid }) => hash(cid))
      const held = other.instance.bitswap.wantlistForPeer(member.instance.peer).map(({ cid }) => hash(cid))

      // who was restarted may have been missed by nobody, and who lies thinks that it has answered
      const isForgetful = member.wasStopped || other.wasStopped

      return isForgetful ? [] : [
        ...thought.filter(cid => other.lies.size === 0 && !held.includes(cid)).map(cid => `${other.name} does not know that ${member.name} wants ${cid}`),
        ...held.filter(cid => !thought.includes(cid)).map(cid => `${other.name} was not told that ${member.name} no longer wants ${cid}`)
      ]
    }))
  }

  /** Everything is let go of, and nothing must be left. */
  async #end (): Promise<void> {
    const { members, net } = this.world
    const { calls, sessions, problems } = this.calls

    this.#tell('end')
    calls.filter(call => call.open).forEach(call => { call.controller.abort(new Error('the end')) })
    sessions.forEach(session => {
      session.closed = true
      session.session.close()
    })
    await this.#pass(15_000)
    this.#require(calls.filter(call => call.open && !call.left).map(call => `${call.name} did not end when it was aborted`))
    this.#require(members.flatMap(member => leftovers(member.instance.bitswap.wantBoard).map(left => `${member.name} has ${left} left`)))
    this.#require(this.#ledgerDifferences())
    this.#require(members.flatMap(member => this.#wrongBytes(member)))

    await net.clock.run(Promise.all(members.map(async ({ instance }) => { await instance.bitswap.stop() })))
    await net.clock.advance(20_000)
    this.#require(members.flatMap(member => member.instance.bitswap.stat().sessions === 0 ? [] : [`${member.name} has sessions left`]))
    this.#require(net.clock.pending === 0 ? [] : [`${net.clock.pending} timers are left`])
    this.#require(problems)
    await net.clock.run(this.calls.ended())
  }

  #wrongBytes (member: Member): string[] {
    return this.world.blocks.flatMap(({ cid, bytes }, block) => {
      const kept = member.store.kept.get(multihashKey(cid))

      return kept == null || member.lies.has(block) || Buffer.compare(kept, bytes) === 0 ? [] : [`${member.name} stored wrong bytes for ${cid}`]
    })
  }

  #tell (what: string): void {
    this.story.push(`${this.world.net.clock.now()} ${what}`)
  }

  #require (problems: readonly string[]): void {
    if (problems.length > 0) {
      throw new Error(`at ${this.world.net.clock.now()} ms: ${[...new Set(problems)].slice(0, 5).join('; ')}\n${this.story.slice(-10).join('\n')}`)
    }
  }
}

function nodes ([a, b]: [Member, Member]): [Member['instance']['node'], Member['instance']['node']] {
  return [a.instance.node, b.instance.node]
}

function hash (cid: CID): string {
  return Buffer.from(multihashKey(cid), 'latin1').toString('hex').slice(4, 16)
}

function name (pair: [Member, Member]): string {
  return pair.map(member => member.name).join()
}
