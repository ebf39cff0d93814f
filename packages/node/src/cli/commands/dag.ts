/** `dag import|export`: graphs of blocks from and to CAR files. */
import { exportCar, importCar } from '../../files/car.ts'
import { reasonOf } from '../../reason-of.ts'
import { RootsNotPinnedError } from '../../pins/errors.ts'
import { STORE_DEFAULTS } from '../../store/options.ts'
import { MAX_FILE_SIZE } from '../../store/read-file-whole.ts'
import { Announcements } from '../announcements.ts'
import { withFetchSource } from '../fetch-source.ts'
import { openInput, STANDARD_INPUT } from '../input.ts'
import { parseCid } from '../values.ts'
import { openPins, storageLimit, withRepo } from '../with-repo.ts'
import type { CommandContext } from '../context.ts'
import type { FetchOptions } from '../fetch-source.ts'
import type { Progress } from '../progress.ts'
import type { Pins } from '../../pins/pins.ts'
import type { CID } from 'multiformats/cid'

export interface ImportOptions {
  allowBigBlock?: boolean
  /** Keep the graphs when garbage is collected; true by default. */
  pinRoots?: boolean
}

export async function importCars (context: CommandContext, options: ImportOptions, files: string[]): Promise<void> {
  const { output, signal } = context
  const maxBlockSize = options.allowBigBlock === true ? MAX_FILE_SIZE : STORE_DEFAULTS.maxBlockSize

  await withRepo(context, { ...await storageLimit(context), maxBlockSize }, async repo => {
    const pins = await openPins(repo)
    const pinned = options.pinRoots !== false
    const roots = new RootPrinter(context, pinned ? pins : undefined)
    const announcements = await Announcements.open(context, repo)
    const progress = output.startProgress()
    const hold = pins.holds.holdWrites()
    let blocks = 0
    let bytes = 0

    try {
      for (const file of files.length === 0 ? [STANDARD_INPUT] : files) {
        const imported = await importCar(counted(openInput(context, file), progress), announcements.sink(repo.blockstore, { pinned }), { maxBlockSize, signal })

        blocks += imported.blocks
        bytes += imported.bytes

        for (const root of imported.roots) {
          await announcements.queue([root], { pinned: await roots.print(root) })
        }
      }
    } finally {
      hold.release()
      progress.clear()
    }

    await output.print({ event: 'imported', blocks, bytes }, `Imported ${blocks} blocks (${bytes} bytes)`)
    roots.throwFailure()
  })
}

/** Says what the roots are, and pins them. One that cannot be is said at once, and is a failure at the end. */
class RootPrinter {
  readonly #context: CommandContext
  readonly #pins: Pins | undefined
  #total = 0
  #failed = 0
  #failure: unknown

  constructor (context: CommandContext, pins: Pins | undefined) {
    this.#context = context
    this.#pins = pins
  }

  /** True when it is pinned. */
  async print (root: CID): Promise<boolean> {
    const { output, signal } = this.#context
    const cid = root.toString()

    if (this.#pins == null) {
      await output.print({ event: 'root', cid }, `Root\t${cid}`)

      return false
    }

    this.#total++

    try {
      await this.#pins.add(root, { signal })
    } catch (error) {
      signal.throwIfAborted()
      this.#failed++
      this.#failure ??= error
      await output.print({ event: 'root', cid, pinned: false, error: reasonOf(error) }, `Pinned root\t${cid}\tFAILED: ${reasonOf(error)}`)

      return false
    }

    await output.print({ event: 'root', cid, pinned: true }, `Pinned root\t${cid}\tsuccess`)

    return true
  }

  /** @throws RootsNotPinnedError */
  throwFailure (): void {
    if (this.#failed > 0) {
      throw new RootsNotPinnedError(this.#failed, this.#total, { cause: this.#failure })
    }
  }
}

export async function exportDag (context: CommandContext, options: FetchOptions, text: string): Promise<void> {
  const { output, signal } = context
  const cid = parseCid(text)

  await withFetchSource(context, options, async ({ source }) => {
    const progress = output.json ? undefined : output.startProgress()

    for await (const piece of exportCar(cid, source, { signal })) {
      await output.write(piece)
      progress?.add(piece.byteLength)
    }

    progress?.finish()
  })
}

async function * counted (pieces: AsyncIterable<Uint8Array>, progress: Progress): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    progress.add(piece.byteLength)
    yield piece
  }
}
