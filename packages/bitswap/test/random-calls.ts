/**
 * Calls that users make of random instances, and what becomes of each: with
 * what a call ends must be a consequence of what was done to it.
 */
import type { CID } from 'multiformats/cid'
import type { GetOptions, Session } from '../src/api.ts'
import { sleep } from '../src/core/clock.ts'
import { multihashKey } from '../src/core/cid-map.ts'
import type { Block } from '../src/message/message.ts'
import { namesOf } from './random-world.ts'
import type { Member, World } from './random-world.ts'

export interface Call {
  readonly name: string
  readonly member: Member
  /** Blocks it has not got yet, by the names it asked for them. */
  readonly missing: Map<number, CID>
  /** Peers it asks alone; undefined when it asks everybody. */
  readonly only: ReadonlySet<Member> | undefined
  readonly controller: AbortController
  readonly session: SessionInUse | undefined
  readonly options: GetOptions
  /** Was `cancelWants` called for one of its blocks? */
  cancelled: boolean
  /** Its consumer has left, or never comes back. */
  left: boolean
  open: boolean
}

export interface SessionInUse {
  readonly member: Member
  readonly session: Session
  readonly only: ReadonlySet<Member> | undefined
  closed: boolean
}

export class Calls {
  readonly calls: Call[] = []
  readonly sessions: SessionInUse[] = []
  readonly problems: string[] = []
  /** No more calls are made. */
  enough = false
  readonly #world: World
  readonly #done: Array<Promise<void>> = []

  constructor (world: World) {
    this.#world = world
  }

  /** All calls have ended. */
  async ended (): Promise<void> {
    await Promise.all(this.#done)
  }

  openSession (): void {
    const { chance, members } = this.#world
    const member = chance.pick(members)
    const [providers, only] = this.#providers()

    this.sessions.push({
      member,
      only,
      closed: false,
      session: member.instance.bitswap.newSession({ providers: providers.map(({ instance }) => instance.peer), onlyProviders: only != null })
    })
  }

  closeSession (): void {
    const open = this.sessions.filter(({ closed }) => !closed)

    if (open.length > 0) {
      const closing = this.#world.chance.pick(open)
      closing.closed = true
      closing.session.close()
    }
  }

  /** One block or many, with or without a session, with options of all kinds. */
  start (): void {
    const { chance, members, blocks } = this.#world
    const session = chance.oneIn(3) && this.sessions.length > 0 ? chance.pick(this.sessions) : undefined
    const member = session?.member ?? chance.pick(members)
    const count = chance.oneIn(2) ? 1 : 1 + chance.int(30)
    const wanted = new Map(Array.from({ length: count }, () => chance.int(blocks.length)).filter(block => !member.lies.has(block)).map(block => [block, chance.pick(namesOf(block))]))
    const [providers, only] = this.#providers()
    const controller = new AbortController()
    const call: Call = {
      name: `call ${this.calls.length} of ${member.name}`,
      member,
      missing: wanted,
      only: only == null && session?.only == null ? undefined : new Set([...only ?? [], ...session?.only ?? []]),
      controller,
      session,
      options: this.#options(controller, providers, only != null),
      cancelled: false,
      left: false,
      open: true
    }

    if (wanted.size > 0 && !this.enough) {
      this.calls.push(call)
      this.#done.push(this.#follow(call, count === 1 ? this.#getOne(call) : this.#getMany(call)))
    }
  }

  abort (): void {
    const open = this.calls.filter(call => call.open)

    if (open.length > 0) {
      const call = this.#world.chance.pick(open)
      call.controller.abort(new Error(`${call.name} was aborted`))
    }
  }

  cancelWants (): void {
    const { chance, members, blocks } = this.#world
    const session = chance.oneIn(2) && this.sessions.length > 0 ? chance.pick(this.sessions) : undefined
    const member = session?.member ?? chance.pick(members)
    const cancelled = new Set(Array.from({ length: 5 }, () => chance.int(blocks.length)))

    for (const call of this.calls) {
      call.cancelled ||= call.member === member && (session == null || call.session === session) && [...call.missing.keys()].some(block => cancelled.has(block))
    }

    (session?.session ?? member.instance.bitswap).cancelWants([...cancelled].map(block => chance.pick(namesOf(block))))
  }

  /** Some providers, and those as a set when nobody else is to be asked. */
  #providers (): [Member[], ReadonlySet<Member> | undefined] {
    const { chance, members } = this.#world
    const providers = chance.oneIn(4) ? members.filter(() => chance.oneIn(2)) : []

    return [providers, providers.length > 0 && chance.oneIn(2) ? new Set(providers) : undefined]
  }

