/**
 * What one session knows and wants. Pure; the public face is `session.ts`, the
 * policy `want-planner.ts`.
 */
import { RecentSet } from '../core/recent-set.ts'
import { SessionClosedError } from '../errors.ts'
import type { ClientPeer } from './client-peer.ts'
import { Awaits, ReadyQueue } from './ready-queue.ts'
import type { Want } from './want.ts'

/** Peers that are taken in when they connect, at the least; over it the oldest are forgotten. */
const MAX_EXPECTED_PEERS = 256

/** So many wants are looked for at first, before anything is known of who has what. (boxo: 64.) */
const FIRST_LOOKS = 128

/** One WANT-HAVE fewer goes along with each WANT-BLOCK after this many hits (design: 8). */
const HITS_TO_NARROW = 8

/** The most WANT-HAVEs that go along with one WANT-BLOCK. */
const MAX_COMPANIONS = 10

/** Weight of the last block a peer was asked for in its record. */
const RECORD_WEIGHT = 1 / 8

/** Of a peer that was asked for nothing yet: it has as much as it lacks. */
const EVEN = 1 / 2

/** Who had more than half keeps that standing until it had less than this. */
const UNPROVEN = 1 / 4

interface PeerRecord {
  /** Of what it was asked for, what it had: from 0 to 1, the last counting most. */
  share: number
  /** In a row, up to now. */
  misses: number
}

export class SessionState {
  readonly id: number
  /** Ask nobody but `peers`. */
  readonly exclusive: boolean
  /** Peers that had, or are likely to have, what this session wants. */
  readonly peers: Set<ClientPeer> = new Set()
  readonly wants: Set<Want> = new Set()
  /** Wants in state `ready`. */
  readonly ready: ReadyQueue = new ReadyQueue()
  /** Wants of this session in state `looking`. */
  looking = 0
  /** How many were looked for to the end, found or not. */
  looked = 0
  /** Dials under way that may bring a peer. */
  dials = 0
  /** Provider searches under way on its behalf. */
  searches = 0
  /** When the last of them began. */
  searchedAt: number = -Infinity
  /** Wants whose next step waits for such a search, which is for another block. */
  readonly held: Set<Want> = new Set()
  /** How many other peers are asked WANT-HAVE along with each WANT-BLOCK. */
  companions = 1
  closed = false
  /** Providers that could not be dialled: peer ids, or addresses that name none. Over `MAX_EXPECTED_PEERS` no more are noted. */
  readonly unreachable: Set<string> = new Set()

  /** Aborts when the session is closed. */
  get signal (): AbortSignal {
    return this.#closing.signal
  }

  readonly #closing: AbortController = new AbortController()
  #hits = 0
  readonly #records: Map<ClientPeer, PeerRecord> = new Map()
  readonly #proven: Set<ClientPeer> = new Set()
  readonly #expected: RecentSet<string> = new RecentSet(MAX_EXPECTED_PEERS)

  constructor (id: number, exclusive: boolean) {
    this.id = id
    this.exclusive = exclusive
  }

  addPeer (peer: ClientPeer): boolean {
    if (this.peers.has(peer)) {
      return false
    }

    this.peers.add(peer)
    this.unreachable.delete(peer.key)
    peer.sessions.add(this)
    this.#expected.delete(peer.key)

    return true
  }

  /** It left; it is taken back when it returns. */
  removePeer (peer: ClientPeer): void {
    this.peers.delete(peer)
    this.#records.delete(peer)
    this.#proven.delete(peer)
    peer.sessions.delete(this)
    this.expect(peer.key)
  }

  /** A peer that it was to ask cannot be dialled. */
  cannotReach (name: string): void {
    if (this.unreachable.size < MAX_EXPECTED_PEERS) {
      this.unreachable.add(name)
    }
  }

  /** It is to be taken in when it connects. */
  expect (peerKey: string): void {
    this.#expected.add(peerKey)
  }

  expects (peerKey: string): boolean {
    return this.#expected.has(peerKey)
  }

  close (): void {
    this.closed = true
    this.ready.drain(Awaits.Peer)
    this.ready.drain(Awaits.Turn)
    this.#closing.abort(new SessionClosedError(this.id))
  }

  /** A peer was named as one that has it: nobody is asked along with it, until it misses. */
  named (): void {
    this.companions = 0
  }

  /**
   * How many of its wants may be looked for among all peers at once, of `max`. While
   * nobody is known who has any of them, twice as many each time: the first tell
   * who has the others too, mostly, who need not be looked for then.
   */
  maxLooking (max: number): number {
    return this.peers.size > 0 ? max : Math.min(max, FIRST_LOOKS + this.looked)
  }

  /** How many blocks in a row this peer of it was asked for, and did not have. */
  missesOf (peer: ClientPeer): number {
    return this.#records.get(peer)?.misses ?? 0
  }

  /** Is this a peer of it that had most of what it was asked for of late? */
  isProven (peer: ClientPeer): boolean {
    return this.#proven.has(peer)
  }

  /** Did it lack most of it? Never true of a proven one. */
  isDoubtful (peer: ClientPeer): boolean {
    return !this.#proven.has(peer) && (this.#records.get(peer)?.share ?? EVEN) < EVEN
  }

  /** Its peers that had most of what they were asked for of late. */
  get proven (): ReadonlySet<ClientPeer> {
    return this.#proven
  }

  /** The peer that was asked had the block. */
  hit (peer: ClientPeer): void {
    this.#record(peer, true)

    if (++this.#hits >= HITS_TO_NARROW) {
      this.#hits = 0
      this.companions = Math.max(0, this.companions - 1)
    }
  }

  /** It had not: ask others before it next time, and more along with them. Did it lose its standing with this? */
  miss (peer: ClientPeer): boolean {
    const wasProven = this.#proven.has(peer)

    this.#record(peer, false)
    this.#hits = 0
    this.companions = Math.min(MAX_COMPANIONS, Math.max(1, this.companions * 2))

    return wasProven && !this.#proven.has(peer)
  }

  #record (peer: ClientPeer, had: boolean): void {
    if (!this.peers.has(peer)) {
      return
    }

    const record = this.#records.get(peer) ?? { share: EVEN, misses: 0 }

    record.share += RECORD_WEIGHT * (Number(had) - record.share)
    record.misses = had ? 0 : record.misses + 1
    this.#records.set(peer, record)

    if (record.share > EVEN) {
      this.#proven.add(peer)
    } else if (record.share < UNPROVEN) {
      this.#proven.delete(peer)
    }
  }
}
