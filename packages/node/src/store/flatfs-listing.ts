/** What is in a folder of blocks, without looking at the blocks. */
import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dirent } from 'node:fs'

/** The folders the blocks lie in, each with the names of what is in it. */
export async function * listFolders (root: string): AsyncGenerator<{ path: string, names: string[] }> {
  for (const { name } of await shardsOf(root)) {
    const path = join(root, name)

    yield { path, names: await readdir(path) }
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
