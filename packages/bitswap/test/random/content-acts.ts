/** What users and disks do to the stores of a random scenario: blocks come, go, and change; stores are slow, or fail. */
import type { Act, ActionKind } from './actions.ts'
import { StoreError } from './call.ts'
import type { Chance } from './chance.ts'
import { BLOCKS } from './contents.ts'
import type { Resident } from './resident.ts'
import type { World } from './world.ts'

export class ContentActs {
  readonly acts: Pick<Record<ActionKind, Act>, 'add a block' | 'delete a block' | 'spoil a block' | 'slow store' | 'failing store' | 'broken store'> = {
    'add a block': chance => this.#onAnyone(chance, resident => this.#add(chance, resident)),
    'delete a block': chance => this.#onAnyone(chance, resident => this.#delete(chance, resident)),
    'spoil a block': chance => this.#onAnyone(chance, resident => this.#spoil(chance, resident)),
    'slow store': chance => this.#onAnyone(chance, resident => this.#slow(chance, resident)),
    'failing store': chance => this.#onAnyone(chance, resident => this.#fail(chance, resident)),
    'broken store': chance => this.#onAnyone(chance, resident => this.#break(chance, resident))
  }

  readonly #world: World

  constructor (world: World) {
    this.#world = world
  }

  #onAnyone (chance: Chance, act: (resident: Resident) => string): string {
    const resident = chance.pickAny(this.#world.residents.filter(({ isAwake }) => isAwake))

    return resident == null ? 'nobody is there' : `${resident.name}: ${act(resident)}`
  }

  /** Through Bitswap, or into the store and then it is told. */
  #add (chance: Chance, resident: Resident): string {
    const block = chance.int(BLOCKS.length)
    const { bitswap, crashes } = resident.instance

    if (chance.oneIn(2)) {
      this.#world.hold(resident, block)
      bitswap.notifyNewBlocks([BLOCKS[block].cid])

      return `${block}, and tells`
    }

    // what was changed stays so: it has the block, as far as it knows
    bitswap.addBlock(BLOCKS[block]).catch((error: unknown) => {
      if (resident.instance.crashes === crashes && !(error instanceof StoreError)) {
        this.#world.problems.push(`adding ${block} to ${resident.name} failed: ${String(error)}`)
      }
    })

    return `${block}`
  }

  #delete (chance: Chance, resident: Resident): string {
    const block = chance.pickAny([...BLOCKS.keys()].filter(block => resident.instance.store.peek(BLOCKS[block].cid) != null))

    if (block == null) {
      return 'has none'
    }

    resident.storeTroubled = true
    resident.instance.store.delete(BLOCKS[block].cid)

    return `${block}`
  }

  #spoil (chance: Chance, resident: Resident): string {
    const block = chance.pickAny([...BLOCKS.keys()].filter(block => resident.holds(block)))

    if (block == null) {
      return 'has none'
    }

    this.#world.spoil(resident, block)

    return `${block}`
  }

  #slow (chance: Chance, resident: Resident): string {
    const { number, instance: { store } } = resident
    const [delay, duration] = [chance.pick([50, 400, 2000]), chance.int(4000)]

    resident.storeTroubled = true
    store.delay = delay
    this.#world.endLater(duration, () => { store.delay = this.#world.plan.instances[number].storeDelay })

    return `${delay} ms for ${duration} ms`
  }

  #fail (chance: Chance, resident: Resident): string {
    const { store } = resident.instance
    const failures = Array.from({ length: chance.between(1, 4) }, () => new StoreError('the store failed'))

    resident.storeFailed = true
    store.failures.push(...failures)
    this.#world.endLater(5000, () => { store.failures.length = 0 })

    return `${failures.length} times`
  }

  #break (chance: Chance, resident: Resident): string {
    const { store } = resident.instance
    const duration = chance.int(4000)

    resident.storeFailed = true
    store.broken = new StoreError('the store is broken')
    this.#world.endLater(duration, () => { store.broken = undefined })

    return `for ${duration} ms`
  }
}
