/**
 * What must hold of each want on the board, and what all of them come to. Part
 * of `board-invariants.ts`, which says when it may be asked.
 */
import type { ClientPeer } from '../../client/client-peer.ts'
import { canCarry, isWorthAsking } from '../../client/peer-choice.ts'
import { Awaits } from '../../client/ready-queue.ts'
import type { WantBoard } from '../../client/want-board.ts'
import { WantState } from '../../client/want.ts'
import type { Want } from '../../client/want.ts'
import { peerName, sessionName, wantName } from './names.ts'

export class WantChecks {
  /** What the wants seen so far come to, to be compared with what others count. */
  holders = 0
  asked = 0
  probed = 0
  wantedBy = 0
  unresolved = 0
  deadlines = 0
  readonly #board: WantBoard
  readonly #maxLooking: number
  readonly #violations: string[]
  readonly #connected: ReadonlySet<ClientPeer>
  /** Is there a peer that is asked nothing, and could be? */
  readonly #anyIdle: boolean

  /** @param violations - where what is found goes */
  constructor (board: WantBoard, maxLooking: number, violations: string[]) {
    this.#board = board
    this.#maxLooking = maxLooking
    this.#violations = violations
    this.#connected = new Set(board.peers.values())
    this.#anyIdle = anyIdle(this.#connected)
  }

  check (want: Want, key: string): void {
    const { sessions } = this.#board

    if (want.key !== key) {
      this.#broken(`${wantName(want)} is under the key of another block`)
    }

    if (want.state === WantState.Over) {
      this.#broken(`${wantName(want)} is over, and still on the board`)
    }

    if (want.sessions.size === 0 && want.state !== WantState.Arriving) {
      this.#broken(`${wantName(want)} is wanted by no session`)
    }

    for (const session of want.sessions) {
      if (!sessions.has(session)) {
        this.#broken(`${wantName(want)} is wanted by ${sessionName(session)}, which is not on the board`)
      }

      if (!session.wants.has(want)) {
        this.#broken(`${wantName(want)} is wanted by ${sessionName(session)}, which does not know`)
      }
    }

    for (const session of want.closedIn) {
      if (!want.sessions.has(session)) {
        this.#broken(`${wantName(want)} is closed in ${sessionName(session)}, which does not want it`)
      }
    }

    this.#wantAndPeers(want)
    this.#progress(want)
    this.holders += want.holders.size
    this.asked += want.askedOf.size
    this.wantedBy += want.sessions.size
  }

  #wantAndPeers (want: Want): void {
    for (const peer of want.holders) {
      if (!this.#connected.has(peer)) {
        this.#broken(`${wantName(want)} is held by ${peerName(peer.key)}, which is not connected`)
      }

      if (!peer.wants.has(want.key)) {
        this.#broken(`${wantName(want)} is held by ${peerName(peer.key)}, in whose wantlist it is not`)
      }

      this.probed += peer.probed.has(want) ? 1 : 0
    }

    for (const peer of want.askedOf) {
      if (!peer.asked.has(want)) {
        this.#broken(`${wantName(want)} is asked of ${peerName(peer.key)}, which does not know`)
      }

      if (!want.holders.has(peer)) {
        this.#broken(`${wantName(want)} is asked of ${peerName(peer.key)}, which is no holder`)
      }
    }

    for (const peer of want.probedAt) {
      if (!peer.probed.has(want)) {
        this.#broken(`${wantName(want)} is probed at ${peerName(peer.key)}, which does not know`)
      }

      if (!want.holders.has(peer)) {
        this.#broken(`${wantName(want)} is probed at ${peerName(peer.key)}, which is no holder`)
      }
    }
  }

  /** Something is under way that ends the state the want is in. */
  #progress (want: Want): void {
    switch (want.state) {
      case WantState.Asked:
        if (want.askedOf.size === 0) {
          this.#broken(`${wantName(want)} is asked of nobody`)
        }
        break
      case WantState.Looking:
        this.unresolved++
        this.#looking(want)
        break
      case WantState.Waiting:
        this.unresolved++

        if (!this.#countDeadline(want)) {
          this.#broken(`${wantName(want)} has no deadline`)
        }
        break
      case WantState.Ready:
        this.#ready(want)
        break
      case WantState.Arriving:
        if (want.holders.size > 0) {
          this.#broken(`${wantName(want)} has ${want.holders.size} holders left`)
        }
        break
      case WantState.Over:
    }
  }

  #looking (want: Want): void {
    const isUnderWay = this.#countDeadline(want) || want.probedAt.size > 0 || want.askedOf.size > 0 || want.search === 'running'

    if (!isUnderWay && !isDialled(want)) {
      this.#broken(`${wantName(want)} has nothing under way`)
    }
  }

  /** It is in the queues of its sessions, for the right reason. */
  #ready (want: Want): void {
    const awaits = hasCandidate(want) ? Awaits.Peer : Awaits.Turn

    for (const session of want.sessions) {
      const awaited = session.ready.awaited(want)

      if (awaited !== awaits) {
        this.#broken(`${wantName(want)} awaits ${awaited ?? 'nothing'} in ${sessionName(session)}, and not a ${awaits}`)
      }

      if (awaits === Awaits.Turn && session.looking < session.maxLooking(this.#maxLooking)) {
        this.#broken(`${wantName(want)} waits for its turn, while ${sessionName(session)} looks for ${session.looking} of ${session.maxLooking(this.#maxLooking)}`)
      }
    }

    if (awaits === Awaits.Turn && !want.isOpen) {
      this.#broken(`${wantName(want)} waits for its turn, and may not be looked for`)
    }

    if (awaits === Awaits.Peer && this.#anyIdle) {
      this.#idleCandidates(want)
    }
  }

  #idleCandidates (want: Want): void {
    for (const session of want.sessions) {
      for (const peer of session.peers) {
        if (isIdle(peer) && isCandidate(want, peer) && isWorthAsking(peer, want, session)) {
          this.#broken(`${wantName(want)} waits for a peer, while ${peerName(peer.key)} is idle`)
        }
      }
    }
  }

  #countDeadline (want: Want): boolean {
    const has = this.#board.deadlines.get(want) != null
    this.deadlines += has ? 1 : 0

    return has
  }

  #broken (what: string): void {
    this.#violations.push(what)
  }
}

function isIdle (peer: ClientPeer): boolean {
  return peer.asked.size === 0 && peer.hasRoom
}

function anyIdle (peers: Iterable<ClientPeer>): boolean {
  for (const peer of peers) {
    if (isIdle(peer)) {
      return true
    }
  }

  return false
}

function isCandidate (want: Want, peer: ClientPeer): boolean {
  return !peer.stalled && !want.isRefusedBy(peer) && canCarry(peer, want.cid)
}

function hasCandidate (want: Want): boolean {
  for (const session of want.sessions) {
    for (const peer of session.peers) {
      if (isCandidate(want, peer)) {
        return true
      }
    }
  }

  return false
}

function isDialled (want: Want): boolean {
  for (const session of want.sessions) {
    if (session.dials > 0) {
      return true
    }
  }

  return false
}
