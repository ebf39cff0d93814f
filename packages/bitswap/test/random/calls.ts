/** Calls that users make of the instances of a random scenario, and what becomes of each. */
import type { GetOptions } from '../../src/api.ts'
import type { Act, ActionKind } from './actions.ts'
import { isDue, isGone, isWaiting } from './call.ts'
import type { Call, SessionInUse } from './call.ts'
import type { Chance } from './chance.ts'
import { BLOCKS, DAGS, namesOf } from './contents.ts'
import type { Resident } from './resident.ts'
import { getMany, getOne, walk } from './retrieving.ts'
import type { Complain } from './retrieving.ts'
import type { World } from './world.ts'

/** Blocks that one call may ask for. */
const MANY = 30

const PRIORITIES = [-1, 0, 1, 1, 1, 5, 0x7fff_ffff, -0x8000_0000]

const EVENTS = [
  'bitswap:want', 'bitswap:unwant', 'bitswap:block', 'bitswap:find-providers', 'bitswap:found-provider',
  'bitswap:want-have', 'bitswap:want-block', 'bitswap:answered', 'bitswap:waiting'
]

export class Calls {
  readonly calls: Call[] = []
  readonly sessions: SessionInUse[] = []
  readonly acts: Pick<Record<ActionKind, Act>, 'call' | 'walk' | 'open a session' | 'close a session' | 'abort' | 'cancel wants'> = {
    call: (chance, { number }) => this.#start(chance, `call ${number}`),
    walk: (chance, { number }) => this.#startWalk(chance, `walk ${number}`),
    'open a session': (chance, { number }) => this.#openSession(chance, `session ${number}`),
    'close a session': chance => this.#closeSession(chance),
    abort: chance => this.#abort(chance),
    'cancel wants': chance => this.#cancelWants(chance)
  }

  /** No more calls are made. */
  enough: boolean = false
  readonly #world: World
  readonly #complain: Complain = problem => { this.#world.problems.push(problem) }

  constructor (world: World) {
    this.#world = world
  }

  /** Those that wait. */
  get waiting (): Call[] {
    return this.calls.filter(isWaiting)
  }

  /** Ends all that is left, as users would. */
  endAll (): void {
    this.calls.filter(call => call.open && !isGone(call)).forEach(({ name, controller }) => { controller.abort(new Error(`${name} was aborted at the end`)) })
    this.#openSessions().forEach(session => { close(session) })
  }

  #openSession (chance: Chance, name: string): string {
    const resident = this.#caller(chance)

    if (resident == null) {
      return 'nobody is there'
    }

    const [providers, only] = this.#providers(chance)
    const { instance } = resident
    const session = instance.bitswap.newSession({ providers: providers.map(({ instance }) => instance.peer), onlyProviders: only != null })

    this.sessions.push({ name, resident, only, closed: false, session, life: instance.crashes })

