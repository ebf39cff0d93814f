/**
 * Where every want stands: the book-keeping that keeps wants, peers and
 * sessions in step with each other. Moves are made here and decided in
 * `want-moves.ts`. Pure.
 *
 * Limits: wants are bounded by whoever adds them, wants at one peer by its
 * `PeerWants`, and all else is proportional to those two.
 */
import { Deadlines } from '../core/deadlines.ts'
import { WantType } from '../message/message.ts'
import type { ClientPeer } from './client-peer.ts'
import { LateCancels } from './late-cancels.ts'
import { hasV0 } from './peer-abilities.ts'
import { Openings } from './openings.ts'
import { PeerNumbers } from './peer-numbers.ts'
import { UsualSpeed } from './peer-speed.ts'
import type { Awaits } from './ready-queue.ts'
import { ReadySessions } from './ready-sessions.ts'
import type { SessionState } from './session-state.ts'
import { WantHistories } from './want-histories.ts'
import { Want, WantState } from './want.ts'
import type { WantedBy } from './want.ts'

export class WantBoard {
  readonly wants: Map<string, Want> = new Map()
  readonly peers: Map<string, ClientPeer> = new Map()
  readonly numbers: PeerNumbers // of those who are here, and of some who were
  readonly sessions: Set<SessionState> = new Set()
  readonly ready: ReadySessions = new ReadySessions()
  /** Wants nobody is known to have: looking or waiting. */
  readonly unresolved: Set<Want> = new Set()
  /** Of wants: the next step, or the refresh. Of peers: when their silence counts. Of sessions: whether somebody has fallen behind. */
  readonly deadlines: Deadlines<Want | ClientPeer | SessionState> = new Deadlines()
  /** Peers whose wantlist has changed. */
  readonly changed: Set<ClientPeer> = new Set()
  readonly openings: Openings = new Openings()
  /** Wants that are over while routing is still asked for them. */
  readonly searchless: Set<Want> = new Set()
  readonly usual: UsualSpeed = new UsualSpeed() // of all peers there were
  readonly lateCancels: LateCancels = new LateCancels()
  readonly histories: WantHistories = new WantHistories()

  /** @param maxFormerPeers - of how many who left it is remembered what they said */
  constructor (maxFormerPeers: number) {
    this.numbers = new PeerNumbers(maxFormerPeers)
  }

  /**
   * A session wants it; `closed` if from nobody but its own peers. What it wants
   * openly once it wants openly.
   */
  add (session: SessionState, { key, cid, priority, closed }: WantedBy): Want {
    let want = this.wants.get(key)

    if (want == null) {
      want = new Want(key, cid, priority, this.numbers)
      this.wants.set(key, want)
    }

    if (!want.sessions.has(session)) {
      want.sessions.add(session)
      want.closedIn.add(session)
      session.wants.add(want)
      session.looking += want.state === WantState.Looking ? 1 : 0
    }

    if (!closed) {
      want.closedIn.delete(session)
    }

    if (!hasV0(want.cid) && hasV0(cid)) {
      want.cid = cid
    }

    if (priority > want.priority) {
      want.priority = priority
      this.#leaveQueues(want)
    }

    return want
  }

  /** The session wants it no more. */
  leave (session: SessionState, want: Want): void {
    if (want.sessions.delete(session)) {
      want.closedIn.delete(session)
      this.#drop(session, want)
      session.ready.remove(want)

      if (want.state === WantState.Looking) {
        session.looking--
        this.openings.roomToLook.add(session)
      }
    }
  }

  /** Nothing of it is left, here or at any peer. */
  remove (want: Want): void {
    if (want.state === WantState.Over) {
      return
    }

    this.withdraw(want)
    this.#leaveState(want)
    want.state = WantState.Over
    this.wants.delete(want.key)

    for (const session of want.sessions) {
      this.#drop(session, want)
    }

    want.sessions.clear()
    want.closedIn.clear()
    this.histories.end(want)
    this.dropSearch(want)
  }

  /** Routing need not be asked for it any more. */
  dropSearch (want: Want): void {
    if (want.search === 'running') {
      want.endSearch()
      this.searchless.add(want)
    }
  }

  enter (want: Want, state: Exclude<WantState, 'ready'>): void {
    this.#leaveState(want)
    want.state = state

    if (state === WantState.Looking || state === WantState.Waiting) {
      this.unresolved.add(want)
    }

    if (state === WantState.Looking) {
      for (const session of want.sessions) {
        session.looking++
      }
    }
  }

