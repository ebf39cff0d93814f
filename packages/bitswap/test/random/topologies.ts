/** Who is connected to whom when a random scenario begins. */
import type { Chance } from './chance.ts'

/** The numbers of two, the lower first. */
export type Pair = readonly [number, number]

const Shapes = { all: 4, line: 1, ring: 1, star: 1, clusters: 2, random: 2, none: 1 } as const

export function drawTopology (chance: Chance, count: number): Pair[] {
  const shape = chance.weighted<keyof typeof Shapes>(Shapes)
  const all = pairsOf(count)

  switch (shape) {
    case 'all':
      return all
    case 'line':
      return all.filter(([a, b]) => b === a + 1)
    case 'ring':
      return all.filter(([a, b]) => b === a + 1 || (a === 0 && b === count - 1))
    case 'star':
      return all.filter(([a]) => a === 0)
    case 'clusters':
      return clusters(all, count)
    case 'random':
      return all.filter(() => chance.oneIn(2))
    case 'none':
      return []
  }
}

/** Each of so many with each. */
export function pairsOf (count: number): Pair[] {
  return Array.from({ length: count }, (_, a) => Array.from({ length: count - a - 1 }, (_, i): Pair => [a, a + 1 + i])).flat()
}

/** Two groups in which all know each other, and one bridge. */
function clusters (all: readonly Pair[], count: number): Pair[] {
  const half = count >> 1

  return all.filter(([a, b]) => a < half === b < half || (a === half - 1 && b === half))
}
