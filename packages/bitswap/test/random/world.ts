/**
 * The network of a plan: instances, bad peers, routers, who is connected, and
 * the faults under way. Knows what is true of it, where Bitswap has to find out.
 */
import { hasV0 } from '../../src/client/peer-abilities.ts'
import { supportsPrefix } from '../../src/network/protocols.ts'
import type { RequestFilter } from '../../src/server/options.ts'
import { flood, playAllTalk, playBreaker, playEmpty, playForger, playGarbler, playPusher } from '../../src/testing/bad-peers.ts'
import type { Heal } from '../../src/testing/faults.ts'
import type { RawPeer } from '../../src/testing/raw-peer.ts'
import { VirtualNetwork } from '../../src/testing/virtual-network.ts'
import type { VirtualRouting } from '../../src/testing/virtual-routing.ts'
import type { CID } from 'multiformats/cid'
import { Chance } from './chance.ts'
import { BLOCKS, numberOf } from './contents.ts'
import { scheduleOf } from './limits.ts'
import { DENIED_OF } from './plan.ts'
import type { BadPeerPlan, InstancePlan, Plan } from './plan.ts'
import { Resident } from './resident.ts'
import { Ties } from './ties.ts'

export interface BadPeer {
  readonly plan: BadPeerPlan
  readonly raw: RawPeer
}

/** Something that was done, in words. */
export interface Deed {
  readonly time: number
  readonly what: string
  /** To whom, and how; empty when it did not come to its end. */
  done: string
}

export interface WorldInit {
  /** Messages that are remembered, to be read. */
  readonly maxEntries: number
}

/** Blocks a pusher pushes each time. */
const PUSHED = 5

const FLOODED = 300

/** Whoever is back sooner may have been missed by nobody, in milliseconds. */
const UNNOTICED = 2500

export class World {
  readonly plan: Plan
  readonly net: VirtualNetwork
  readonly routers: readonly VirtualRouting[]
  readonly residents: Resident[] = []
  readonly badPeers: BadPeer[] = []
  readonly ties: Ties
  /** What was done, for whoever has to find out why. */
  readonly deeds: Deed[] = []
  /** What must not have happened, as sentences. */
  readonly problems: string[] = []
  readonly #ends: Set<Heal> = new Set()

  constructor (plan: Plan, { maxEntries }: WorldInit) {
    this.plan = plan
    this.net = new VirtualNetwork({ ...plan.conditions, seed: plan.seed, trace: { maxEntries } })
    this.routers = plan.routers.map(({ delay, interval, fault }) => {
      const router = this.net.routing({ delay, interval })
      router.fault = fault

      return router
    })
    this.ties = new Ties(this.net.clock, plan.isSlow)
  }

  async build (): Promise<void> {
    for (const [number, instance] of this.plan.instances.entries()) {
      await this.#addResident(number, instance)
    }

    for (const [number, badPeer] of this.plan.badPeers.entries()) {
      await this.#addBadPeer(number, badPeer)
    }

    for (const [block, holders] of this.plan.holders.entries()) {
      holders.forEach(holder => { this.hold(this.residents[holder], block) })
    }

    for (const { instance, block } of this.plan.spoilt) {
      this.hold(this.residents[instance], block)
      this.spoil(this.residents[instance], block)
    }

    this.plan.links.forEach(([a, b]) => { this.connect(this.residents[a], this.residents[b]) })
    this.connectBadPeers()
  }

  othersThan (resident: Resident): Resident[] {
    return this.residents.filter(other => other !== resident)
  }

  pairs (): Array<[Resident, Resident]> {
    return this.residents.flatMap((a, i) => this.residents.slice(i + 1).map<[Resident, Resident]>(b => [a, b]))
  }

  connectedPairs (): Array<[Resident, Resident]> {
    return this.pairs().filter(([a, b]) => this.net.isConnected(a.instance, b.instance))
  }

  /** A process that crashed takes no connections. */
  connect (a: Resident, b: Resident, identifyDelay: number = 0): void {
    const isThere = a.state !== 'crashed' && b.state !== 'crashed'

    if (isThere && !this.net.isConnected(a.instance, b.instance)) {
      this.ties.renewed(a, b)
      this.net.connect(a.instance, b.instance, { identifyDelay })
    }
  }

  disconnect (a: Resident, b: Resident): void {
    this.net.disconnect(a.instance, b.instance)
  }

  connectBadPeers (): void {
    for (const { plan, raw } of this.badPeers) {
      plan.neighbours.map(number => this.residents[number]).filter(({ state }) => state !== 'crashed').forEach(({ instance }) => { this.net.connect(raw, instance) })
    }
  }

  /** Has it the block without telling it; routers know. */
  hold (resident: Resident, block: number): void {
    resident.spoilt.delete(block)
    resident.instance.hold(BLOCKS[block])
    this.routers.forEach(router => { router.add(BLOCKS[block].cid, resident.instance) })
  }

