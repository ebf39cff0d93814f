/**
 * How good a virtual network is: latencies, rates, windows. Milliseconds, bytes,
 * bytes per second. A number is the same for all; a {@link Distribution} is
 * drawn from the seed, for each node or each ordered pair of nodes, and does
 * not depend on what else there is.
 */
import { InvalidOptionError } from '../../errors.ts'
import type { Random } from '../../core/random.ts'
import type { Distribution } from './distributions.ts'

export interface ConnectionConditionsInit {
  /**
   * From one node to another, one way.
   *
   * @default 0
   */
  latency?: number | Distribution

  /**
   * Added to the latency of each segment. What was sent first still comes first.
   *
   * @default none
   */
  jitter?: number | Distribution

  /**
   * What one connection carries each way.
   *
   * @default unlimited
   */
  rate?: number | Distribution
}

export interface NodeConditionsInit {
  /**
   * What all connections of a node carry together, away from it. They take
   * turns.
   *
   * @default unlimited
   */
  uplink?: number | Distribution

  /**
   * The same, towards it.
   *
   * @default unlimited
   */
  downlink?: number | Distribution
}

export interface NetworkConditionsInit extends ConnectionConditionsInit, NodeConditionsInit {
  /**
   * Round trips a dial takes before the connection is there (TCP, TLS, muxer).
   *
   * @default 1
   */
  dialRoundTrips?: number

  /**
   * Round trips it takes to open a stream before it can be written to: 1 as
   * libp2p negotiates protocols, 0 for a network that asks for no time.
   *
   * @default 1
   */
  streamRoundTrips?: 0 | 1

  /**
   * Bytes per stream and direction that may be under way or unread, at first.
   * (yamux: 256 KiB.)
   *
   * @default 262144
   */
  window?: number

  /**
   * To what a window grows that is used up within four round trips. (yamux: 16
   * MiB.)
   *
   * @default 16777216
   */
  maxWindow?: number

  /**
   * Bytes arrive in pieces of this size at most, whatever they were sent in;
   * where a rate is set, in smaller ones, of about 4 ms.
   *
   * @default 65536
   */
  segmentSize?: number
}

export interface NetworkConditions {
  readonly latency: number | Distribution
  readonly jitter: number | Distribution | undefined
  readonly rate: number | Distribution | undefined
  readonly uplink: number | Distribution | undefined
  readonly downlink: number | Distribution | undefined
  readonly dialRoundTrips: number
  readonly streamRoundTrips: 0 | 1
  readonly window: number
  readonly maxWindow: number
  readonly segmentSize: number
}

export interface ConnectOptions extends ConnectionConditionsInit {
  /**
   * Milliseconds until the ends tell each other what they speak; streams can be
   * opened before.
   *
   * @default 0
   */
  identifyDelay?: number
}

export const CONDITION_DEFAULTS: NetworkConditions = Object.freeze({
  latency: 0,
  jitter: undefined,
  rate: undefined,
  uplink: undefined,
  downlink: undefined,
  dialRoundTrips: 1,
  streamRoundTrips: 1,
  window: 262_144,
  maxWindow: 16_777_216,
  segmentSize: 65_536
})

/** What each must be, where it is a number. */
const LEAST: Readonly<Record<keyof NetworkConditions, number>> = {
  latency: 0,
  jitter: 0,
  rate: 1,
  uplink: 1,
  downlink: 1,
  dialRoundTrips: 0,
  streamRoundTrips: 0,
  window: 1,
  maxWindow: 1,
  segmentSize: 1
}

const WHOLE: ReadonlySet<keyof NetworkConditions> = new Set(['window', 'maxWindow', 'segmentSize', 'streamRoundTrips'])

/**
 * What a value or distribution comes to for two nodes, or one.
 *
 * @throws InvalidOptionError when that cannot be
 */
export function drawn<T extends number | Distribution | undefined> (name: keyof NetworkConditions, value: T, random: Random): T extends undefined ? undefined : number
export function drawn (name: keyof NetworkConditions, value: number | Distribution | undefined, random: Random): number | undefined {
  const number = typeof value === 'object' ? value.draw(random) : value

  check(name, number)

  return number
}

function check (name: keyof NetworkConditions, value: unknown): void {
  const least = LEAST[name]
  const holds = typeof value === 'number' && value >= least && value < Infinity && (!WHOLE.has(name) || Number.isInteger(value))

  if (value !== undefined && !holds) {
    throw new InvalidOptionError(`network.${name}`, value, `a ${WHOLE.has(name) ? 'whole ' : ''}number from ${least} up`)
  }
}

/** @throws InvalidOptionError */
export function resolveConditions (init: NetworkConditionsInit = {}): NetworkConditions {
  const unknown = Object.keys(init).find(name => !(name in CONDITION_DEFAULTS))

  if (unknown != null) {
    throw new InvalidOptionError(`network.${unknown}`, init[unknown as keyof NetworkConditionsInit], 'an option there is')
  }

  const given: NetworkConditionsInit = Object.fromEntries(Object.entries(init).filter(([, value]) => value !== undefined))
  const { latency, jitter, rate, uplink, downlink, dialRoundTrips, streamRoundTrips, window, maxWindow, segmentSize } = { ...CONDITION_DEFAULTS, ...given }
  const conditions: NetworkConditions = {
    latency,
    jitter,
    rate,
    uplink,
    downlink,
    dialRoundTrips,
    streamRoundTrips,
    window,
    maxWindow: Math.max(window, init.maxWindow ?? maxWindow),
    segmentSize
  }

  for (const name of Object.keys(LEAST) as Array<keyof NetworkConditions>) {
    const value = conditions[name]

    if (typeof value !== 'object') {
      check(name, value ?? CONDITION_DEFAULTS[name])
    }
  }

  if (conditions.streamRoundTrips > 1) {
    throw new InvalidOptionError('network.streamRoundTrips', conditions.streamRoundTrips, '0 or 1')
  }

  return Object.freeze(conditions)
}
