/**
 * What a run has on disk must cost the next nothing. For minutes after files were
 * deleted ext4 looks at each of them again whenever one is made near them, which
 * took a seventh of all processor time of a transfer from disk to disk; and what
 * was written is still on its way to the disk when the next begins.
 */
import { execFile } from 'node:child_process'
import { readdir, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from '../../interop/harness/data.ts'

const run = promisify(execFile)

/** Where all temporary files of a run lie, of this process and of those it starts; gone, deleted ones and all, when the scope is left. */
export async function layGround (): Promise<AsyncDisposable & { path: string }> {
  const ground = await temporaryFolder('ground')
  const before = process.env.TMPDIR ?? tmpdir()

  process.env.TMPDIR = ground.path

  return {
    path: ground.path,
    [Symbol.asyncDispose]: async () => {
      process.env.TMPDIR = before
      await ground[Symbol.asyncDispose]()
    }
  }
}

/** In place of deleting: takes no room from now on. What is no file is left alone, as is what is gone meanwhile. */
export async function emptyFiles (folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      await truncate(join(entry.parentPath, entry.name)).catch(unlessGone)
    }
  }
}

/** Waits until what was written is on the disk, where there is a command for that. */
export async function settle (): Promise<void> {
  await run('sync').catch(unlessGone)
}

function unlessGone (error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
    throw error
  }
}
