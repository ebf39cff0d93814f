/**
 * Which of the folders that blocks lie in there are, some 1000 at the most. What
 * would lie in another is missing, and that is known without asking the disk: who
 * fetches into a new repo asks for each block first. Nobody else may make some
 * meanwhile; those that somebody removed are made again by who writes.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeFileWriter } from './atomic-write.ts'
import { storageError } from './storage-error.ts'
import type { FileWriter } from './atomic-write.ts'

export class ShardFolders {
  readonly #root: string
  readonly #files: Pick<FileWriter, 'mkdir'>
  /** Undefined as long as nobody has looked. */
  #there: Set<string> | undefined

  constructor (root: string, files: Pick<FileWriter, 'mkdir'> = nodeFileWriter) {
    this.#root = root
    this.#files = files
  }

  /** @throws ReadOnlyError when it may not be listed */
  async look (): Promise<void> {
    try {
      // on some file systems `sc` is `SC`
      this.#there = new Set((await readdir(this.#root)).map(name => name.toUpperCase()))
    } catch (error) {
      throw storageError(error, this.#root)
    }
  }

  /** False when it is not there; true also when nobody has looked. */
  mayBeThere (name: string): boolean {
    return this.#there?.has(name) ?? true
  }

  /** @throws DiskFullError, ReadOnlyError */
  async make (name: string): Promise<void> {
    const path = join(this.#root, name)

    try {
      await this.#files.mkdir(path, { recursive: true })
    } catch (error) {
      throw storageError(error, path)
    }

    this.#there?.add(name)
  }
}
