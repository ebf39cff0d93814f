/**
 * Lives many random scenarios, or one of them again: `npm run soak`. Exit code 1
 * when any failed. Progress goes to standard error, what was found to standard
 * output.
 */
import { makePlan, withoutLimits } from './plan.ts'
import { Run } from './run.ts'
import { describeDeeds } from './run-failed-error.ts'
import type { RunFailedError } from './run-failed-error.ts'
import { prefixOf, shrink } from './shrink.ts'
import { soakKills } from './soak-kills.ts'
import { parseSoakOptions, USAGE, UsageError } from './soak-options.ts'
import type { ReplayOptions } from './soak-options.ts'
import { Soak } from './soak-processes.ts'

/** Messages of a life that are kept to be printed. */
const TRACED = 1_000_000

/** @returns the exit code */
async function main (argv: readonly string[]): Promise<number> {
  try {
    const options = parseSoakOptions(argv)

    if ('kills' in options) {
      return await soakKills()
    }

    return 'seed' in options ? await replay(options) : await new Soak(options).run()
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message} (${USAGE})\n`)

      return 1
    }

    throw error
  }
}

async function replay ({ seed, actions, only, noLimits, trace, shrink: isShrunk }: ReplayOptions): Promise<number> {
  const whole = noLimits ? withoutLimits(makePlan(seed)) : makePlan(seed)
  const missing = only?.find(number => whole.actions.every(action => action.number !== number))

  if (missing != null || (actions ?? 0) > whole.actions.length) {
    throw new UsageError(`seed ${seed} has the actions 0 to ${whole.actions.length - 1}: ${missing == null ? `not ${actions} of them` : `there is no ${missing}`}`)
  }

  const plan = only == null ? prefixOf(whole, actions ?? whole.actions.length) : { ...whole, actions: whole.actions.filter(({ number }) => only.includes(number)) }
  const shortest = isShrunk ? (await shrink(plan))?.plan : undefined
  const run = new Run(shortest ?? plan, { maxEntries: trace ? TRACED : 0 })
  let failure: RunFailedError | undefined

  try {
    await run.live()
  } catch (error) {
    failure = error as RunFailedError
  }

  if (trace) {
    process.stdout.write(`${run.world.net.trace.timeline()}\n`)
  }

  if (trace || isShrunk) {
    process.stdout.write(`all actions:\n${describeDeeds(run.world.deeds)}\n`)
  }

  process.stdout.write(failure == null ? `seed ${seed}: all is right after ${run.plan.actions.length} actions; hash ${run.world.net.trace.hash}\n` : `${failure.message}\n${failure.origin}\n`)

  return failure == null ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
