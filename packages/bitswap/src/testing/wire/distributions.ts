/**
 * Where latencies and rates come from: numbers drawn by a seeded random. Whole
 * and floating numbers by addition, multiplication and division only, so that
 * every engine draws the same.
 */
import type { Random } from '../../core/random.ts'

export interface Distribution {
  draw (random: Random): number
}

/** Steps a uniform draw has. */
const STEPS = 0x1_0000_0000

/** How many uniform draws are summed to one normal one: their variance is 1/12 each. */
const NORMAL_DRAWS = 12

/** From 0 up to, not including, 1. */
export function fraction (random: Random): number {
  return random.int(STEPS) / STEPS
}

/** Always the same. Draws nothing. */
export function fixed (value: number): Distribution {
  return { draw: () => value }
}

/** Each number from `least` up to `most` is as likely. */
export function uniform (least: number, most: number): Distribution {
  return { draw: random => least + fraction(random) * (most - least) }
}

/**
 * The normal distribution, as a sum of twelve uniform draws (Irwin and Hall):
 * right to about 1 % within two deviations, and never beyond six. What is below
 * `least` becomes `least`.
 */
export function normal (mean: number, deviation: number, least: number = 0): Distribution {
  return {
    draw: random => {
      let sum = -NORMAL_DRAWS / 2

      for (let i = 0; i < NORMAL_DRAWS; i++) {
        sum += fraction(random)
      }

      return Math.max(least, mean + sum * deviation)
    }
  }
}

/** One of several distributions, each as often as its weight says. Weights are whole numbers. */
export function mixture (...parts: ReadonlyArray<readonly [weight: number, distribution: Distribution]>): Distribution {
  const total = parts.reduce((sum, [weight]) => sum + weight, 0)

  return {
    draw: random => {
      let left = random.int(total)

      for (const [weight, distribution] of parts) {
        left -= weight

        if (left < 0) {
          return distribution.draw(random)
        }
      }

      return 0
    }
  }
}

export interface InternetLatencyInit {
  /**
   * One way, in milliseconds, to near, farther and farthest peers.
   *
   * @default [60, 200, 800]
   */
  latencies?: readonly [number, number, number]

  /**
   * How many of a hundred peers are in each cluster.
   *
   * @default [40, 30, 30]
   */
  shares?: readonly [number, number, number]

  /**
   * Standard deviation within each cluster, in milliseconds.
   *
   * @default 20
   */
  deviation?: number
}

/** Three clusters of latencies, as boxo's test network has them for the peers of a node on the internet. */
export function internetLatency (init: InternetLatencyInit = {}): Distribution {
  const [near, far, farthest] = init.latencies ?? [60, 200, 800]
  const shares = init.shares ?? [40, 30, 30]
  const deviation = init.deviation ?? 20

  return mixture([shares[0], normal(near, deviation)], [shares[1], normal(far, deviation)], [shares[2], normal(farthest, deviation)])
}

export function toDistribution (value: number | Distribution): Distribution {
  return typeof value === 'number' ? fixed(value) : value
}
