/**
 * What happened to wants, step by step: of whom each was asked, what was
 * answered, and when. Pure.
 *
 * Most wants are asked of a peer and come: of those nothing is kept. What
 * happens to the others is kept from the first answer, search or wait on, with
 * whom they are asked of at that time; and what happens to those that somebody
 * listens to from then on.
 *
 * Limits: the last {@link MAX_STEPS} steps of {@link MAX_HISTORIES} wants, until
 * they are over. Of those that come later nothing is kept, and of those of them
 * that somebody listens to one step.
 */
import type { PastWantStep, WantStep } from '../events.ts'
import type { Said } from './answers.ts'
import type { ClientPeer } from './client-peer.ts'
import { WantHistory } from './want-history.ts'
import { isRepeated, isUsual } from './want-steps.ts'
import { WantState } from './want.ts'
import type { Want } from './want.ts'
import type { Entry } from './wantlist-entry.ts'

/** Over it the oldest step of the want is forgotten. */
export const MAX_STEPS = 32

/** Those that are kept are the wants that have been open longest: why they are not here is what will be asked. Takes up to half a MiB. */
export const MAX_HISTORIES = 512

const NOTHING: ReadonlyArray<[Want, WantStep]> = Object.freeze([])

export class WantHistories {
  #size = 0
  /** Steps that were not taken yet, of wants that somebody listens to: no more than follow from one fact. */
  #fresh: Array<[Want, WantStep]> = []

  /** Of how many wants something is kept. */
  get size (): number {
    return this.#size
  }

  /** Is there something to take? */
  get hasFresh (): boolean {
    return this.#fresh.length > 0
  }

  /** Is it of this want? */
  hasFreshOf (want: Want): boolean {
    return this.#fresh.some(([other]) => other === want)
  }

  /** From now on its steps are to be taken. */
  listen (want: Want, now: number): void {
    this.#begin(want, now).listened = true
  }

  /** A step of it; nothing when it says again what the last one said. */
  note (want: Want, step: WantStep, now: number): void {
    const history = want.history ?? this.#beginWith(want, step, now)

    if (history == null || isRepeated(history.last, step)) {
      return
    }

    history.add(step, now)

    if (history.listened) {
      this.#fresh.push([want, step])
    }
  }

  /** What the peer said of it, or that it did not: stands with the want, and is noted. */
  heard (want: Want, peer: ClientPeer, said: Said, now: number): void {
    want.answers.set(peer, said)
    this.note(want, peer.steps.answered[said], now)
  }

  /** A peer is asked for those of the `wants` that these entries name, in a message about to leave. */
  told (peer: ClientPeer, entries: ReadonlyArray<Pick<Entry, 'key' | 'wantType'>>, wants: ReadonlyMap<string, Want>, now: number): void {
    if (this.#size === 0) {
      return
    }

    for (const { key, wantType } of entries) {
      const want = wants.get(key)

      if (want != null) {
        this.note(want, peer.steps.asked[wantType], now)
      }
    }
  }

  /** It is over. */
  end (want: Want): void {
    if (want.history != null) {
      want.history = undefined
      this.#size--
    }
  }

  /** What happened since the last call to wants that somebody listens to. */
  takeFresh (): ReadonlyArray<[Want, WantStep]> {
    if (!this.hasFresh) {
      return NOTHING
    }

    const fresh = this.#fresh
    this.#fresh = []

    return fresh
  }

  /** All that is known of it, oldest first: when nothing is kept, of whom it is asked. */
  of (want: Want, now: number): PastWantStep[] {
    return (want.history ?? asksOf(want, MAX_STEPS, now)).steps(now)
  }

  /** The history of a want that this is the first notable step of, if there is room for it. */
  #beginWith (want: Want, step: WantStep, now: number): WantHistory | undefined {
    const isNotable = want.state !== WantState.Over && !isUsual(step)

    return this.#size < MAX_HISTORIES && isNotable ? this.#begin(want, now) : undefined
  }

  #begin (want: Want, now: number): WantHistory {
    if (want.history == null) {
      want.history = asksOf(want, this.#size < MAX_HISTORIES ? MAX_STEPS : 1, now)
      this.#size++
    }

    return want.history
  }
}

/** What the last of the peers were told that hold it. */
function asksOf (want: Want, maxSteps: number, now: number): WantHistory {
  const history = new WantHistory(maxSteps)
  const asks: Array<{ step: WantStep, at: number }> = []

  for (const peer of [...want.holders].slice(-maxSteps)) {
    const entry = peer.wants.entries.get(want.key)

    if (entry == null || entry.toldAs != null) {
      // a HAVE has just ended it, if it is not there
      asks.push({ step: peer.steps.asked[entry?.wantType ?? 'have'], at: peer.askedAt(want) ?? now })
    }
  }

  asks.sort((a, b) => a.at - b.at).forEach(({ step, at }) => { history.add(step, at) })

  return history
}