    return `of ${resident.name}${only == null ? '' : ` with ${namesIn(only)} only`}`
  }

  #closeSession (chance: Chance): string {
    const session = chance.pickAny(this.#openSessions())

    if (session == null) {
      return 'none is open'
    }

    close(session)

    return `${session.name} of ${session.resident.name}`
  }

  /** One block or many, with or without a session, with options of all kinds. */
  #start (chance: Chance, name: string): string {
    const count = chance.oneIn(2) ? 1 : chance.between(1, MANY)
    const call = this.#createCall(chance, name)

    if (call == null) {
      return 'nobody is there'
    }

    // who holds a block that was changed would get that
    const blocks = Array.from({ length: count }, () => chance.int(BLOCKS.length)).filter(block => !call.resident.spoilt.has(block))
    blocks.forEach(block => call.missing.set(block, chance.pick(namesOf(block))))

    if (blocks.length > 0) {
      this.#follow(call, async () => { await (count === 1 ? getOne(call, this.#complain) : getMany(call, chance, this.#complain)) })
    }

    return describe(call)
  }

  /** A file or a chain, from its root on. */
  #startWalk (chance: Chance, name: string): string {
    const dag = chance.pick(DAGS)
    const call = this.#createCall(chance, name)

    if (call == null) {
      return 'nobody is there'
    }

    this.#follow(call, async () => { await walk(call, dag, this.#complain) })

    return `${describe(call)} of ${dag.blocks.length} blocks`
  }

  #createCall (chance: Chance, name: string): Call | undefined {
    const session = chance.oneIn(3) ? chance.pickAny(this.#openSessions()) : undefined
    const resident = session?.resident ?? this.#caller(chance)

    if (resident == null || this.enough) {
      return undefined
    }

    const [providers, only] = this.#providers(chance)
    const controller = new AbortController()
    const { instance } = resident

    return {
      name: `${name} of ${resident.name}`,
      resident,
      missing: new Map(),
      providers: new Set(providers),
      only: only == null && session?.only == null ? undefined : new Set([...only ?? [], ...session?.only ?? []]),
      controller,
      session,
      options: { ...this.#options(chance, name, controller, providers), onlyProviders: only != null },
      exchange: instance.bitswap,
      clock: instance.node.clock,
      life: instance.crashes,
      cancelled: false,
      left: false,
      open: true,
      moves: 0
    }
  }

  #abort (chance: Chance): string {
    const call = chance.pickAny(this.calls.filter(call => call.open && call.resident.isAwake && !isGone(call)))

    call?.controller.abort(new Error(`${call.name} was aborted`))

    return call?.name ?? 'no call'
  }

  #cancelWants (chance: Chance): string {
    const session = chance.oneIn(2) ? chance.pickAny(this.#openSessions()) : undefined
    const resident = session?.resident ?? this.#caller(chance)

    if (resident == null) {
      return 'nobody is there'
    }

    const cancelled = new Set(Array.from({ length: 5 }, () => chance.int(BLOCKS.length)))

    for (const call of this.calls) {
      call.cancelled ||= call.resident === resident && (session == null || call.session === session) && [...call.missing.keys()].some(block => cancelled.has(block))
    }

    (session?.session ?? resident.instance.bitswap).cancelWants([...cancelled].map(block => chance.pick(namesOf(block))))

    return `${[...cancelled].join(', ')} of ${session?.name ?? resident.name}`
  }

  /** Seldom one that was stopped: there is little to see of that. */
  #caller (chance: Chance): Resident | undefined {
    return chance.pickAny(this.#world.residents.filter(({ isAwake, state }) => isAwake && (state === 'up' || chance.oneIn(8))))
  }

  #openSessions (): SessionInUse[] {
    return this.sessions.filter(session => !session.closed && session.resident.isAwake && !isGone(session))
  }

  /** Some providers, and those as a set when nobody else is to be asked. */
  #providers (chance: Chance): [Resident[], ReadonlySet<Resident> | undefined] {
    const providers = chance.oneIn(4) ? this.#world.residents.filter(() => chance.oneIn(2)) : []

    return [providers, providers.length > 0 && chance.oneIn(2) ? new Set(providers) : undefined]
  }

  #options (chance: Chance, name: string, controller: AbortController, providers: readonly Resident[]): GetOptions {
    return {
      signal: controller.signal,
      providers: providers.map(({ instance }) => instance.peer),
      failFast: chance.oneIn(5),
      priority: chance.pick(PRIORITIES),
      ...chance.oneIn(12) ? { maxSize: 1000 } : {},
      ...chance.oneIn(4) ? { onProgress: this.#onProgress(chance, name, controller) } : {}
    }
  }

  /** Throws, or does something to Bitswap from inside; once. */
  #onProgress (chance: Chance, name: string, controller: AbortController): (event: { type: string }) => void {
    const event = chance.pick(EVENTS)
    const act = chance.pick<() => string>([
      () => 'throws',
      () => {
        controller.abort(new Error('aborted from a callback'))

        return 'aborts'
      },
      () => `close a session: ${this.#closeSession(chance)}`,
      () => `call: ${this.#start(chance, `${name} from a callback`)}`,
      () => `cancel wants: ${this.#cancelWants(chance)}`
    ])
    let acted = false

    return ({ type }) => {
      if (type === event && !acted) {
        acted = true
        const done = act()
        this.#world.deeds.push({ time: this.#world.net.clock.now(), what: `${name}, at ${event}`, done })

        if (done === 'throws') {
          throw new Error('a callback that throws')
        }
      }
    }
  }

  #follow (call: Call, make: () => Promise<void>): void {
    const { problems } = this.#world

    // callbacks are called from within already, and do something to it
    this.calls.push(call)
    make().then(() => {
      if (call.missing.size > 0 && !call.left) {
        problems.push(`${call.name} ended without an error, and without ${call.missing.size} blocks`)
      }
    }, (error: unknown) => {
      if (!isGone(call) && !isDue(call, error as Error)) {
        problems.push(`${call.name} failed without a reason: ${String(error)}`)
      }
    }).finally(() => { call.open = false }).catch((error: unknown) => { problems.push(String(error)) })
  }
}

function close (session: SessionInUse): void {
  session.closed = true
  session.session.close()
}

function namesIn (residents: Iterable<Resident>): string {
  return [...residents].map(({ name }) => name).join(' ')
}

function describe ({ resident, missing, session, only, options }: Call): string {
  return [
    `at ${resident.name}`,
    ...missing.size === 0 ? [] : [`for ${[...missing.keys()].join(' ')}`],
    ...session == null ? [] : [`in ${session.name}`],
    ...only == null ? [] : [`from ${namesIn(only)} only`],
    ...options.failFast === true ? ['failing fast'] : [],
    ...options.maxSize == null ? [] : ['small ones only'],
    ...options.onProgress == null ? [] : ['with a callback']
  ].join(' ')
}
