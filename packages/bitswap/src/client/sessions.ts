/**
 * The sessions there are, and the peers that users add to them. Limit:
 * `maxSessions`; over it none is opened. Each is dropped when closed.
 */
import { isPeerId } from '@libp2p/interface'
import type { AbortOptions, Logger, PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { Provider, SessionOptions } from '../api.ts'
import { multihashKey } from '../core/cid-map.ts'
import type { Clock } from '../core/clock.ts'
import { detach } from '../core/detach.ts'
import { inTime } from '../core/timeout-signal.ts'
import { NotConnectedError, SessionClosedError, TooManySessionsError } from '../errors.ts'
import type { ClientOptions } from './options.ts'
import { ClientSession } from './session.ts'
import type { SessionClient } from './session.ts'
import { SessionState } from './session-state.ts'
import type { UsefulPeers } from './useful-peers.ts'
import type { WantDriver } from './want-driver.ts'
import type { WantPlanner } from './want-planner.ts'
import type { Waiters } from './waiters.ts'

export interface SessionsComponents {
  clock: Clock
  log: Logger
  network: { connect (target: Provider, options?: AbortOptions): Promise<PeerId> }
  planner: WantPlanner
  waiters: Waiters
  useful: Pick<UsefulPeers, 'sessionClosed'>
  driver: WantDriver
}

export class Sessions {
  readonly #components: SessionsComponents
  readonly #options: ClientOptions
  readonly #sessions: Map<SessionState, ClientSession> = new Map()
  #shared: ClientSession | undefined
  #next = 1

  constructor (components: SessionsComponents, options: ClientOptions) {
    this.#components = components
    this.#options = options
  }

  get size (): number {
    return this.#sessions.size
  }

  /** @throws TooManySessionsError */
  open (client: SessionClient, options: SessionOptions = {}): ClientSession {
    if (this.#sessions.size >= this.#options.maxSessions) {
      throw new TooManySessionsError(this.#options.maxSessions)
    }

    const state = new SessionState(this.#next++, options.onlyProviders === true)
    const session = new ClientSession(client, state)

    this.#components.planner.board.sessions.add(state)
    this.#sessions.set(state, session)
    session.closeOn(options.signal)
    this.addProviders(state, options.providers)

    return session
  }

  /** They become peers of the session: now, or when they connect. One that cannot be reached is passed over. */
  addProviders (state: SessionState, providers: readonly Provider[] = []): void {
    for (const provider of providers) {
      const name = nameOf(provider)

      if (name != null && !state.closed) {
        state.expect(name)
      }

      detach(this.addPeer(state, provider), this.#components.log, 'dialling a provider')
    }
  }

  /** The one of all calls that name none and bring no providers of their own. */
  shared (client: SessionClient): ClientSession {
    if (this.#shared?.closed !== false) {
      this.#shared = this.open(client)
    }

    return this.#shared
  }

  /** Its callers reject; what only they wanted is wanted no more. Twice is a no-op. */
  close (state: SessionState, reason: Error = new SessionClosedError(state.id)): void {
    const { planner, waiters, driver, useful, clock } = this.#components

    if (!this.#sessions.delete(state)) {
      return
    }

    const { wants } = planner.board
    const waiting = waiters.takeOf(state, key => wants.get(key)?.sessions.has(state) === true)

    planner.sessionClosed(state, clock.now())
    driver.apply()
    useful.sessionClosed()

    for (const waiter of waiting) {
      waiter.failed(reason)
    }
  }

  closeAll (): void {
    for (const session of [...this.#sessions.values()]) {
      session.close()
    }

    this.#shared = undefined
  }

  /** Those that want this block. */
  for (cid: CID): ClientSession[] {
    const states = this.#components.planner.board.wants.get(multihashKey(cid))?.sessions ?? []

    return [...states].map(state => this.#sessions.get(state)).filter(session => session != null)
  }

  /** Connects to a peer and adds it. Until then the wants of the session are not given up. */
  async addPeer (state: SessionState, provider: Provider, options?: AbortOptions): Promise<void> {
    const { clock, network, planner, driver } = this.#components

    if (state.closed) {
      throw new SessionClosedError(state.id)
    }

    planner.found.dialsChanged(state, 1, clock.now())

    try {
      const id = await inTime(clock, this.#options.dialTimeout, async signal => await network.connect(provider, { signal }), options?.signal, state.signal)
      const peer = planner.board.peers.get(id.toString())

      if (peer == null) {
        throw new NotConnectedError(id)
      }

      planner.found.peerJoins(state, peer, clock.now())
    } catch (error) {
      // that its user gave up says nothing of the peer
      if (options?.signal?.aborted !== true) {
        state.cannotReach(nameOf(provider) ?? String(provider))
      }

      throw error
    } finally {
      planner.found.dialsChanged(state, -1, clock.now())
      driver.apply()
    }
  }
}

/** Whom it names, if it says so. */
function nameOf (provider: Provider): string | undefined {
  if (isPeerId(provider)) {
    return provider.toString()
  }

  const [address] = Array.isArray(provider) ? provider : [provider]

  return address?.getComponents().findLast(({ name }) => name === 'p2p')?.value
}
