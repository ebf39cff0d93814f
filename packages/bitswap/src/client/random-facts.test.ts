/** The planner played at random: in whatever order things happen, after each of them all holds that must hold on its board. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { number, Table } from '../../test/planner-table.ts'
import { SeededRandom } from '../core/random.ts'
import { boardViolations } from '../testing/invariants/board-invariants.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import type { ClientPeer } from './client-peer.ts'
import { CLIENT_DEFAULTS } from './options.ts'
import type { SessionState } from './session-state.ts'

const SEEDS = 150
const STEPS = 150
const PEERS = 6
const SESSIONS = 4
const MODERN = { have: true, prefix: true }
const ABILITIES = [MODERN, MODERN, { have: false, prefix: true }, { have: false, prefix: false }]

function pick<T> (random: SeededRandom, items: readonly T[]): T {
  return items[random.int(items.length)] as T
}

class RandomTable extends Table {
  readonly #random: SeededRandom
  readonly #limits: typeof CLIENT_DEFAULTS
  /** How many blocks are wanted of: few that all want, or more than is looked past. */
  readonly #blocks: number
  readonly #sessions: SessionState[] = []

  constructor (seed: number) {
    const random = new SeededRandom(seed)
    const limits = {
      maxWantsPerPeer: pick(random, [4, 20, 1024]),
      initialWindow: pick(random, [1, 2, 64]),
      maxLooking: pick(random, [1, 5, 1024]),
      maxBroadcastPeers: pick(random, [0, 1, 3, 1000]),
      maxFormerPeers: pick(random, [0, 1, 1024])
    }

    super(limits, random.int(2) === 0)
    this.#random = random
    this.#limits = { ...CLIENT_DEFAULTS, ...limits }
    this.#blocks = pick(random, [5, 60, 150])
  }

  /** Lets something happen, and says what. */
  step (): string {
    const facts = [
      ...Object.entries(this.#world),
      ...this.#about(this.#ofPeers, [...this.planner.board.peers.values()]),
      ...this.#about(this.#ofSessions, this.#sessions)
    ]
    const [what, happen] = pick(this.#random, facts)

    happen()

    return what
  }

  violations (): string[] {
    this.effects()

    return boardViolations(this.planner.board, this.#limits, this.now)
  }

  readonly #world: Record<string, () => void> = {
    'a peer comes': () => { this.#comes(1 + this.#random.int(PEERS)) },
    'a session is opened': () => { this.#opens() },
    'routing answers': () => { this.#searched() },
    'time passes': () => { this.pass(pick(this.#random, [1, 50, 300, 1000, 6000, 40_000])) }
  }

  readonly #ofPeers: Record<string, (peer: ClientPeer) => void> = {
    'a peer leaves': peer => { this.#rarely(() => { this.disconnect(peer) }) },
    'a peer cannot be reached': peer => { this.planner.peers.unreachable(peer, this.now) },
    'a peer is of another protocol': peer => { this.planner.peers.abilitiesChanged(peer, pick(this.#random, ABILITIES), this.now) },
    'a peer answers': peer => { this.#answers(peer) },
    'a peer answers again': peer => { this.#answers(peer) },
    'a peer is told': peer => { peer.wants.take(peer.abilities) },
    'what a peer is told is lost': peer => { this.#isLost(peer) }
  }

  readonly #ofSessions: Record<string, (session: SessionState) => void> = {
    'a session is closed': session => { this.#rarely(() => { this.#closes(session) }) },
    'a peer is added': session => { this.#joins(session) },
    'blocks are wanted': session => { this.want(session, ...this.#someBlocks()) },
    'a block is wanted no more': session => { this.#wantsLess(session) }
  }

  #about<T> (facts: Record<string, (subject: T) => void>, subjects: readonly T[]): Array<[string, () => void]> {
    return subjects.length === 0 ? [] : Object.entries(facts).map(([what, happen]) => [what, () => { happen(pick(this.#random, subjects)) }])
  }

  #rarely (happen: () => void): void {
    if (this.#random.int(3) === 0) {
      happen()
    }
  }

  #comes (seed: number): void {
    if (!this.planner.board.peers.has(peerIdFromSeed(seed).toString())) {
      this.connect(seed, pick(this.#random, ABILITIES))
    }
  }

  #opens (): void {
    if (this.#sessions.length < SESSIONS) {
      this.#sessions.push(this.session(this.#random.int(5) === 0))
    }
  }

  #joins (session: SessionState): void {
    const peers = [...this.planner.board.peers.values()]

    if (peers.length > 0) {
      this.planner.found.peerJoins(session, pick(this.#random, peers), this.now)
    }
  }

  #closes (session: SessionState): void {
    this.planner.sessionClosed(session, this.now)
    this.#sessions.splice(this.#sessions.indexOf(session), 1)
  }

  #isLost ({ wants, abilities }: ClientPeer): void {
    const batch = wants.take(abilities)

    if (batch != null) {
      wants.lost(batch)
    }
  }

  #someBlocks (): number[] {
    const first = this.#random.int(this.#blocks)

    return Array.from({ length: 1 + this.#random.int(this.#blocks) }, (_, i) => (first + i) % this.#blocks)
  }

  #wantsLess (session: SessionState): void {
    const wants = [...session.wants]

    if (wants.length > 0) {
      this.planner.unwanted(session, pick(this.#random, wants), this.now)
    }
  }

  /** Of what it was told it answers some, in one way or another; a peer may also answer what it was not told, or differently later. */
  #answers (peer: ClientPeer): void {
    const told = [...peer.wants.entries.values()].filter(entry => entry.toldAs != null)

    for (const { cid } of told) {
      const answer = pick(this.#random, [undefined, undefined, 'have', 'block', 'dontHave', 'dontHave'] as const)

      if (answer != null && (answer !== 'dontHave' || peer.abilities.have)) {
        this[answer](peer, number(cid))
      }
    }
  }

  /** Routing has answered for one block, and may have named somebody who is here. */
  #searched (): void {
    const [want] = this.searches.splice(0, 1)
    const [peer] = this.planner.board.peers.values()

    if (want?.search !== 'running') {
      return
    }

    if (peer != null && this.#random.int(2) === 0) {
      this.planner.found.providerFound(want, peer.peer, this.now)
    }

    if (want.search === 'running') {
      this.planner.found.searchEnded(want, this.now)
    }
  }
}

test('whatever happens in whatever order, no want is left without a next event', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const table = new RandomTable(seed)
    const happened: string[] = []

    for (let step = 0; step < STEPS; step++) {
      happened.push(table.step())
      assert.deepEqual(table.violations(), [], `seed ${seed}, after ${happened.slice(-5).join(', ')}`)
    }
  }
})
