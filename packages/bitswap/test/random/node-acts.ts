/** What happens to the processes of a random scenario. */
import type { Act, ActionKind } from './actions.ts'
import type { Chance } from './chance.ts'
import type { Resident } from './resident.ts'
import type { World } from './world.ts'

export class NodeActs {
  readonly acts: Pick<Record<ActionKind, Act>, 'crash' | 'restart' | 'freeze' | 'jump ahead'> = {
    crash: chance => this.#onAnyone(chance, resident => this.#crash(chance, resident)),
    restart: chance => this.#onAnyone(chance, resident => this.#restart(chance, resident)),
    freeze: chance => this.#onAnyone(chance, resident => this.#freeze(chance, resident)),
    'jump ahead': chance => this.#onAnyone(chance, resident => this.#jump(chance, resident))
  }

  readonly #world: World

  constructor (world: World) {
    this.#world = world
  }

  #onAnyone (chance: Chance, act: (resident: Resident) => string): string {
    const resident = chance.pickAny(this.#world.residents.filter(({ isAwake, state }) => isAwake && state === 'up'))

    return resident == null ? 'nobody is there' : `${resident.name} ${act(resident)}`
  }

  /** It comes back with an empty store, and connects to some. */
  #crash (chance: Chance, resident: Resident): string {
    const noticed = chance.pick([0, chance.int(3000), Infinity])
    const duration = chance.int(5000)
    const back = this.#world.othersThan(resident).filter(() => chance.oneIn(2))

    resident.state = 'crashed'
    resident.instance.crash({ noticed })
    this.#world.net.clock.timer(duration, () => {
      if (resident.state === 'crashed') {
        this.#revive(resident)
        back.forEach(other => { this.#world.connect(resident, other) })
      }
    })

    return `for ${duration} ms, noticed after ${noticed} ms`
  }

  #restart (chance: Chance, resident: Resident): string {
    const duration = chance.int(5000)
    const { bitswap, node: { clock } } = resident.instance

    resident.state = 'stopped'
    resident.wasStopped = true
    resident.stoppedAt = this.#world.net.clock.now()
    bitswap.stop().catch((error: unknown) => { this.#world.problems.push(`${resident.name} could not be stopped: ${String(error)}`) })
    clock.timer(duration, () => {
      // unless it was started when all was healed
      if (resident.state === 'stopped') {
        this.#revive(resident)
      }
    })

    return `for ${duration} ms`
  }

  #freeze (chance: Chance, resident: Resident): string {
    const { net, ties } = this.#world
    const duration = chance.int(6000)
    const others = this.#world.othersThan(resident)
    const heal = net.faults.freeze(resident.instance)
    const caughtUp = others.map(other => ties.delayed(resident, other))

    resident.frozen = true
    others.forEach(other => { ties.doubt(resident, other, 'what was just sent is old, after a freeze') })
    this.#world.endLater(duration, () => {
      resident.frozen = false
      heal()
      caughtUp.forEach(catchUp => { catchUp() })
    })

    return `for ${duration} ms`
  }

  #jump (chance: Chance, resident: Resident): string {
    const duration = chance.pick([100, 3000, 60_000, 3_600_000])

    this.#world.othersThan(resident).forEach(other => { this.#world.ties.doubt(resident, other, 'what was just sent is old, after a jump') })
    this.#world.net.faults.jumpClock(resident.instance, duration)

    return `by ${duration} ms`
  }

  #revive (resident: Resident): void {
    this.#world.revive(resident).catch((error: unknown) => { this.#world.problems.push(`${resident.name} could not be started: ${String(error)}`) })
  }
}
