/**
 * The other implementations, made ready on this machine: Kubo is built from
 * the Go module system, Helia installed from its own lock file. Both once; what
 * is there already is left alone.
 */
import { existsSync } from 'node:fs'
import { mkdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { KUBO_PATH, KUBO_VERSION } from '../interop/harness/kubo.ts'
import { CommandFailedError, run } from './command.ts'
import { ROOT } from './repository.ts'

const HELIA = 'interop/helia'

/**
 * Builds Kubo, which takes a minute or two the first time.
 *
 * @throws CommandFailedError when there is no Go, or it does not build
 */
export async function prepareKubo (): Promise<void> {
  if (existsSync(KUBO_PATH)) {
    return
  }

  await run('go', ['version'], { capture: true }).catch((error: unknown) => {
    throw new Error(`Kubo ${KUBO_VERSION} has to be built, and that needs Go: https://go.dev/doc/install`, { cause: error })
  })
  console.error(`building Kubo ${KUBO_VERSION}`)

  // under another name until it is whole: an interrupted build leaves nothing that looks finished
  const unfinished = `${KUBO_PATH}.unfinished`

  await mkdir(join(ROOT, 'interop', '.cache'), { recursive: true })
  await run('go', ['build', '-buildvcs=false', '-trimpath', '-o', unfinished, 'github.com/ipfs/kubo/cmd/ipfs'], { folder: 'interop/kubo' })
  await rename(unfinished, KUBO_PATH)
}

/** Installs Helia, unless what is installed is as new as the lock file. */
export async function prepareHelia (): Promise<void> {
  const installed = join(ROOT, HELIA, 'node_modules', '.package-lock.json')
  const lock = join(ROOT, HELIA, 'package-lock.json')

  if (existsSync(installed) && (await stat(installed)).mtimeMs >= (await stat(lock)).mtimeMs) {
    return
  }

  console.error('installing Helia')
  await run('npm', ['ci', '--ignore-scripts', '--loglevel=error'], { folder: HELIA })
}

/** Prints an error of these in one line and sets the exit code. @throws any other error */
export function fail (error: unknown): void {
  if (!(error instanceof CommandFailedError) && !(error instanceof Error && error.cause instanceof CommandFailedError)) {
    throw error
  }

  console.error(`Error: ${error.message}`)
  process.exitCode = 1
}
