/** `add`: imports files and folders, and prints their CIDs. */
import { addPath, addStream } from '../../files/add-path.ts'
import { totalFileSize } from '../../files/file-source.ts'
import { openRepo } from '../../store/repo.ts'
import { STANDARD_INPUT } from '../input.ts'
import { Announcements } from '../announcements.ts'
import { openPins, storageLimit } from '../with-repo.ts'
import type { CommandContext } from '../context.ts'
import type { Added, BlockSink } from '../../files/add-path.ts'
import type { AddInit } from '../../files/options.ts'
import type { Pins } from '../../pins/pins.ts'

export interface AddCommandOptions extends Omit<AddInit, 'cidVersion'> {
  cidVersion?: '0' | '1'

  /** Print CIDs only. */
  quiet?: boolean
  /** Print the last CID only. */
  quieter?: boolean
  /** Keep it when garbage is collected; true by default. */
  pin?: boolean
  pinName?: string
}

export async function run (context: CommandContext, options: AddCommandOptions, paths: string[]): Promise<void> {
  const repo = await openRepo(context.repo, {}, await storageLimit(context))

  try {
    const pins = await openPins(repo)
    const announcements = await Announcements.open(context, repo)
    const hold = pins.holds.holdWrites()
    const pinned = options.pin !== false
    const added = await addPaths(context, paths, announcements.sink(repo.blockstore, { pinned }), options)

    await pinAdded(pins, added, options)
    await announcements.queue(added.map(({ cid }) => cid), { pinned })
    hold.release()
  } finally {
    await repo.close()
  }
}

/** Pins what was added, unless it is not to be. What was written meanwhile is to be held until then. */
export async function pinAdded (pins: Pins, roots: readonly Added[], { pin, pinName }: Pick<AddCommandOptions, 'pin' | 'pinName'>): Promise<void> {
  for (const { cid } of pin === false ? [] : roots) {
    await pins.add(cid, { isComplete: true, ...pinName == null ? {} : { name: pinName } })
  }
}

/** Adds what is at the paths, one after the other, and prints it. Returns the CID of each. */
export async function addPaths (context: CommandContext, paths: string[], blockstore: BlockSink, options: AddCommandOptions): Promise<Added[]> {
  const { output, signal } = context
  const { quiet, quieter } = options
  const init = addInit(options)
  const progress = output.startProgress()
  const roots: Added[] = []

  if (output.drawsBar) {
    progress.expect(await sum(paths, async path => await totalFileSize(path, { hidden: init.hidden ?? false, signal })))
  }

  const hooks = { signal, onRead: (bytes: number) => { progress.add(bytes) } }

  for (const path of paths) {
    const source = path === STANDARD_INPUT ? addStream(context.input, blockstore, init, hooks) : addPath(path, blockstore, init, hooks)
    let last: Added | undefined

    for await (const added of source) {
      if (quieter !== true) {
        await print(context, added, quiet === true)
      }

      last = added
    }

    if (last != null) {
      roots.push(last)

      if (quieter === true) {
        await print(context, last, true)
      }
    }
  }

  progress.clear()

  return roots
}

/** The options without those that are for the command. */
function addInit ({ chunkSize, cidVersion, hidden, wrap }: AddCommandOptions): AddInit {
  return {
    ...(chunkSize == null ? {} : { chunkSize }),
    ...(cidVersion == null ? {} : { cidVersion: cidVersion === '0' ? 0 : 1 }),
    ...(hidden == null ? {} : { hidden }),
    ...(wrap == null ? {} : { wrap })
  }
}

async function print (context: CommandContext, { cid, name, size }: Added, bare: boolean): Promise<void> {
  const text = bare ? cid.toString() : `added ${cid} ${name}`

  await context.output.print({ event: 'added', cid: cid.toString(), name, size }, text)
}

async function sum (paths: string[], measure: (path: string) => Promise<number>): Promise<number> {
  let total = 0

  for (const path of paths.filter(path => path !== STANDARD_INPUT)) {
    total += await measure(path)
  }

  return total
}
