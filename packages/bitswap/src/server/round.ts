/**
 * Who may be given a message of blocks now, and who has to wait for a turn.
 * Turns exist where something is scarce: bytes that were handed to streams and
 * have not left, and the upload that is allowed. While there is enough of both,
 * whoever can take a message is given it. Whose turn it is otherwise says a
 * {@link Schedule}. Pure.
 *
 * A peer that takes long to take what it is given, far longer than others, holds
 * up nobody: what it is given counts with that of others of its kind, and not
 * with that of those who are prompt; in neither for long. What a peer is given
 * before it has taken anything does not count: it is what its stream takes, and one
 * message that is asked for ahead, and however many come and take nothing, those
 * who come with them are served.
 *
 * Limits: an entry for each connected peer that wanted something, and one for
 * each message that is under way.
 */
import { Deadlines } from '../core/deadlines.ts'
import { MovingAverage } from '../core/ewma.ts'
import { TokenBucket } from '../core/token-bucket.ts'
import type { Schedule } from './fair-schedule.ts'
import type { ServerOptions } from './options.ts'

/** A message that has not left for so long is not waited for, in milliseconds; longer where all take long. */
const STALLED = 1000

/** Who takes a message in so many milliseconds is prompt, and who takes no longer than so many times as long as is usual. */
const PROMPT = 250
const PROMPT_FACTOR = 4

/** Weight of the newest message in what is usual. */
const SAMPLE_WEIGHT = 1 / 16

export type RoundOptions = Pick<ServerOptions, 'maxBytesUnderWay' | 'uploadRate' | 'uploadRatePerPeer'>

/** Bytes under way to peers of one kind. */
interface Tally {
  bytes: number
}

/** A message that is under way. */
export interface Given {
  readonly at: number
  readonly bytes: number
  readonly standing: Standing
  /** Where it counts, as long as it does. */
  tally: Tally | undefined
}

/** Of one peer, while it is connected. */
interface Standing {
  /** Undefined before it has taken anything. */
  isPrompt: boolean | undefined
  /** What it may be sent. */
  bucket: TokenBucket | undefined
}

export class Round {
  readonly #options: RoundOptions
  readonly #schedule: Schedule
  readonly #standings: Map<string, Standing> = new Map()
  readonly #prompt: Tally = { bytes: 0 }
  readonly #others: Tally = { bytes: 0 }
  /** Those that count, oldest first. */
  readonly #counted: Set<Given> = new Set()
  /** Peers that are not prompt, and wait for others of their kind; those that came first are first. */
  readonly #aside: Set<string> = new Set()
  /** The one of them whose turn among all is to come. */
  #calledIn: string | undefined
  /** Peers that have used up what they may be sent: until when. */
  readonly #capped: Deadlines<string> = new Deadlines()
  /** How long a message takes. */
  readonly #usual: MovingAverage = new MovingAverage(SAMPLE_WEIGHT)
  #bucket: TokenBucket | undefined

  constructor (options: RoundOptions, schedule: Schedule) {
    this.#options = options
    this.#schedule = schedule
  }

  /** There is a message for this peer. May it be given now? Otherwise it waits until it is {@link next}, or leaves. */
  enter (peer: string, now: number): boolean {
    const standing = this.#standing(peer)
    const at = standing.bucket?.availableAt(now) ?? now

    if (at > now) {
      this.#capped.set(peer, at)
    } else if (this.#standsAside(standing)) {
      this.#aside.add(peer)
    } else if (!this.#schedule.isEmpty || this.#isFull(this.#prompt) || this.#uploadAt(now) > now) {
      this.#schedule.enter(peer)
    } else {
      return true
    }

    return false
  }

  /** There is nothing for it any more. */
  leave (peer: string): void {
    if (this.#calledIn === peer) {
      this.#calledIn = undefined
    }

    this.#aside.delete(peer)
    this.#capped.delete(peer)
    this.#schedule.leave(peer)
  }

  /** Whose turn it is, if there is one; it waits no more. */
  next (now: number): string | undefined {
    this.#expire(now)

    for (let peer = this.#capped.takeDue(now); peer != null; peer = this.#capped.takeDue(now)) {
      if (this.#standsAside(this.#standing(peer))) {
        this.#aside.add(peer)
      } else {
        this.#schedule.enter(peer)
      }
    }

    this.#callIn()

    const next = this.#isFull(this.#prompt) || this.#uploadAt(now) > now ? undefined : this.#schedule.next()

    if (next === this.#calledIn) {
      this.#calledIn = undefined
    }

    return next
  }