  /** It becomes `ready`, in the queues of all its sessions. */
  queue (want: Want, awaits: Awaits): void {
    if (want.state !== WantState.Ready) {
      this.#leaveState(want)
      want.state = WantState.Ready
    }

    for (const session of want.sessions) {
      this.ready.queue(session, want, awaits)
    }
  }

  /** Asks the peer to send it. False when the peer's wantlist is full. */
  ask (want: Want, peer: ClientPeer, now: number): boolean {
    if (!this.#tell(want, peer, WantType.Block, now)) {
      return false
    }

    this.#answeredProbe(want, peer)
    want.askedOf.add(peer)
    peer.speed.asked({ isIdle: peer.asked.size === 0, held: peer.window.isHeld(peer.asked.size) }, now)

    if (peer.asked.size === 0) {
      peer.times.beganToOweBlocks(now)
    }

    peer.asked.set(want, now)

    return true
  }

  /** Asks the peer whether it has it. With `wait`, the want counts on the answer. False when the peer's wantlist is full. */
  probe (want: Want, peer: ClientPeer, now: number, wait: boolean): boolean {
    if (!this.#tell(want, peer, WantType.Have, now)) {
      return false
    }

    if (!peer.probed.has(want)) {
      peer.probed.set(want, now)
    }

    if (wait) {
      want.probedAt.add(peer)
    }

    return true
  }

  /** The peer answered, fell silent or left: it owes nothing for this want any more. Was it asked to send it? */
  answered (want: Want, peer: ClientPeer): boolean {
    const asked = want.askedOf.delete(peer)

    if (asked) {
      peer.asked.delete(want)
      peer.overtaken.delete(want)
      this.openings.freed.add(peer)
    }

    this.#answeredProbe(want, peer)

    return asked
  }

  /** It is not to be had from this peer after all, of which it was asked. */
  takeBack (want: Want, peer: ClientPeer): void {
    this.answered(want, peer)

    if (!peer.wants.hasRoom) {
      this.openings.freed.add(peer)
    }

    want.holders.delete(peer)
    peer.wants.cancel(want.key)
    this.lateCancels.add(peer)

    if (peer.wants.hasChanges) {
      this.changed.add(peer)
    }
  }

  /** Takes it back from every peer that holds it. */
  withdraw (want: Want): void {
    for (const peer of want.holders) {
      this.takeBack(want, peer)
    }
  }

  /** The peer's wantlist ended it, by a block or a HAVE; or nothing of it can be told to this peer. */
  dropHolder (want: Want, peer: ClientPeer): void {
    if (!peer.wants.has(want.key)) {
      want.holders.delete(peer)
    }
  }

  /** Into the peer's wantlist, which makes room for it if it can. */
  #tell (want: Want, peer: ClientPeer, wantType: WantType, now: number): boolean {
    if (!peer.wants.has(want.key) && peer.wants.isFull) {
      const withdrawn = peer.wants.withdrawRefused()

      if (withdrawn == null) {
        return false
      }

      this.wants.get(withdrawn)?.holders.delete(peer)
      this.lateCancels.add(peer)
    }

    peer.wants.want(want, wantType)
    want.holders.add(peer)
    this.changed.add(peer)

    // a peer that owed nothing owes from now on
    if (!peer.owes) {
      peer.times.beganToOwe(now)
      this.deadlines.set(peer, now + peer.times.timeout)
    }

    return true
  }

  /** A session that wants nothing has nobody who could fall behind. */
  #drop (session: SessionState, want: Want): void {
    session.wants.delete(want)

    if (session.wants.size === 0) {
      this.deadlines.delete(session)
    }
  }

  #answeredProbe (want: Want, peer: ClientPeer): void {
    want.probedAt.delete(peer)
    peer.probed.delete(want)
  }

  #leaveState (want: Want): void {
    want.release()
    this.deadlines.delete(want)
    this.unresolved.delete(want)

    if (want.state === WantState.Looking) {
      for (const session of want.sessions) {
        session.looking--
        session.looked++
        this.openings.roomToLook.add(session)
      }
    } else if (want.state === WantState.Ready) {
      this.#leaveQueues(want)
    }
  }

  #leaveQueues (want: Want): void {
    for (const session of want.sessions) {
      session.ready.remove(want)
    }
  }
}
