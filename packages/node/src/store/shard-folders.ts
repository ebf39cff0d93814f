/**
 * Which of the folders that blocks lie in there are, some 1000 at the most. What
 * would lie in another is missing, and that is known without asking the disk: who
 * fetches into a new repo asks for each block first. Nobody else may make some
 * meanwhile: such a one is known only once somebody comes upon it. Those that
 * somebody removed are made again by who writes.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeFileWriter } from './atomic-write.ts'
import { listFolders } from './flatfs-listing.ts'
import { storageError } from './storage-error.ts'
import type { FileWriter } from './atomic-write.ts'
import type { Folder } from './flatfs-listing.ts'

export class ShardFolders {
  readonly #root: string
  readonly #files: Pick<FileWriter, 'mkdir'>
  /** All there are, once somebody has looked. */
  readonly #there: Set<string> = new Set()
  #hasLooked = false

  constructor (root: string, files: Pick<FileWriter, 'mkdir'> = nodeFileWriter) {
    this.#root = root
    this.#files = files
  }

  /** @throws the error of the operating system, when it cannot be listed */
  async look (): Promise<void> {
    (await readdir(this.#root)).forEach(name => { this.found(name) })
    this.#hasLooked = true
  }

  /** False when it is not there; true also when nobody has looked. */
  mayBeThere (name: string): boolean {
    return !this.#hasLooked || this.#there.has(name)
  }

  /** Somebody came upon it, or wrote into it. */
  found (name: string): void {
    this.#there.add(name.toUpperCase()) // on some file systems `sc` is `SC`
  }

  /** What is in each. What is listed is found from then on, and counts, also where others made a folder. */
  async * list (): AsyncGenerator<Folder> {
    for await (const folder of listFolders(this.#root)) {
      this.found(folder.name)
      yield folder
    }
  }

  /** @throws DiskFullError, ReadOnlyError */
  async make (name: string): Promise<void> {
    const path = join(this.#root, name)

    try {
      await this.#files.mkdir(path, { recursive: true })
    } catch (error) {
      throw storageError(error, path)
    }

    this.found(name)
  }
}
