/** What a scenario found out. */
import type { BoxoFigures } from './matrix.ts'

export type Detail = number | string | null | readonly Detail[] | Details

export interface Details {
  readonly [name: string]: Detail
}

/** What a fetcher cost, counted on the wire once the network was quiet. */
export interface Figures {
  /** Messages. */
  sent: number
  received: number
  /** WANT-BLOCKs and WANT-HAVEs it sent. */
  wants: number
  /** Blocks that came though they had come before. */
  duplicates: number
  /** Different blocks that came. */
  blocks: number
}

export interface Result extends Figures {
  name: string
  /** From the first call until all that was fetched has come. */
  seconds: number
  boxo: BoxoFigures | null
  /** Seconds; what it cannot be less than, or in boxo's scenarios what it need not be more than. */
  limit: number | null
  /** Of the whole network, as they arrived. */
  bytes: number
  details: Details
  /** Of the trace: the same run has the same one. */
  hash: string
}

/** What the one who runs scenarios may choose. */
export interface ScenarioOptions {
  seed: number
  /** In full size, however long it takes. */
  full: boolean
}

export interface Scenario {
  name: string
  run (options: ScenarioOptions): Promise<Result>
}

/** A scenario went otherwise than it must. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError'
}

export function round (value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

/** Over no values 0. */
export function mean (values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The least that is not less than so many percent of the values; NaN of none. */
export function percentile (values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)

  return sorted[Math.max(0, Math.ceil(sorted.length * percent / 100) - 1)] ?? Number.NaN
}