  /** When {@link next} may have somebody though nothing else happens; undefined while nobody waits. */
  dueAt (now: number): number | undefined {
    const isWaiting = !this.#schedule.isEmpty || this.#aside.size > 0
    const [oldest] = this.#counted
    const isFull = this.#isFull(this.#prompt) || this.#aside.size > 0
    const room = isFull && oldest != null ? oldest.at + this.#patience : now
    const due = Math.min(this.#capped.next() ?? Infinity, isWaiting ? Math.max(room, this.#uploadAt(now)) : Infinity)

    return due === Infinity ? undefined : due
  }

  /** It is given a message. To be followed by {@link ended}. */
  given (peer: string, bytes: number, now: number): Given {
    const standing = this.#standing(peer)
    const given = { standing, tally: this.#tallyOf(standing), bytes, at: now }

    standing.bucket ??= newBucket(this.#options.uploadRatePerPeer, now)
    standing.bucket?.take(bytes, now)
    this.#bucket ??= newBucket(this.#options.uploadRate, now)
    this.#bucket?.take(bytes, now)
    this.#schedule.given(peer, bytes)

    if (given.tally != null) {
      this.#counted.add(given)
      given.tally.bytes += bytes
    }

    return given
  }

  /** The message has left, or is lost. */
  ended (given: Given, now: number): void {
    const time = now - given.at
    const limit = PROMPT_FACTOR * (this.#usual.value ?? PROMPT)

    this.#discount(given)
    given.standing.isPrompt = time <= Math.max(PROMPT, limit)
    this.#usual.add(Math.min(time, limit))
  }

  /** What may be uploaded has changed. */
  ratesChanged (now: number): void {
    const { uploadRate, uploadRatePerPeer } = this.#options

    this.#bucket = changedBucket(this.#bucket, uploadRate, now)

    for (const [peer, standing] of this.#standings) {
      standing.bucket = changedBucket(standing.bucket, uploadRatePerPeer, now)

      if (this.#capped.get(peer) != null) {
        this.#capped.set(peer, standing.bucket?.availableAt(now) ?? now)
      }
    }
  }

  /** The peer disconnected. */
  forget (peer: string): void {
    this.leave(peer)
    this.#schedule.forget(peer)
    this.#standings.delete(peer)
  }

  #standsAside ({ isPrompt }: Standing): boolean {
    return isPrompt === false && (this.#isFull(this.#others) || this.#aside.size > 0)
  }

  /** One of those that stand aside comes to wait with the others: when it has been given its message, it shows whether there is room for the next. */
  #callIn (): void {
    const [first] = this.#aside

    if (first != null && this.#calledIn == null && !this.#isFull(this.#others)) {
      this.#aside.delete(first)
      this.#schedule.enter(first)
      this.#calledIn = first
    }
  }

  get #patience (): number {
    return Math.max(STALLED, PROMPT_FACTOR * (this.#usual.value ?? 0))
  }

  #standing (peer: string): Standing {
    let standing = this.#standings.get(peer)

    if (standing == null) {
      standing = { isPrompt: undefined, bucket: undefined }
      this.#standings.set(peer, standing)
    }

    return standing
  }

  #tallyOf ({ isPrompt }: Standing): Tally | undefined {
    if (isPrompt == null) {
      return undefined
    }

    return isPrompt ? this.#prompt : this.#others
  }

  #isFull ({ bytes }: Tally): boolean {
    return bytes >= this.#options.maxBytesUnderWay
  }

  /** From when on something may be sent to anybody. */
  #uploadAt (now: number): number {
    return this.#bucket?.availableAt(now) ?? now
  }

  #expire (now: number): void {
    const patience = this.#patience

    for (const given of this.#counted) {
      if (given.at + patience > now) {
        return
      }

      this.#discount(given)
      given.standing.isPrompt = false
    }
  }

  #discount (given: Given): void {
    if (given.tally != null) {
      given.tally.bytes -= given.bytes
      given.tally = undefined
      this.#counted.delete(given)
    }
  }
}

/** One that is not there is made when something is taken from it. */
function changedBucket (bucket: TokenBucket | undefined, rate: number, now: number): TokenBucket | undefined {
  if (rate === Infinity) {
    return undefined
  }

  bucket?.change(rate, rate, now)

  return bucket
}

/** Holds what comes in a second. */
function newBucket (rate: number, now: number): TokenBucket | undefined {
  return rate === Infinity ? undefined : new TokenBucket(rate, rate, now)
}
