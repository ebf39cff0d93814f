/**
 * What a run has on disk must cost the next nothing. For minutes after files were
 * deleted ext4 looks at each of them again whenever one is made near them, which
 * took a seventh of all processor time of a transfer from disk to disk; and what
 * was written is still on its way to the disk when the next begins.
 */
import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { readdir, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from '../../interop/harness/data.ts'

const run = promisify(execFile)

/** What was killed may make a file or two more before it is gone. */
const RETRIES = { maxRetries: 10, retryDelay: 50 }

/** How a run is ended before its end, and the exit code of each. That of SIGTERM is the harness's (`child.ts`). */
const SIGNALS = [['SIGINT', 130], ['SIGHUP', 129]] as const

/**
 * Where all temporary files of a run lie, of this process and of those it starts;
 * gone, deleted ones and all, when the scope is left, or the process is ended.
 */
export async function layGround (): Promise<AsyncDisposable & { path: string }> {
  const ground = await temporaryFolder('ground')
  const before = process.env.TMPDIR ?? tmpdir()

  process.env.TMPDIR = ground.path
  removeAtExit(ground.path)

  for (const [signal, code] of SIGNALS) {
    process.on(signal, () => { process.exit(code) }) // not once: the next would end it before all is removed
  }

  return {
    path: ground.path,
    [Symbol.asyncDispose]: async () => {
      process.env.TMPDIR = before
      await ground[Symbol.asyncDispose]()
    }
  }
}

/** What this process started is killed before: whoever starts something listens earlier. */
export function removeAtExit (folder: string): void {
  process.once('exit', () => { rmSync(folder, { recursive: true, force: true, ...RETRIES }) })
}

/** In place of deleting: takes no room from now on. What is no file is left alone, as is what is gone meanwhile. */
export async function emptyFiles (folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(unlessGone) ?? []) {
    const path = join(folder, entry.name)

    if (entry.isDirectory()) {
      await emptyFiles(path)
    } else if (entry.isFile()) {
      await truncate(path).catch(unlessGone)
    }
  }
}

/** Waits until what was written is on the disk, where there is a command for that. */
export async function settle (): Promise<void> {
  await run('sync').catch(unlessGone)
}

function unlessGone (error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
    throw error
  }

  return undefined
}
