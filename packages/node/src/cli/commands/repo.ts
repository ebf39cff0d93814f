/** `repo gc|stat`: what is stored as a whole. */
import { reasonOf } from '../../reason-of.ts'
import { GarbageLeftError } from '../../pins/errors.ts'
import { REPO_VERSION } from '../../store/repo.ts'
import { formatDecimalSize, formatSize } from '../format.ts'
import { openPins, storageLimit, withRepo } from '../with-repo.ts'
import type { CommandContext } from '../context.ts'
import type { CID } from 'multiformats/cid'

export async function gc (context: CommandContext, { quiet }: { quiet?: boolean }): Promise<void> {
  const { output, signal } = context
  const { GarbageCollector } = await import('../../gc/garbage-collector.ts')

  await withRepo(context, {}, async ({ datastore, blockstore, ...repo }) => {
    const pins = await openPins({ datastore, blockstore, ...repo })
    const garbage = new GarbageCollector({ blockstore, pins, onWarning: message => { output.warn(message) } })
    let removed = 0
    let freed = 0
    let left = 0
    let first: { cid: CID, error: unknown } | undefined

    for await (const collected of garbage.collect({ signal })) {
      const { cid } = collected

      if ('error' in collected) {
        left++
        first ??= collected
        output.warn(`cannot remove block ${cid}: ${reasonOf(collected.error)}`)
      } else {
        removed++
        freed += collected.size
        await output.print({ event: 'removed', cid: cid.toString(), size: collected.size }, quiet === true ? cid.toString() : `removed ${cid}`)
      }
    }

    await output.print({ event: 'collected', blocks: removed, bytes: freed, left }, quiet === true ? undefined : `Removed ${removed} blocks (${formatSize(freed)})`)

    if (first != null) { // each was named as it failed
      throw new GarbageLeftError(first.cid, left, undefined, { cause: first.error })
    }
  })
}

export interface StatOptions {
  sizeOnly?: boolean
  human?: boolean
}

/** Columns as Kubo's. */
const WIDTH = 'StorageMax: '.length

export async function stat (context: CommandContext, { sizeOnly, human }: StatOptions): Promise<void> {
  const { output, signal } = context

  await withRepo(context, await storageLimit(context), async ({ blockstore, path }) => {
    const { bytes, blocks } = await blockstore.usage({ signal })
    const { maxStorage } = blockstore
    const size = (value: number): string => !Number.isFinite(value) ? 'none' : human === true ? formatDecimalSize(value) : String(value)
    const sizes: Array<[string, string]> = [['RepoSize:', size(bytes)], ['StorageMax:', size(maxStorage)]]
    const lines: Array<[string, string]> = sizeOnly === true
      ? sizes
      : [['NumObjects:', String(blocks)], ...sizes, ['RepoPath:', path], ['Version:', REPO_VERSION]]

    await output.print({
      event: 'stat',
      ...sizeOnly === true ? {} : { numObjects: blocks },
      repoSize: bytes,
      storageMax: Number.isFinite(maxStorage) ? maxStorage : null,
      ...sizeOnly === true ? {} : { repoPath: path, version: REPO_VERSION }
    }, lines.map(([name, value]) => name.padEnd(WIDTH) + value).join('\n'))
  })
}
