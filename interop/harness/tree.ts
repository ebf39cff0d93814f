/** Folders to send, and what is in a folder, to compare. */
import { lstat, mkdir, readdir, readlink, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { randomBytes, sha256OfFile } from './data.ts'

/** A thousand small files in a few folders, an empty file, an empty folder, and a symlink. */
export async function writeTree (path: string, files: number = 1_000): Promise<void> {
  for (let folder = 0; folder < 4; folder++) {
    await mkdir(join(path, `folder ${folder}`), { recursive: true })
  }

  for (let index = 0; index < files - 1; index++) {
    await writeFile(join(path, index % 2 === 0 ? '.' : `folder ${index % 4}`, `file-${index}.bin`), randomBytes(index * 7 % 3_000, index))
  }

  await mkdir(join(path, 'empty folder'))
  await writeFile(join(path, 'empty'), '')
  await symlink('file-0.bin', join(path, 'link'))
}

/** Each entry below a folder, as `path kind content`: equal when the folders are. */
export async function describeTree (path: string, below: string = ''): Promise<string[]> {
  const names = (await readdir(join(path, below))).sort()
  const described = await Promise.all(names.map(async name => {
    const relative = join(below, name)
    const entry = join(path, relative)
    const stats = await lstat(entry)

    if (stats.isDirectory()) {
      return [`${relative}/`, ...await describeTree(path, relative)]
    }

    return [`${relative} ${stats.isSymbolicLink() ? `→ ${await readlink(entry)}` : await sha256OfFile(entry)}`]
  }))

  return described.flat()
}
