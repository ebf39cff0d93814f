/**
 * How one connected peer behaves on the wire. One that says too much is slowed:
 * its next message is not decoded before what it said is paid off, and waits in
 * its stream. One that goes on for all that, or that sends again and again what
 * is no message, or nothing, is disconnected. Each is counted, and logged with
 * its name.
 *
 * Not for: blocks nobody asked for, which the wanting side knows of.
 */
import type { Logger, PeerId } from '@libp2p/interface'
import type { Charges } from '../core/charges.ts'
import type { Cancel, Clock } from '../core/clock.ts'
import type { ReceivedMessage } from '../message/message.ts'
import type { EntryAllowance } from './entry-allowance.ts'
import type { Letter } from './letter.ts'
import type { MessengerStats } from './messenger-stats.ts'
import type { Network } from './network.ts'
import type { NetworkOptions } from './options.ts'

/** What may have led to a block: a want-have, the want, and the cancel with which some thank for it. */
const ENTRIES_PER_BLOCK = 3

/** What a want may bring: a DONT_HAVE, and a HAVE when the block has come after all. */
const PRESENCES_PER_WANT = 2

/**
 * Entries left out of a message that could be read, for one message that could
 * not: a peer may want what we have no name for.
 */
const LEFT_OUT_PER_MALFORMED = 64

/** What it takes of all peers together. */
export interface ConductComponents {
  network: Pick<Network, 'disconnect'>
  clock: Clock
  log: Logger
  stats: MessengerStats
}

export interface PeerConductComponents extends ConductComponents {
  entries: EntryAllowance
  malformed: Charges
  streams: Charges
}

export type PeerConductOptions = Pick<NetworkOptions, 'floodTimeout'>

/** A message of so many bytes may say so much that others would wait for it: some 350 wants. */
const LARGE = 16_384

/** What a peer is disconnected for: the counter of that. */
type Offence = 'floodsCutOff' | 'malformedCutOff' | 'streamsCutOff'

export class PeerConduct {
  readonly #peer: PeerId
  readonly #key: string
  readonly #components: PeerConductComponents
  readonly #options: PeerConductOptions
  /** While its messages have to wait. */
  #waiting: { readable: PromiseWithResolvers<void>, cancel: Cancel } | undefined
  /** The next message it is read had to wait. */
  #hasWaited = false
  /** That it has to wait, for itself or others, was counted. */
  #isCounted = false
  #emptyStreams = 0
  #isLeaving = false
  #stopped = false

  constructor (peer: PeerId, components: PeerConductComponents, options: PeerConductOptions) {
    this.#peer = peer
    this.#key = peer.toString()
    this.#components = components
    this.#options = options
  }

  /** Does it have to wait before its next message is read? */
  get isHeld (): boolean {
    return this.#waiting != null
  }

  /** To be asked before a message of so many bytes is decoded, and again after it was waited for: undefined when it may be. */
  whenReadable (size: number): Promise<void> | undefined {
    const { entries, clock, log } = this.#components

    if (this.#stopped || this.#waiting != null) {
      return this.#waiting?.readable.promise
    }

    const now = clock.now()
    const wait = entries.waitFor(this.#key, now)
    const waitForOthers = wait === 0 && size >= LARGE ? entries.waitForOthers(this.#key, now) : 0

    if (waitForOthers > 0) {
      return this.#wait(waitForOthers)
    }

    if (wait === 0) {
      if (!this.#hasWaited) {
        entries.letUp(this.#key)
      }

      this.#hasWaited = false
      this.#isCounted = false

      return undefined
    }

    const waited = entries.waited(this.#key, now)

    if (waited === 0) {
      log('%p says more than it may, and has to wait', this.#peer)
    } else if (waited >= this.#options.floodTimeout) {
      this.#cutOff('floodsCutOff', 'goes on saying more than it may')
    }

    this.#hasWaited = true

    return this.#wait(Math.min(wait, this.#options.floodTimeout - waited))
  }

  /** It said this. */
  said ({ wants, cancels, presences, malformed }: ReceivedMessage): void {
    const { entries, clock } = this.#components

    // one that says nothing costs something too
    entries.spend(this.#key, Math.max(1, wants.length + cancels.length + presences.length + malformed), clock.now())

    if (malformed > 0) {
      this.#sentMalformed(malformed / LEFT_OUT_PER_MALFORMED)
    }
  }

  /** This was written to it: what led to it, or comes of it, is free. */
  wrote ({ wants, blocks }: Pick<Letter, 'wants' | 'blocks'>): void {
    const free = ENTRIES_PER_BLOCK * blocks + PRESENCES_PER_WANT * wants

    if (free > 0) {
      this.#components.entries.giveBack(this.#key, free, this.#components.clock.now())
      this.#endWait()
    }
  }

  /** It sent what is no message. */
  sentNoMessage (): void {
    this.#sentMalformed(1)
  }

  /** It opened one stream more than it may. */
  streamRefused (open: number): void {
    this.#components.stats.streamsRefused++
    this.#components.log('%p has %d streams open, and one more is reset', this.#peer, open)
    this.streamEnded(false)
  }

  /** A stream it had opened ended; without a message it is charged for that, unless the connection ended with it. */
  streamEnded (hasSpoken: boolean): void {
    const { clock, stats, streams } = this.#components

    if (hasSpoken || this.#stopped) {
      return
    }

    stats.emptyStreams++

    if (this.#emptyStreams++ > 0) {
      return
    }

    clock.soon(() => {
      const count = this.#emptyStreams

      this.#emptyStreams = 0

      if (!this.#stopped && streams.charge(this.#key, count, clock.now())) {
        this.#cutOff('streamsCutOff', 'goes on opening streams and saying nothing on them')
      }
    })
  }

  /** The peer is gone. */
  stop (): void {
    this.#stopped = true
    this.#endWait()
  }

  #sentMalformed (amount: number): void {
    const { malformed, clock } = this.#components

    if (malformed.charge(this.#key, amount, clock.now())) {
      this.#cutOff('malformedCutOff', 'goes on sending what cannot be read')
    }
  }

  /** It may turn out then that others have used up what there was, and that it has to wait again. */
  #wait (time: number): Promise<void> {
    this.#components.stats.timesHeld += this.#isCounted ? 0 : 1
    this.#isCounted = true
    const cancel = this.#components.clock.timer(Math.max(1, time), () => { this.#endWait() })
    this.#waiting = { readable: Promise.withResolvers(), cancel }

    return this.#waiting.readable.promise
  }

  #endWait (): void {
    const waiting = this.#waiting

    this.#waiting = undefined
    waiting?.cancel()
    waiting?.readable.resolve()
  }

  /** Once what runs at this moment is done. */
  #cutOff (offence: Offence, what: string): void {
    const { network, clock, log, stats } = this.#components

    if (this.#isLeaving || this.#stopped) {
      return
    }

    log.error('%p %s, and is disconnected', this.#peer, what)
    stats[offence]++
    this.#isLeaving = true
    clock.soon(() => {
      this.#isLeaving = false
      network.disconnect(this.#peer)
    })
  }
}
