/**
 * Callers who would rather fail than wait: rejected when nobody is left whom
 * their block could be had from. A peer that is connected and has not said yet
 * what it speaks may be somebody: a call right after a dial would fail without
 * anybody asked. Of such peers a caller waits once, for those there are then.
 *
 * Not for: finding out that nobody is left (`want-looking.ts`).
 */
import { BlockUnavailableError, UnavailableReason } from '../errors.ts'
import type { ClientComponents } from './components.ts'
import type { PeerChanges } from './peer-changes.ts'
import type { SessionState } from './session-state.ts'
import { WantState } from './want.ts'
import type { Want } from './want.ts'
import type { Waiter, Waiters } from './waiters.ts'

export interface FailFastComponents {
  waiters: Pick<Waiters, 'impatientOf' | 'putOff' | 'resume' | 'delete'>
  network: Pick<ClientComponents['network'], 'peersIdentified'>
  clock: Pick<ClientComponents['clock'], 'now'>
  peers: Pick<PeerChanges, 'lookAgain'>
}

/** Called with the sessions of those that were rejected. */
type Failed = (sessions: Iterable<SessionState>) => void

export class FailFast {
  readonly #components: FailFastComponents
  /** Those that wait for peers to be identified, or have. */
  readonly #patient: WeakSet<Waiter> = new WeakSet()

  constructor (components: FailFastComponents) {
    this.#components = components
  }

  /**
   * Nobody is left whom this want could be had from: rejects its callers that
   * asked to fail fast, at once or when it is known who is connected. A want that
   * is asked of somebody again by then is not unavailable any more. Looks at none
   * that waits, by its own wish or as it is put off: of one block there may be
   * thousands, and this is called as each of them comes.
   *
   * @returns when there are callers that wait for that: resolves when they are dealt with
   */
  unavailable (want: Want, failed: Failed): Promise<void> | undefined {
    if (want.state !== WantState.Waiting) {
      return undefined
    }

    const { waiters, network, clock, peers } = this.#components
    const failing = waiters.impatientOf(want.key)
    const patient = failing.filter(waiter => !this.#patient.has(waiter) && !want.closedIn.has(waiter.session))
    const identified = patient.length > 0 ? network.peersIdentified() : undefined

    if (identified == null) {
      this.#reject(want, failing, failed)

      return undefined
    }

    for (const waiter of patient) {
      this.#patient.add(waiter)
      waiters.putOff(want.key, waiter)
    }

    this.#reject(want, waiters.impatientOf(want.key), failed)

    return identified.then(() => {
      patient.forEach(waiter => { waiters.resume(want.key, waiter) })
      // of more than a peer has room for it was offered only the first
      peers.lookAgain(want, clock.now())
      this.#reject(want, patient, failed)
    })
  }

  /** Those of them that wait still, if nobody is left still. */
  #reject (want: Want, failing: readonly Waiter[], failed: Failed): void {
    if (want.state !== WantState.Waiting) {
      return
    }

    const taken = failing.filter(waiter => this.#components.waiters.delete(want.key, waiter))

    for (const waiter of taken) {
      waiter.failed(new BlockUnavailableError(waiter.cid, reasonsOf(want, waiter.session), { providersFound: want.named?.count }))
    }

    failed(new Set(taken.map(({ session }) => session)))
  }
}

/** How each peer ended that was asked, or that the session was to ask and could not reach. */
function reasonsOf (want: Want, session: SessionState): Map<string, UnavailableReason> {
  const reasons = want.reasons()

  for (const name of session.unreachable) {
    if (!reasons.has(name)) {
      reasons.set(name, UnavailableReason.Unreachable)
    }
  }

  return reasons
}
