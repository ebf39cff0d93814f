/** The ways to fetch, as ours does them. */
import type { CID } from 'multiformats/cid'
import type { Bitswap } from 'ts-bitswap'
import { PeerSource, unixFsRoot, unixFsWalk, walkDag } from 'ts-bitswap-node'
import { walkLevels } from '../../interop/harness/walk.ts'
import { noSuchWay, rootOf } from '../../interop/harness/ways.ts'
import type { Wanted, Way } from '../../interop/harness/ways.ts'

export class OursFetches {
  readonly #bitswap: Bitswap
  wanted: Wanted | undefined

  constructor (bitswap: Bitswap) {
    this.#bitswap = bitswap
  }

  /**
   * @param came - told when the first bytes are here, when no more are asked for
   * @returns bytes that came
   */
  async fetch ({ by }: Way, came: () => void = () => {}): Promise<number> {
    switch (by) {
      case 'list': return await this.#list(this.wanted?.leaves ?? [])
      case 'cat': return await this.#cat(rootOf(this.wanted))
      case 'first': return await this.#cat(rootOf(this.wanted), 1, came)
      case 'walk': return await this.#walk(rootOf(this.wanted))
      default: return noSuchWay(by)
    }
  }

  async #list (cids: CID[]): Promise<number> {
    let size = 0

    for await (const { bytes } of this.#bitswap.getBlocks(cids)) {
      size += bytes.length
    }

    return size
  }

  /** Reads a file as `bitswap cat` does, until so many bytes are here. */
  async #cat (root: CID, enough: number = Number.POSITIVE_INFINITY, came: () => void = () => {}): Promise<number> {
    const source = new PeerSource(this.#bitswap)
    let size = 0

    try {
      for await (const entry of walkDag(unixFsRoot(root), unixFsWalk(source))) {
        size += 'bytes' in entry ? entry.bytes.length : 0

        if (size >= enough) {
          came()
          break
        }
      }
    } finally {
      source.close()
    }

    return size
  }

  async #walk (root: CID): Promise<number> {
    const session = this.#bitswap.newSession()

    try {
      return await walkLevels(root, async (cids, came) => {
        for await (const { cid, bytes } of session.getBlocks(cids)) {
          came(cid, bytes)
        }
      })
    } finally {
      session.close()
    }
  }
}
