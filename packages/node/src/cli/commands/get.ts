/** `get`: fetches a file or folder and writes it to disk. */
import { basename } from 'node:path'
import { resolvePath } from '../../files/resolve-path.ts'
import { walkDag } from '../../files/dag-walk.ts'
import { writeOutput } from '../../files/output-writer.ts'
import { unixFsRoot } from '../../files/unixfs-entries.ts'
import { unixFsWalk } from '../../files/unixfs-walk.ts'
import { withFetchSource } from '../fetch-source.ts'
import { parseCidPath } from '../values.ts'
import { InvalidArgumentError } from '../../errors.ts'
import type { CommandContext } from '../context.ts'
import type { FetchOptions, FetchSource } from '../fetch-source.ts'
import type { Progress } from '../progress.ts'
import type { Written } from '../../files/output-writer.ts'
import type { UnixFsEntry } from '../../files/unixfs-entries.ts'
import type { CID } from 'multiformats/cid'

export interface GetCommandOptions extends FetchOptions {
  /** Where to write it; the last part of the path by default. */
  output?: string
}

export async function run (context: CommandContext, options: GetCommandOptions, path: string): Promise<void> {
  const target = parseCidPath(path)

  if (options.output === '') {
    throw new InvalidArgumentError('output', options.output, 'expected a path')
  }

  await withFetchSource(context, options, async fetch => {
    const started = performance.now()
    const cid = await resolvePath(target.cid, target.path, fetch.source, context.signal)
    const name = target.path === '' ? cid.toString() : basename(target.path)
    const written = await fetchTo(context, fetch, { cid, name, out: options.output ?? name })

    await context.output.print(doneEvent(cid, written, fetch, performance.now() - started))
  })
}

/** What a fetch comes to, for `--json`: the counters are those of Bitswap's wire. */
export interface DoneEvent {
  event: 'done'
  cid: string
  path: string
  /** Of the files that were written. */
  bytes: number
  /** That came from peers and were wanted; what was in the repo does not count. */
  blocks: number
  duplicates: number
  /** From the first question to the last byte written; connecting is before that. */
  seconds: number
  messagesSent: number
  messagesReceived: number
  [field: string]: unknown
}

export function doneEvent (cid: CID, written: Written, fetch: FetchSource, milliseconds: number): DoneEvent {
  const stat = fetch.stat()

  return {
    event: 'done',
    cid: cid.toString(),
    path: written.path,
    bytes: written.bytes,
    blocks: (stat?.blocksReceived ?? 0) - (stat?.dupBlksReceived ?? 0),
    duplicates: stat?.dupBlksReceived ?? 0,
    seconds: milliseconds / 1_000,
    messagesSent: stat?.messagesSent ?? 0,
    messagesReceived: stat?.messagesReceived ?? 0
  }
}

export interface FetchTarget {
  cid: CID
  /** What a file is called when `out` is a folder. */
  name: string
  out: string
  /** Where to show how far it is, in place of the usual. */
  progress?: Progress
}

/** Fetches a file or folder and writes it to `out`, showing how far it is. */
export async function fetchTo (context: CommandContext, fetch: FetchSource, { cid, name, out, ...target }: FetchTarget): Promise<Written> {
  const { output, signal } = context
  const progress = target.progress ?? output.startProgress()
  const entries = walkDag(unixFsRoot(cid), unixFsWalk(fetch.source), { signal })

  const written = await writeOutput(counted(entries, progress), out, {
    name,
    onTarget: async path => { await output.print({ event: 'saving', path }, `Saving file(s) to ${path}`) }
  })

  progress.finish()

  return written
}

/** Passes entries through and tells the bar: of a file its bytes, of a folder the blocks below it. */
async function * counted (entries: AsyncIterable<UnixFsEntry>, progress: Progress): AsyncGenerator<UnixFsEntry> {
  let first: UnixFsEntry | undefined

  for await (const entry of entries) {
    if (first == null) {
      first = entry
      progress.expect(entry.type === 'folder' ? entry.totalSize : entry.type === 'file' ? entry.size : 0)
    }

    yield entry

    if (first.type === 'folder') {
      progress.add(entry.blockSize)
    } else if (entry.type === 'file' || entry.type === 'piece') {
      progress.add(entry.bytes.byteLength)
    }
  }
}
