/** `cat`: fetches a file and writes its bytes to standard output. */
import { walkDag } from '../../files/dag-walk.ts'
import { resolvePath } from '../../files/resolve-path.ts'
import { unixFsRoot } from '../../files/unixfs-entries.ts'
import { unixFsWalk } from '../../files/unixfs-walk.ts'
import { UnixFsError } from '../../errors.ts'
import { withFetchSource } from '../fetch-source.ts'
import { parseCidPath } from '../values.ts'
import type { CommandContext } from '../context.ts'
import type { FetchOptions } from '../fetch-source.ts'

export async function run (context: CommandContext, options: FetchOptions, paths: string[]): Promise<void> {
  const { output, signal } = context
  const targets = paths.map(parseCidPath)

  await withFetchSource(context, options, async ({ source }) => {
    for (const { cid, path } of targets) {
      const root = unixFsRoot(await resolvePath(cid, path, source, signal))

      for await (const entry of walkDag(root, unixFsWalk(source), { signal })) {
        if (entry.type !== 'file' && entry.type !== 'piece') {
          throw new UnixFsError(entry.cid, `is a ${entry.type}, and a file was asked for`)
        }

        await output.write(entry.bytes)
      }
    }
  })
}
