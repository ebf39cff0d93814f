/**
 * The scenarios of boxo's benchmark on its virtual network, with its parameters
 * (`bitswap/benchmarks_test.go` of boxo 0.42) and what boxo 0.42 needed for
 * them on its own network, in real time.
 *
 * `limit` is what the round trips alone cost: one to find out who has the first
 * block, then one for each step that cannot be overlapped. Where a range is
 * possible it is the upper end.
 *
 * In the rows of 200 and 300 nodes boxo connects seeds with each other as well.
 * They want nothing, so nothing goes over those 20 000 to 45 000 connections, and
 * the fetcher sees the same; here they are left out. (A test shows it.)
 *
 * boxo's zeros under duplicates are not given: it counts a duplicate by asking
 * a store in which its fetcher puts nothing.
 */
import type { NetworkConditionsInit } from 'ts-bitswap/testing'
import { AVERAGE, DATACENTER, DATACENTER_STORE, FAST, FIXED_DELAY, SLOW } from './conditions.ts'
import { allToAll, onePeerPerBlock, overlap1, overlap3 } from './distribute.ts'
import type { Distribute } from './distribute.ts'
import { allConcurrent, batchBy10, bigBatch, oneAtATime, unixfs, unixfsLarge } from './fetch.ts'
import type { Fetch } from './fetch.ts'

/** What boxo needed, and the messages its first fetcher sent and received until then. */
export interface BoxoFigures {
  seconds: number
  sent: number
  received: number
}

export interface Row {
  name: string
  conditions: NetworkConditionsInit
  /** Those that fetch; the others of `nodes` are seeds. */
  fetchers: number
  nodes: number
  /** Seeds are connected with each other too, not with those that fetch alone. */
  mesh: boolean
  blocks: number
  /** Bytes in the first block, and in each of the others. */
  rootSize: number
  blockSize: number
  /** Milliseconds of each operation of a seed's store. */
  storeDelay: number
  distribute: Distribute
  fetch: Fetch
  boxo: BoxoFigures
  /** Seconds. */
  limit: number | null
}

type Given = 'name' | 'nodes' | 'boxo' | 'limit'

const FIXED = { conditions: FIXED_DELAY, fetchers: 1, mesh: true, blocks: 100, rootSize: 800, blockSize: 8000, storeDelay: 0 }
const WORLD = { ...FIXED, nodes: 300, mesh: false, blocks: 200, distribute: allToAll, fetch: bigBatch, limit: null }
const CENTRE = { ...FIXED, conditions: DATACENTER, blockSize: 262_144, storeDelay: DATACENTER_STORE, distribute: allToAll, limit: null }

function boxo (seconds: number, sent: number, received: number): BoxoFigures {
  return { seconds, sent, received }
}

function fixed (row: Pick<Row, Given> & Partial<Row>, distribute: Distribute, fetch: Fetch): Row {
  return { ...FIXED, ...row, distribute, fetch }
}

export const MATRIX: readonly Row[] = [
  fixed({ name: '3Nodes-AllToAll-OneAtATime', nodes: 3, boxo: boxo(3.63, 324, 195), limit: 2.02 }, allToAll, oneAtATime),
  fixed({ name: '3Nodes-AllToAll-BigBatch', nodes: 3, boxo: boxo(0.047, 5, 37), limit: 0.04 }, allToAll, bigBatch),
  fixed({ name: '3Nodes-Overlap1-OneAtATime', nodes: 3, boxo: boxo(3.55, 199, 132), limit: 2.04 }, overlap1, oneAtATime),
  fixed({ name: '3Nodes-Overlap3-OneAtATime', nodes: 3, boxo: boxo(4.59, 361, 232), limit: 4.04 }, overlap3, oneAtATime),
  fixed({ name: '3Nodes-Overlap3-BatchBy10', nodes: 3, boxo: boxo(0.74, 68, 51), limit: 0.42 }, overlap3, batchBy10),
  fixed({ name: '3Nodes-Overlap3-AllConcurrent', nodes: 3, boxo: boxo(0.106, 12, 39), limit: 0.06 }, overlap3, allConcurrent),
  fixed({ name: '3Nodes-Overlap3-BigBatch', nodes: 3, boxo: boxo(0.086, 9, 36), limit: 0.06 }, overlap3, bigBatch),
  fixed({ name: '3Nodes-Overlap3-UnixfsFetch', nodes: 3, boxo: boxo(0.194, 20, 38), limit: 0.12 }, overlap3, unixfs),
  fixed({ name: '10Nodes-AllToAll-OneAtATime', nodes: 10, boxo: boxo(3.41, 307, 204), limit: 2.02 }, allToAll, oneAtATime),
  fixed({ name: '10Nodes-AllToAll-BatchFetchBy10', nodes: 10, boxo: boxo(0.43, 188, 103), limit: 0.22 }, allToAll, batchBy10),
  fixed({ name: '10Nodes-AllToAll-BigBatch', nodes: 10, boxo: boxo(0.045, 27, 42), limit: 0.04 }, allToAll, bigBatch),
  fixed({ name: '10Nodes-AllToAll-AllConcurrent', nodes: 10, boxo: boxo(0.067, 36, 60), limit: 0.04 }, allToAll, allConcurrent),
  fixed({ name: '10Nodes-AllToAll-UnixfsFetch', nodes: 10, boxo: boxo(0.106, 26, 44), limit: 0.08 }, allToAll, unixfs),
  fixed({ name: '10Nodes-AllToAll-UnixfsFetchLarge', nodes: 10, blocks: 1000, boxo: boxo(0.837, 95, 369), limit: 0.44 }, allToAll, unixfsLarge),
  fixed({ name: '10Nodes-OnePeerPerBlock-OneAtATime', nodes: 10, boxo: boxo(6.33, 1607, 863), limit: 4 }, onePeerPerBlock, oneAtATime),
  fixed({ name: '10Nodes-OnePeerPerBlock-BigBatch', nodes: 10, boxo: boxo(0.108, 52, 57), limit: 0.04 }, onePeerPerBlock, bigBatch),
  fixed({ name: '10Nodes-OnePeerPerBlock-UnixfsFetch', nodes: 10, boxo: boxo(0.257, 98, 60), limit: 0.12 }, onePeerPerBlock, unixfs),
  fixed({ name: '200Nodes-AllToAll-BigBatch', nodes: 200, mesh: false, blocks: 20, boxo: boxo(2.03, 398, 206), limit: 0.04 }, allToAll, bigBatch),
  { ...WORLD, name: 'RealWorld-Fast', conditions: FAST, boxo: boxo(2.63, 598, 664) },
  { ...WORLD, name: 'RealWorld-Average', conditions: AVERAGE, boxo: boxo(2.96, 598, 550) },
  { ...WORLD, name: 'RealWorld-Slow', conditions: SLOW, boxo: boxo(7.79, 1196, 769) },
  { ...CENTRE, name: 'Datacenter-3Nodes', nodes: 3, fetch: unixfs, boxo: boxo(0.69, 64, 101) },
  // the only one whose first block is as large as the others
  { ...CENTRE, name: 'Datacenter-3Leech3Seed', nodes: 6, fetchers: 3, blocks: 1000, rootSize: 262_144, fetch: unixfsLarge, boxo: boxo(4.9, 649, 1011) }
]
