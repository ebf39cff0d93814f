/**
 * What the wanting side knows of one connected peer, over all sessions: its
 * wantlist, what blocks it was asked for, how much it may be asked for at once,
 * and how it has behaved. Forgotten when it disconnects, but how useful it was.
 */
import type { PeerId } from '@libp2p/interface'
import { MovingAverage } from '../core/ewma.ts'
import { AnswerTimes } from './answer-times.ts'
import type { AnswerTimesLimits } from './answer-times.ts'
import { OvertakenWants } from './overtaken-wants.ts'
import { PeerWants } from './peer-wants.ts'
import { PeerSpeed } from './peer-speed.ts'
import type { UsualSpeed } from './peer-speed.ts'
import { PeerWindow } from './peer-window.ts'
import type { WindowLimits } from './peer-window.ts'
import type { PeerAbilities } from './peer-abilities.ts'
import type { SessionState } from './session-state.ts'
import type { UnofferedWants } from './unoffered-wants.ts'
import { Usefulness } from './usefulness.ts'
import { stepsOf } from './want-steps.ts'
import type { PeerSteps } from './want-steps.ts'
import type { Want } from './want.ts'

/** Weight of the newest sample of the latency: the half of the rest is forgotten with each. (As boxo.) */
const LATENCY_WEIGHT = 0.5

export class ClientPeer {
  readonly peer: PeerId
  /** `peer.toString()`: what peers are told apart by. */
  readonly key: string
  /** A small one, which no other has while it is here (`peer-numbers.ts`). */
  number = 0
  readonly wants: PeerWants
  readonly speed: PeerSpeed
  /** How much it may be asked for at once. */
  readonly window: PeerWindow
  /** How long it is waited for. */
  readonly times: AnswerTimes
  #abilities: PeerAbilities = { have: true, prefix: true }
  /** Blocks asked of it and not answered, and since when; oldest first. */
  readonly asked: Map<Want, number> = new Map()
  /** The same of wants it was asked WANT-HAVE for, be the want waiting for that or not. */
  readonly probed: Map<Want, number> = new Map()
  /** Of those it was asked for, what it sent others in place of. */
  readonly overtaken: OvertakenWants = new OvertakenWants()
  /** What there was no room for when it came. */
  unoffered: UnofferedWants | undefined
  /** What it said it has and did not send when it was asked, since the last block it sent; and in which round of the want. */
  #unhonoured: WeakMap<Want, number> | undefined
  readonly sessions: Set<SessionState> = new Set()
  /** How likely it is to have what is wanted next. */
  usefulness: Usefulness = new Usefulness()
  readonly latency: MovingAverage = new MovingAverage(LATENCY_WEIGHT)
  /** It owes us answers and has been silent for too long; until it is heard again it is asked nothing new. */
  stalled = false
  /** It was told again of something since it fell silent. */
  nudged = false
  /** When it last gave a sign before it was passed over: its silence counts as a no for good some time after that. */
  silentSince: number = -Infinity
  readonly #maxAnswers: number
  /** How many more blocks it may send as answers to what it was told of our wants. */
  #answers = 0
  #steps: PeerSteps | undefined
  blocks = 0
  bytes = 0
  haves = 0
  dontHaves = 0

  constructor (peer: PeerId, { window, times }: { window: WindowLimits, times: AnswerTimesLimits }, usual: UsualSpeed) {
    this.peer = peer
    this.key = peer.toString()
    this.wants = new PeerWants(window.max)
    // those it holds, and as many that it answered while it was told otherwise
    this.#maxAnswers = 2 * window.max
    this.speed = new PeerSpeed(usual)
    this.window = new PeerWindow(this.speed, window)
    this.times = new AnswerTimes(times)
  }

  /** What may be noted of wants that has to do with it. */
  get steps (): PeerSteps {
    this.#steps ??= stepsOf(this.peer)

    return this.#steps
  }

  get abilities (): PeerAbilities {
    return this.#abilities
  }

  set abilities (abilities: PeerAbilities) {
    this.#abilities = abilities
    this.window.saysNo = abilities.have
  }

  /** May it be asked for another block now? */
  get hasRoom (): boolean {
    return !this.stalled && this.asked.size < this.window.wants && this.wants.hasRoom
  }

  /** In how many milliseconds another block asked of it now would be here, by what is known of it. */
  get delay (): number {
    return this.speed.timeFor(this.asked.size + 1)
  }

  /** Does it owe us answers? */
  get owes (): boolean {
    return this.asked.size > 0 || this.probed.size > 0
  }

  /** Since when it is asked for this, or whether it has it; undefined when it is not, or that is not known any more. */
  askedAt (want: Want): number | undefined {
    return this.asked.get(want) ?? this.probed.get(want) ?? this.wants.entries.get(want.key)?.sentAt
  }

  /** Does it owe an answer for this? */
  owesAnswer (want: Want): boolean {
    return this.asked.has(want) || this.probed.has(want)
  }

  /** The wants it owes an answer for. */
  owed (): Set<Want> {
    return new Set([...this.asked.keys(), ...this.probed.keys()])
  }

  /** It was heard of, and may have answered what it `owed`. */
  answered (askedAt: number | undefined, owed: boolean, now: number): void {
    if (owed || this.stalled) {
      this.times.answered(askedAt, now)
    }

    this.stalled = false

    if (askedAt != null) {
      this.latency.add(now - askedAt)
      this.speed.answered(now - askedAt)
    }
  }

  /** It is told of so many wants. */
  told (wants: number): void {
    this.#answers = Math.min(this.#answers + wants, this.#maxAnswers)
  }

  /** Can a block that comes from it be one it was asked for, or a second copy of that? Known before it is hashed. */
  get mayAnswer (): boolean {
    return this.#answers > 0
  }

  /** A block came from it. Can it be the answer to anything it was told? */
  spendAnswer (): boolean {
    return this.#answers > 0 && this.#answers-- > 0
  }

  /** So many bytes have come from it in all. */
  heard (bytes: number, now: number): void {
    this.speed.heard(bytes, this.window.isHeld(this.asked.size), now)
  }

  /** A block it was asked for came; to be told after what was {@link heard}, and before it is asked for less. */
  delivered (size: number): void {
    this.blocks++
    this.bytes += size
    this.#unhonoured = undefined
    this.speed.delivered(size)

    if (!this.window.isHeld(this.asked.size)) {
      this.window.delivered()
    }
  }

  /** It fell silent: half the window, and the wants it was asked for go to others. */
  stall (): void {
    this.nudged &&= this.stalled
    this.stalled = true
    this.window.shrink()
  }

  /** It said that it has this, and leaves us without it. */
  brokeItsWord (want: Want): void {
    this.#unhonoured ??= new WeakMap()
    this.#unhonoured.set(want, want.refreshes)
  }

  /** Is it worth nothing when it says that it has this? Not for ever: it is believed anew whenever everybody is asked again. */
  isUnbelieved (want: Want): boolean {
    return this.#unhonoured?.get(want) === want.refreshes
  }

  /** We could not listen: what it owes, it owes from now on. */
  excuse (now: number): void {
    for (const owed of [this.asked, this.probed]) {
      for (const want of owed.keys()) {
        owed.set(want, now)
      }
    }
  }
}
