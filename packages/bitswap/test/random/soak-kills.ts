/** A fetch with every peer killed at the end of every message: `npm run soak -- --kills`. */
import { Killing, KILLING_SETTINGS } from '../support/killing.ts'

/** Kills between two lines of progress. */
const PROGRESS_INTERVAL = 100

/** @returns the exit code */
export async function soakKills (): Promise<number> {
  let [lived, failed] = [0, 0]

  for (const setting of KILLING_SETTINGS) {
    const killing = await Killing.in(setting)

    for (const kill of killing.all()) {
      try {
        await killing.survive(kill)
      } catch (error) {
        failed++
        process.stdout.write(`${(error as Error).message}\n`)
      }

      if (++lived % PROGRESS_INTERVAL === 0) {
        process.stderr.write(`${lived} kills, ${failed} failed\n`)
      }
    }
  }

  process.stdout.write(`${lived} kills; ${failed === 0 ? 'none' : failed} failed\n`)

  return failed === 0 ? 0 : 1
}
