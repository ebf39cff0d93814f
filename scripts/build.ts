/**
 * Builds `dist` of each package with declarations, from nothing. The packages
 * are built in order and without the condition for sources, so that each one
 * is compiled against what users of the one before will get.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandFailedError, run } from './command.ts'
import { PACKAGES, ROOT } from './repository.ts'

try {
  for (const folder of PACKAGES) {
    await rm(join(ROOT, folder, 'dist'), { recursive: true, force: true })
    await run('tsc', ['-p', folder, '--customConditions', 'null'])
  }
} catch (error) {
  if (!(error instanceof CommandFailedError)) {
    throw error
  }

  console.error(`Error: ${error.message}`)
  process.exitCode = 1
}
