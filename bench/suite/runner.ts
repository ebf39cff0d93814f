/**
 * Runs cases round by round: in each round every case once, and in it every
 * entry once, each in new processes. Every other round goes the other way, so
 * that a machine that grows slower is so for all.
 */
import type { Case, Entry, Extent, Figures, Results } from './case.ts'
import { Kept, Scene } from './scene.ts'

export interface RunOptions {
  rounds: number
  extent: Extent
  /** Of the usual amount of work, so much. */
  scale: number
  /** What takes longer, in milliseconds, has failed, unless it is given another. */
  timeout: number
}

export interface Measurement {
  round: number
  case: string
  entry: string
  /** None when it failed. */
  figures: Figures
  /** Seconds with all that goes before and after. */
  took: number
}

/** Told of each measurement. */
export interface Told {
  measured: (measurement: Measurement) => void
  failed: (failure: { round: number, case: string, entry: string, error: unknown, defect?: string | undefined }) => void
}

/** Those that a run of this extent has, without the cases that have nothing in it. */
export function chosen (cases: readonly Case[], extent: Extent): Case[] {
  return cases
    .map(each => ({ ...each, entries: each.entries.filter(entry => (entry.extent ?? each.extent) <= extent) }))
    .filter(({ entries }) => entries.length > 0)
}

export async function runCases (cases: readonly Case[], options: RunOptions, told: Told): Promise<Results> {
  const run = chosen(cases, options.extent)
  const results: Results = Object.fromEntries(run.map(({ name, entries }) => [name, Object.fromEntries(entries.map(entry => [entry.name, []]))]))

  for (let round = 0; round < options.rounds; round++) {
    for (const each of inTurn(run, round)) {
      const kept = new Kept()

      try {
        for (const entry of inTurn(each.entries, round)) {
          const start = performance.now()
          const figures = await measure(entry, new Scene(round, options.scale, kept), entry.timeout ?? options.timeout).catch((error: unknown) => {
            told.failed({ round, case: each.name, entry: entry.name, error, defect: entry.defect })

            return {}
          })

          results[each.name]?.[entry.name]?.push(figures)
          told.measured({ round, case: each.name, entry: entry.name, figures, took: (performance.now() - start) / 1000 })
        }
      } finally {
        await kept.end()
      }
    }
  }

  return results
}

function inTurn<T> (all: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? all : all.toReversed()
}

async function measure (entry: Entry, scene: Scene, timeout: number): Promise<Figures> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => { reject(new Error(`not done after ${timeout / 1000} s`)) }, timeout)

  try {
    return await Promise.race([entry.measure(scene), late])
  } finally {
    clearTimeout(timer)
    await scene.end()
  }
}
