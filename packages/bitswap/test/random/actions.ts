/**
 * What can be done to a network of Bitswaps, and how often each is. An action
 * is no more than its kind, its time and a seed: whom it befalls is drawn from
 * the seed when its time has come, so that leaving out later actions changes
 * nothing of it.
 */
import type { Chance } from './chance.ts'

/** Out of all actions, how many are of each kind. */
const WEIGHTS = {
  call: 60,
  walk: 8,
  'open a session': 8,
  'close a session': 4,
  abort: 10,
  'cancel wants': 4,
  'add a block': 12,
  'delete a block': 4,
  'spoil a block': 2,
  disconnect: 6,
  blink: 6,
  connect: 12,
  part: 2,
  hold: 5,
  stall: 4,
  reset: 6,
  cut: 4,
  'change a byte': 2,
  'refuse streams': 5,
  'slow store': 3,
  'failing store': 4,
  'broken store': 2,
  crash: 4,
  restart: 4,
  freeze: 3,
  'jump ahead': 2,
  'change a router': 4,
  flood: 2,
  'push blocks': 3,
  lie: 3
} as const

export type ActionKind = keyof typeof WEIGHTS

export interface Action {
  /** Its place among all actions of the plan. */
  readonly number: number
  /** Milliseconds from the start. */
  readonly time: number
  readonly kind: ActionKind
  readonly seed: number
}

/** Does it, and says what it did, in words. */
export type Act = (chance: Chance, action: Action) => string

/** What goes wrong matters most where something has just begun: actions come in bursts of so many milliseconds. */
const BURST = 400

/** Bursts there are for each ten actions. */
const BURSTS = 2

/** In the order of their times. */
export function drawActions (chance: Chance, count: number, duration: number): Action[] {
  const bursts = Array.from({ length: Math.ceil(count * BURSTS / 10) }, () => chance.int(duration - BURST))
  const time = (): number => chance.oneIn(3) ? chance.int(duration) : chance.pick(bursts) + chance.int(BURST)
  const drawn = Array.from({ length: count }, () => ({ time: time(), kind: chance.weighted<ActionKind>(WEIGHTS), seed: chance.seed() }))

  return drawn.toSorted((a, b) => a.time - b.time).map((action, number) => ({ number, ...action }))
}
