/** Who holds which blocks before anybody fetches, as in boxo's benchmark. */
import type { Block } from 'ts-bitswap'
import type { Instance, VirtualNetwork } from 'ts-bitswap/testing'

export type Random = VirtualNetwork['random']

export type Distribute = (seeds: readonly Instance[], blocks: readonly Block[], random: Random) => void

/** Every seed has every block. */
export function allToAll (seeds: readonly Instance[], blocks: readonly Block[]): void {
  for (const seed of seeds) {
    seed.hold(...blocks)
  }
}

/** Of a hundred blocks the first seed has the first 75, the second the last 75. */
export function overlap1 (seeds: readonly Instance[], blocks: readonly Block[]): void {
  seeds[0]?.hold(...blocks.slice(0, 75))
  seeds[1]?.hold(...blocks.slice(25))
}

/** The first seed has the even blocks, the second the odd ones, both have every third. */
export function overlap3 (seeds: readonly Instance[], blocks: readonly Block[]): void {
  seeds[0]?.hold(...blocks.filter((_, i) => i % 3 === 0 || i % 2 === 0))
  seeds[1]?.hold(...blocks.filter((_, i) => i % 3 === 0 || i % 2 === 1))
}

/** Each block is at one seed, drawn. */
export function onePeerPerBlock (seeds: readonly Instance[], blocks: readonly Block[], random: Random): void {
  for (const block of blocks) {
    seeds[random.int(seeds.length)]?.hold(block)
  }
}
