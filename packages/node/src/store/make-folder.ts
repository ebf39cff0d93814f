import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from './storage-error.ts'

/**
 * Makes a folder and those it is in, where they are not there. Ends where Node's
 * own recursive `mkdir` goes on for ever: in folders such as `/proc`, which say
 * that a new one's parent is missing while it is not.
 *
 * @throws what `mkdir` throws, but not when something is there already
 */
export async function makeFolder (path: string): Promise<void> {
  try {
    await makeOne(path)
  } catch (error) {
    const parent = dirname(path)

    if (errorCode(error) !== 'ENOENT' || parent === path) {
      throw error
    }

    await makeFolder(parent)
    await makeOne(path)
  }
}

/** One that is there already is as good as made; with something else there the next step fails. */
async function makeOne (path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') {
      throw error
    }
  }
}
