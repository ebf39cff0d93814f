/** What others do in a random scenario: routers that go wrong, peers that flood, push and lie. */
import { detach } from '../../src/core/detach.ts'
import { PresenceType } from '../../src/message/message.ts'
import { flood } from '../../src/testing/bad-peers.ts'
import { silentLogger } from '../../src/testing/silent-logger.ts'
import { RoutingFault } from '../../src/testing/virtual-routing.ts'
import type { Act, ActionKind } from './actions.ts'
import type { Chance } from './chance.ts'
import { BLOCKS } from './contents.ts'
import type { Resident } from './resident.ts'
import type { BadPeer, World } from './world.ts'

const log = silentLogger().forComponent('random')

export class PeerActs {
  readonly acts: Pick<Record<ActionKind, Act>, 'change a router' | 'flood' | 'push blocks' | 'lie'> = {
    'change a router': chance => this.#changeRouter(chance),
    flood: chance => this.#onVictim(chance, (bad, victim) => this.#flood(chance, bad, victim)),
    'push blocks': chance => this.#onVictim(chance, (bad, victim) => this.#push(chance, bad, victim)),
    lie: chance => this.#onVictim(chance, (bad, victim) => this.#lie(chance, bad, victim))
  }

  readonly #world: World

  constructor (world: World) {
    this.#world = world
  }

  #changeRouter (chance: Chance): string {
    const number = chance.int(this.#world.routers.length)
    const router = this.#world.routers[number]

    router.fault = chance.oneIn(3) ? undefined : chance.pick(Object.values(RoutingFault))

    return `${number}: ${router.fault ?? 'right again'}`
  }

  #onVictim (chance: Chance, act: (bad: BadPeer, victim: Resident) => string): string {
    const { net, residents, badPeers } = this.#world
    const bad = chance.pickAny(badPeers)
    const victim = bad == null ? undefined : chance.pickAny(residents.filter(({ state, instance }) => state === 'up' && net.isConnected(bad.raw, instance)))

    return bad == null || victim == null ? 'nobody is there' : `${bad.raw.node.name} at ${victim.name}: ${act(bad, victim)}`
  }

  #flood (chance: Chance, { raw }: BadPeer, victim: Resident): string {
    // not more than the slowest store can be asked about before the books are compared
    const count = chance.pick([20, 300, 600])

    detach(flood(raw, victim.instance, count, chance), log, 'flooding')

    return `${count} wants`
  }

  #push (chance: Chance, { raw }: BadPeer, victim: Resident): string {
    const blocks = chance.shuffled([...BLOCKS.keys()]).slice(0, chance.between(1, 6))

    raw.say(victim.instance, { blocks: blocks.map(block => BLOCKS[block]) })

    return `${blocks.join(' ')}`
  }

  /** Has what it has not, or says that it has not what it was not asked for. */
  #lie (chance: Chance, { raw }: BadPeer, victim: Resident): string {
    const type = chance.pick([PresenceType.Have, PresenceType.DontHave])
    const blocks = chance.shuffled([...BLOCKS.keys()]).slice(0, chance.between(1, 20))

    raw.say(victim.instance, { presences: blocks.map(block => ({ cid: BLOCKS[block].cid, type })) })

    return `${type} ${blocks.join(' ')}`
  }
}
