/**
 * What is stored while no node runs on the repo is announced by the one that runs
 * next: queued here, by the strategy of the config file.
 *
 * Bounds: {@link MAX_NOTED} CIDs are noted before they are written.
 */
import { RepoProvides } from '../store/repo-provides.ts'
import { readConfig } from './config/read-config.ts'
import type { CommandContext } from './context.ts'
import type { BlockSink } from '../files/add-path.ts'
import type { Repo } from '../store/repo.ts'
import type { CID } from 'multiformats/cid'
import type { ProvidingInit } from 'ts-bitswap'

/** What a node announces when nothing else is said. */
export const DEFAULT_STRATEGY = 'roots'

const MAX_NOTED = 4_096

export class Announcements {
  readonly #provides: RepoProvides
  readonly #strategy: NonNullable<ProvidingInit['strategy']>
  readonly #noted: CID[] = [] // bounded by MAX_NOTED

  private constructor (repo: Repo, strategy: NonNullable<ProvidingInit['strategy']>) {
    this.#provides = new RepoProvides(repo.datastore)
    this.#strategy = strategy
  }

  static async open ({ repo: path }: CommandContext, repo: Repo): Promise<Announcements> {
    const { providing } = await readConfig(path)

    return new Announcements(repo, providing?.strategy ?? DEFAULT_STRATEGY)
  }

  /** Notes what is stored, where every block is to be announced. */
  sink (blockstore: BlockSink, { pinned }: { pinned: boolean }): BlockSink {
    if (this.#strategy !== 'all' && !(pinned && this.#strategy === 'pinned')) {
      return blockstore
    }

    return {
      put: async (cid, bytes, options) => {
        await blockstore.put(cid, bytes, options)
        this.#noted.push(cid)

        if (this.#noted.length >= MAX_NOTED) {
          await this.#write()
        }

        return cid
      }
    }
  }

  /**
   * Queues these, before the blocks that were noted. Where only what is pinned is
   * announced, nothing that is not: it would lead others to what may be gone.
   */
  async queue (roots: readonly CID[], { pinned }: { pinned: boolean }): Promise<void> {
    if (this.#strategy === 'all' || (pinned && this.#strategy !== 'none')) {
      await this.#provides.enqueue(roots, { root: true })
      await this.#write()
    }
  }

  async #write (): Promise<void> {
    await this.#provides.enqueue(this.#noted.splice(0), { root: false })
  }
}
