/**
 * The scenarios on the virtual network, in virtual time: what the algorithms
 * cost, whatever the machine. Started by `npm run bench:scenarios`. The same
 * seed prints the same figures, but for those that say they are real.
 *
 *   --seed N      what is left to chance follows from it (default 1)
 *   --only NAME   one of them
 *   --full        those that are smaller by default in full size
 *   --json        one object per line on standard output, nothing else
 *
 * Sent and received are the messages of the fetcher, counted when the network
 * has come to rest: with the cancels that go out after the last block came,
 * which boxo's figures leave out: how many those are is said below. Where there are several fetchers they are
 * those of the first in boxo's scenarios, and of all together in the others; so
 * are duplicates and blocks. Bytes are those of the whole network.
 *
 * Fails when a scenario does: one that hangs, loses a block, or leaves anything
 * behind. Not when it is slow.
 */
import { readArguments } from './arguments.ts'
import type { Arguments } from './arguments.ts'
import { header, jsonLine, row } from './report.ts'
import { SCENARIOS } from './scenarios.ts'

/** Those that fail are told of, and the others run all the same. */
async function runAll ({ scenarios, seed, full, json }: Arguments): Promise<void> {
  if (!json) {
    console.log(header())
  }

  for (const { name, run } of scenarios) {
    try {
      const result = await run({ seed, full })
      console.log(json ? jsonLine(result) : row(result))
    } catch (error) {
      process.exitCode = 1
      console.error(`Error: ${name}, seed ${seed}:`, error)
    }
  }
}

try {
  await runAll(readArguments(process.argv.slice(2), SCENARIOS))
} catch (error) {
  console.error(`Error: ${(error as Error).message}`)
  process.exitCode = 1
}
