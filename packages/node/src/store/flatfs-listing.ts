/** What is in a folder of blocks, without looking at the blocks. */
import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { unlessMissing } from './storage-error.ts'
import type { Dirent } from 'node:fs'

/** One that blocks lie in. */
export interface Folder {
  name: string
  path: string
  /** Of what is in it. */
  names: string[]
}

/** The folders the blocks lie in, one after the other; one that somebody removes meanwhile is empty. */
export async function * listFolders (root: string): AsyncGenerator<Folder> {
  for (const { name } of await shardsOf(root)) {
    const path = join(root, name)

    yield { name, path, names: await readdir(path).catch(unlessMissing) ?? [] }
  }
}

/**
 * Changes when any block is added, replaced or removed, by whomever: the times
 * of the folders. Costs a look at each of them, some 1000.
 */
export async function fingerprintOf (root: string): Promise<string> {
  const hash = createHash('sha256')

  for (const { name } of (await shardsOf(root)).sort((a, b) => a.name < b.name ? -1 : 1)) {
    const { mtimeNs, ino } = await stat(join(root, name), { bigint: true })

    hash.update(`${name} ${mtimeNs} ${ino}\n`)
  }

  return hash.digest('hex')
}

/** The others are for what is being written. */
async function shardsOf (root: string): Promise<Dirent[]> {
  return (await readdir(root, { withFileTypes: true })).filter(entry => entry.isDirectory() && !entry.name.startsWith('.'))
}
