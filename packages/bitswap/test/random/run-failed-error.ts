/** Something went wrong in the life of a plan; the message says what, when, after what was done, and how to see it again. */
import type { Plan } from './plan.ts'
import type { Deed } from './world.ts'

export interface RunFailure {
  readonly plan: Plan
  readonly time: number
  readonly deeds: readonly Deed[]
  readonly cause: unknown
}

/** Actions that are shown. */
const LAST = 10

export class RunFailedError extends Error {
  override readonly name = 'RunFailedError'
  readonly seed: number
  readonly time: number
  /** Where it was found. */
  readonly origin: string
  /** What was wrong. */
  readonly what: string
  readonly deeds: readonly Deed[]

  constructor ({ plan, time, deeds, cause }: RunFailure) {
    const what = cause instanceof Error ? (cause.name === 'Error' ? cause.message : `${cause.name}: ${cause.message}`) : String(cause)

    super(`seed ${plan.seed}, at ${time} ms: ${what}\nthe last actions:\n${describeDeeds(deeds.slice(-LAST))}\nagain: ${replayCommand(plan)}`, { cause })
    this.seed = plan.seed
    this.origin = cause instanceof Error ? cause.stack ?? '' : ''
    this.time = time
    this.what = what
    this.deeds = deeds
  }
}

export function describeDeeds (deeds: readonly Deed[]): string {
  return deeds.map(({ time, what, done }) => `  ${time.toFixed(0)} ms  ${what}: ${done}`).join('\n')
}

/** What brings this life about again. */
export function replayCommand ({ seed, actions, limits }: Plan): string {
  const isPrefix = actions.every(({ number }, i) => number === i)
  const chosen = isPrefix ? `--actions ${actions.length}` : `--only ${actions.map(({ number }) => number).join(',')}`

  return `npm run soak -- --seed ${seed} ${chosen}${limits.length === 0 ? ' --no-limits' : ''} --trace`
}