  #options (controller: AbortController, providers: Member[], onlyProviders: boolean): GetOptions {
    const { chance } = this.#world

    return {
      signal: controller.signal,
      providers: providers.map(({ instance }) => instance.peer),
      onlyProviders,
      failFast: chance.oneIn(5),
      priority: chance.int(3) - 1,
      ...chance.oneIn(12) ? { maxSize: 1000 } : {},
      ...chance.oneIn(4) ? { onProgress: this.#onProgress(controller) } : {}
    }
  }

  /** Does nothing, throws, or does something to Bitswap from inside. */
  #onProgress (controller: AbortController): (event: { type: string }) => void {
    const { chance } = this.#world
    const event = chance.pick(['bitswap:want', 'bitswap:unwant', 'bitswap:block', 'bitswap:find-providers', 'bitswap:found-provider'])
    const act = chance.pick([
      () => { throw new Error('a callback that throws') },
      () => { controller.abort(new Error('aborted from a callback')) },
      () => { this.closeSession() },
      () => { this.start() },
      () => { this.cancelWants() }
    ])
    let acted = false

    return ({ type }) => {
      if (type === event && !acted) {
        acted = true
        act()
      }
    }
  }

  async #getOne (call: Call): Promise<void> {
    const [cid] = call.missing.values()
    const bytes = await (call.session?.session ?? call.member.instance.bitswap).getBlock(cid, call.options)

    this.#got(call, { cid, bytes })
  }

  async #getMany (call: Call): Promise<void> {
    const { chance, net } = this.#world
    const slow = chance.oneIn(3)
    const leaveAfter = chance.oneIn(5) ? chance.int(call.missing.size) : Infinity
    const cids = [...call.missing.values()]
    const blocks = (call.session?.session ?? call.member.instance.bitswap).getBlocks(this.#input(cids), call.options)
    let taken = 0

    for await (const block of blocks) {
      this.#got(call, block)

      if (++taken > leaveAfter) {
        call.left = true
        break
      }

      if (slow) {
        await sleep(net.clock, chance.int(300))
      }
    }
  }

  /** At once, as a stream, or as a stream that throws at its end. */
  #input (cids: CID[]): Iterable<CID> | AsyncIterable<CID> {
    const { chance, net } = this.#world
    const throws = chance.oneIn(8)

    if (chance.oneIn(2)) {
      return [...cids, ...cids]
    }

    return (async function * () {
      for (const cid of cids) {
        yield cid
        await sleep(net.clock, chance.int(100))
      }

      if (throws) {
        throw new Error('the input failed')
      }
    })()
  }

  #got (call: Call, { cid, bytes }: Block): void {
    const block = this.#world.blocks.findIndex(known => multihashKey(known.cid) === multihashKey(cid))
    const expected = this.#world.blocks[block]

    if (!call.missing.delete(block)) {
      this.problems.push(`${call.name} got ${cid} twice, or did not ask for it`)
    }

    if (Buffer.compare(bytes, expected.bytes) !== 0) {
      this.problems.push(`${call.name} got wrong bytes for ${cid}`)
    }
  }

  async #follow (call: Call, outcome: Promise<void>): Promise<void> {
    try {
      await outcome

      if (call.missing.size > 0 && !call.left) {
        this.problems.push(`${call.name} ended without an error, and without ${call.missing.size} blocks`)
      }
    } catch (error) {
      if (!isDue(call, error as Error)) {
        this.problems.push(`${call.name} failed without a reason: ${error as Error}`)
      }
    } finally {
      call.open = false
    }
  }
}

/** May a call end with this error, after what happened? */
function isDue (call: Call, error: Error): boolean {
  switch (error.name) {
    case 'WantCancelledError':
      return call.cancelled
    case 'SessionClosedError':
      return call.session?.closed === true || call.member.wasStopped
    case 'NotStartedError':
      return call.member.wasStopped
    case 'BlockUnavailableError':
      return call.options.failFast === true
    case 'BlockTooLargeError':
      return call.options.maxSize != null
    default:
      return error === call.controller.signal.reason || (error.message === 'the store failed' && call.member.storeFailed) || error.message === 'the input failed'
  }
}
