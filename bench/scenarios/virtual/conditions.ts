/**
 * The networks of boxo's benchmark (`bitswap/benchmarks_test.go` and
 * `bitswap/testnet` of boxo 0.42): its latencies and rates, drawn once for each
 * ordered pair of nodes, as there. A stream costs no time to open and has no
 * flow control to speak of, for boxo's network has neither.
 *
 * Where we are stricter: boxo lets a pair that was silent save up what it could
 * have sent, up to one second's worth; here nobody can send faster than the rate.
 */
import { internetLatency, normal } from 'ts-bitswap/testing'
import type { InternetLatencyInit, NetworkConditionsInit } from 'ts-bitswap/testing'

/** More than any of the rows has under way between two nodes. */
const NO_FLOW_CONTROL = 16_777_216

const BOXO: NetworkConditionsInit = { streamRoundTrips: 0, window: NO_FLOW_CONTROL }

interface RealWorldInit extends InternetLatencyInit {
  /** Bytes per second of each ordered pair: mean and standard deviation. */
  rate: readonly [number, number]
}

function realWorld ({ rate: [mean, deviation], ...latency }: RealWorldInit): NetworkConditionsInit {
  return { ...BOXO, latency: internetLatency(latency), rate: normal(mean, deviation, 1) }
}

/** 10 ms each way, no limit to what goes at once. */
export const FIXED_DELAY: NetworkConditionsInit = Object.freeze({ ...BOXO, latency: 10 })

export const FAST: NetworkConditionsInit = Object.freeze(realWorld({ shares: [100, 0, 0], rate: [1_250_000, 300_000] }))

export const AVERAGE: NetworkConditionsInit = Object.freeze(realWorld({ shares: [40, 30, 30], rate: [500_000, 80_000] }))

export const SLOW: NetworkConditionsInit = Object.freeze(realWorld({ latencies: [60, 200, 4000], shares: [40, 30, 30], rate: [100_000, 16_500] }))

export const DATACENTER: NetworkConditionsInit = Object.freeze({ ...BOXO, latency: normal(5, 3), rate: normal(125_000_000, 3_000_000, 1) })

/** Milliseconds that each operation of a seed's store takes in a data centre. */
export const DATACENTER_STORE = 25
