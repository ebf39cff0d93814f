/** How files, folders and symlinks are walked, wherever their blocks come from. */
import type { BlockSource } from '../node/block-source.ts'
import { firstLink } from './first-link.ts'
import { unfoldUnixFs } from './unixfs-entries.ts'
import type { UnixFsEntry, UnixFsStep } from './unixfs-entries.ts'
import type { Walk } from './walk.ts'

/** What `walkDag` needs to read them from `source`. */
export function unixFsWalk (source: Pick<BlockSource, 'read'>): Walk<UnixFsStep, UnixFsEntry> {
  return { read: async ({ cid }, signal) => await source.read(cid, signal), unfold: unfoldUnixFs, firstLink }
}
