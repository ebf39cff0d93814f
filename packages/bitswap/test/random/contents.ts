/**
 * The blocks there are in random scenarios, the same in all of them: small
 * ones, which are answered at once, some that take several segments, and DAGs.
 * They go by their number.
 */
import { CID } from 'multiformats/cid'
import { multihashKey } from '../../src/core/cid-map.ts'
import type { Block } from '../../src/message/message.ts'
import { chainDag, fileDag } from '../../src/testing/dags.ts'
import type { Dag } from '../../src/testing/dags.ts'
import { randomBlocks } from '../../src/testing/random-blocks.ts'

const DAG_PB = 0x70

export const DAGS: readonly Dag[] = await Promise.all([
  fileDag({ seed: 4, leaves: 20, leafSize: 2000, fanout: 6 }),
  chainDag({ seed: 5, length: 10, size: 500 })
])

/** Those that are no part of a DAG. */
const SINGLE: readonly Block[] = (await Promise.all([
  randomBlocks(20, { seed: 1, size: 200 }),
  randomBlocks(16, { seed: 2, size: 2000 }),
  randomBlocks(6, { seed: 3, size: 40_000 })
])).flat()

export const SINGLES = SINGLE.length

export const BLOCKS: readonly Block[] = [...SINGLE, ...DAGS.flatMap(({ blocks }) => blocks)]

const NUMBERS: ReadonlyMap<string, number> = new Map(BLOCKS.map(({ cid }, number) => [multihashKey(cid), number]))

/** Undefined when it is none of ours. */
export function numberOf (cid: CID): number | undefined {
  return NUMBERS.get(multihashKey(cid))
}

/** A quarter of the single blocks goes by three names. */
export function namesOf (block: number): CID[] {
  const { cid } = BLOCKS[block]

  return block < SINGLES && block % 4 === 0 ? [cid, CID.createV0(cid.multihash as never), CID.createV1(DAG_PB, cid.multihash)] : [cid]
}
