/**
 * The tests against other implementations. Builds and installs what they need;
 * fails, and never skips, when it cannot. Arguments choose test files:
 * `npm run test:interop -- interop/files.test.ts`.
 */
import { CommandFailedError, run } from './command.ts'
import { fail, prepareHelia, prepareKubo } from './others.ts'

/** Says nothing of its own, so that the summary of the tests stays the last thing printed. */
async function test (files: readonly string[]): Promise<number> {
  try {
    // each file has a Kubo of its own; two at a time on a small machine would be in each other's way
    await run('node', ['--conditions=ts-bitswap:source', '--test', '--test-concurrency=1', '--test-timeout=300000', ...files])

    return 0
  } catch (error) {
    if (!(error instanceof CommandFailedError)) {
      throw error
    }

    return 1
  }
}

const chosen = process.argv.slice(2)

try {
  await prepareKubo()
  await prepareHelia()
  await run('tsc', ['-p', 'interop/helia'])
  await run('node', ['scripts/build.ts']) // what is packed and installed is what the sources say
  process.exitCode = await test(chosen.length > 0 ? chosen : ['interop/*.test.ts'])
} catch (error) {
  fail(error)
}
