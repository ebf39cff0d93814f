/** What a benchmark is made of. Data: what runs it is `runner.ts`, what the cases are is `cases.ts`. */
import type { Scene } from './scene.ts'

/** From the smallest run to the largest: each has all that those before it have. */
export const Extent = { Quick: 0, Usual: 1, Full: 2 } as const
export type Extent = typeof Extent[keyof typeof Extent]

/** What was measured in one round, by name. What could not be measured is missing. */
export type Figures = Readonly<Partial<Record<string, number>>>

export interface Column {
  figure: string
  /** As it heads a column, with its unit. */
  title: string
  digits: number
}

/** One of those that are compared in a case. */
export interface Entry {
  /** Unique in its case. */
  name: string
  /** The smallest run it is part of; as its case when nothing is said. */
  extent?: Extent
  measure: (scene: Scene) => Promise<Figures>
  /** In milliseconds: what takes longer has failed. */
  timeout?: number
  /** Of others: a known defect of theirs by which it may fail, without that being a failure of the run. */
  defect?: string
}

export interface Case {
  /** As in `--only`. */
  name: string
  /** What is done, for who reads the table. */
  title: string
  extent: Extent
  /** The first is what all are compared by; more of it is better unless `less`. */
  columns: readonly [Column, ...Column[]]
  less?: boolean
  /** The entry that all others are held against. */
  own: string
  entries: readonly Entry[]
  /** Whether it has a place in the chart. */
  charted?: boolean
}

/** By case and entry: the figures of each round; of a round that failed, none. */
export type Results = Record<string, Record<string, Figures[]>>