  spoil (resident: Resident, block: number): void {
    resident.spoilt.add(block)
    resident.instance.store.corrupt(BLOCKS[block].cid)
  }

  /** Could one send the other this block under this name, were they connected and well? */
  canServe (from: Resident, to: Resident, block: number, cid: CID): boolean {
    const { protocols } = from.instance.node
    const protocol = to.instance.node.protocols.find(protocol => protocols.includes(protocol))

    return from !== to && from.serves && from.holds(block) && !isDenied(this.plan.instances[from.number], block) && protocol != null && (supportsPrefix(protocol) || hasV0(cid)) &&
      BLOCKS[block].bytes.length <= from.instance.options.server.maxBlockSize
  }

  /** A fault ends after so many milliseconds, or when all is healed. */
  endLater (duration: number, heal: Heal): void {
    const end = (): void => {
      if (this.#ends.delete(end)) {
        heal()
      }
    }

    this.#ends.add(end)
    this.net.clock.timer(duration, end)
  }

  /** Ends all faults, starts whoever was stopped or crashed, and connects all with all. */
  async heal (): Promise<void> {
    for (const end of [...this.#ends]) {
      end()
    }

    this.routers.forEach(router => { router.fault = undefined })
    await Promise.all(this.residents.map(async resident => { await this.revive(resident) }))

    for (const [a, b] of this.pairs()) {
      if (this.ties.wasChanged(a, b)) {
        this.disconnect(a, b)
      }

      this.connect(a, b)
    }

    this.connectBadPeers()
  }

  /** Starts it, whether it was stopped or has crashed. */
  async revive (resident: Resident): Promise<void> {
    const { state, instance } = resident

    resident.state = 'up'
    resident.starting = true

    if (state === 'crashed') {
      resident.spoilt.clear()
      await instance.revive()
    } else {
      if (state === 'stopped') {
        this.#doubtRestarted(resident)
      }

      await instance.bitswap.start()
    }

    resident.starting = false
  }

  /** That it was away has to get to others before that it is back, or nobody knows. */
  #doubtRestarted (resident: Resident): void {
    for (const other of this.othersThan(resident)) {
      if (this.net.clock.now() - resident.stoppedAt < UNNOTICED || this.ties.wasLate(resident, other, resident.stoppedAt)) {
        this.ties.doubt(resident, other, 'was restarted unnoticed')
      }
    }
  }

  async #addResident (number: number, plan: InstancePlan): Promise<void> {
    const { client, protocols, storeDelay, router } = plan
    const limits = this.plan.limits.at(number)
    const routing = router == null ? {} : { routing: this.routers[router] }
    const filter: RequestFilter = (_, cid) => !isDenied(plan, numberOf(cid))
    const server = {
      ...plan.server,
      ...plan.denied == null ? {} : { filter },
      ...limits == null ? {} : { ...limits.server, schedule: scheduleOf(limits.order) }
    }
    const network = { ...plan.network, ...limits?.network }
    const [instance] = await this.net.instances(1, { name: `i${number}`, client, server, network, protocols, store: { delay: storeDelay }, ...routing })

    const resident = new Resident(number, instance)

    this.residents.push(resident)
    this.#watchCutOffs(resident)
  }

  /** Nobody else is disconnected by Bitswap than who is bad, or seems so because bytes were changed on the way. */
  #watchCutOffs (resident: Resident): void {
    const { node, name } = resident.instance
    const disconnect = node.disconnect.bind(node)

    node.disconnect = peer => {
      const honest = this.residents.find(({ instance }) => instance.peer.equals(peer))

      if (honest != null && !this.ties.wasChanged(resident, honest)) {
        this.problems.push(`${name} disconnects ${honest.name}`)
      }

      disconnect(peer)
    }
  }

  async #addBadPeer (number: number, plan: BadPeerPlan): Promise<void> {
    const raw = await this.net.rawPeer({ name: `bad ${number} (${plan.role})` })

    play(raw, plan)
    this.badPeers.push({ plan, raw })
  }
}

function isDenied ({ denied }: InstancePlan, block: number | undefined): boolean {
  return denied != null && block != null && block % DENIED_OF === denied
}

function play (raw: RawPeer, { role, seed }: BadPeerPlan): void {
  const chance = new Chance(seed)

  switch (role) {
    case 'silent':
      break
    case 'all talk':
      playAllTalk(raw)
      break
    case 'empty':
      playEmpty(raw)
      break
    case 'forger':
      playForger(raw, BLOCKS)
      break
    case 'pusher':
      playPusher(raw, chance.shuffled(BLOCKS).slice(0, PUSHED))
      break
    case 'garbler':
      playGarbler(raw, chance)
      break
    case 'breaker':
      playBreaker(raw, BLOCKS)
      break
    case 'flooder':
      raw.onConnected = peer => { flood(raw, peer, FLOODED, chance).catch(() => { raw.connected.delete(peer) }) }
  }
}
