/** `dag import|export`: graphs of blocks from and to CAR files. */
import { exportCar, importCar } from '../../files/car.ts'
import { STORE_DEFAULTS } from '../../store/options.ts'
import { MAX_FILE_SIZE } from '../../store/read-file-whole.ts'
import { openRepo } from '../../store/repo.ts'
import { withFetchSource } from '../fetch-source.ts'
import { openInput, STANDARD_INPUT } from '../input.ts'
import { parseCid } from '../values.ts'
import type { CommandContext } from '../context.ts'
import type { FetchOptions } from '../fetch-source.ts'
import type { Progress } from '../progress.ts'

export interface ImportOptions {
  allowBigBlock?: boolean
}

export async function importCars (context: CommandContext, options: ImportOptions, files: string[]): Promise<void> {
  const { output, signal } = context
  const maxBlockSize = options.allowBigBlock === true ? MAX_FILE_SIZE : STORE_DEFAULTS.maxBlockSize
  const repo = await openRepo(context.repo, {}, { maxBlockSize })
  const progress = output.startProgress()
  let blocks = 0
  let bytes = 0

  try {
    for (const file of files.length === 0 ? [STANDARD_INPUT] : files) {
      const imported = await importCar(counted(openInput(context, file), progress), repo.blockstore, { maxBlockSize, signal })

      blocks += imported.blocks
      bytes += imported.bytes

      for (const root of imported.roots) {
        await output.print({ event: 'root', cid: root.toString() }, `Root\t${root}`)
      }
    }
  } finally {
    progress.clear()
    await repo.close()
  }

  await output.print({ event: 'imported', blocks, bytes }, `Imported ${blocks} blocks (${bytes} bytes)`)
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
