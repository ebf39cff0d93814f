/**
 * What one session knows and wants. Pure; the public face is `session.ts`, the
 * policy `want-planner.ts`.
 */
import { RecentSet } from '../core/recent-set.ts'
import { SessionClosedError } from '../errors.ts'
import type { ClientPeer } from './client-peer.ts'
import { Awaits, ReadyQueue } from './ready-queue.ts'
import type { Want } from './want.ts'

/** Peers that are taken in when they connect; over it the oldest is forgotten. */
const MAX_EXPECTED_PEERS = 256

/** One WANT-HAVE fewer goes along with each WANT-BLOCK after this many hits (design: 8). */
const HITS_TO_NARROW = 8

/** The most WANT-HAVEs that go along with one WANT-BLOCK. */
const MAX_COMPANIONS = 10

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
  /** Dials under way that may bring a peer. */
  dials = 0
  /** Provider searches under way on its behalf. */
  searches = 0
  /** How many other peers are asked WANT-HAVE along with each WANT-BLOCK. */
  companions = 1
  closed = false
  /** Peers with room that found nothing near the head of the queue; they look again when it has moved on. */
  readonly hungry: Set<ClientPeer> = new Set()

  /** Aborts when the session is closed. */
  get signal (): AbortSignal {
    return this.#closing.signal
  }

  readonly #closing: AbortController = new AbortController()
  #hits = 0
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
    peer.sessions.add(this)
    this.#expected.delete(peer.key)

    return true
  }

  /** It left; it is taken back when it returns. */
  removePeer (peer: ClientPeer): void {
    this.peers.delete(peer)
    this.hungry.delete(peer)
    peer.sessions.delete(this)
    this.expect(peer.key)
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

  /** The peer that was asked first had the block. */
  hit (): void {
    if (++this.#hits >= HITS_TO_NARROW) {
      this.#hits = 0
      this.companions = Math.max(0, this.companions - 1)
    }
  }

  /** It had not: ask more peers along with it next time. */
  miss (): void {
    this.#hits = 0
    this.companions = Math.min(MAX_COMPANIONS, Math.max(1, this.companions * 2))
  }
}
