/** Opens the repo for a command that asks no peers. */
import { openRepo } from '../store/repo.ts'
import { readConfig } from './config/read-config.ts'
import type { CommandContext } from './context.ts'
import type { Pins } from '../pins/pins.ts'
import type { StoreInit } from '../store/options.ts'
import type { DiskRepo, Repo } from '../store/repo.ts'

/** Opens it, hands it to `use`, and closes it. */
export async function withRepo (context: CommandContext, init: StoreInit, use: (repo: DiskRepo) => Promise<void>): Promise<void> {
  const { output } = context
  const repo = await openRepo(context.repo, { onCorrupt: ({ message }) => { output.warn(message) } }, init)

  try {
    await use(repo)
  } finally {
    await repo.close()
  }
}

/** How much may be stored, as the config file says: for commands that store without a node, or tell of it. */
export async function storageLimit ({ repo }: CommandContext): Promise<StoreInit> {
  const { storage } = await readConfig(repo)

  return storage?.max == null ? {} : { maxStorage: storage.max }
}

/** What is pinned in a repo. Loaded when it is needed: to look below roots takes codecs. */
export async function openPins ({ datastore, blockstore }: Repo): Promise<Pins> {
  const { Pins } = await import('../pins/pins.ts')

  return new Pins({ datastore, blockstore })
}
