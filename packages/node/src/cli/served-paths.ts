/** What a node that runs is given to serve: added, pinned, announced, and said when others can find it. */
import { addPaths, pinAdded } from './commands/add.ts'
import { reasonOf } from '../reason-of.ts'
import type { CommandContext } from './context.ts'
import type { BlockSink } from '../files/add-path.ts'
import type { BitswapNode } from '../node/create-node.ts'
import type { NodeInit } from '../node/options.ts'
import type { BlockProvided } from 'ts-bitswap'

export class ServedPaths {
  readonly #context: CommandContext
  readonly #node: BitswapNode
  /** Blocks below the roots are announced, too. */
  readonly #announcesAll: boolean
  #failed = false

  constructor (context: CommandContext, node: BitswapNode, init: NodeInit) {
    this.#context = context
    this.#node = node
    this.#announcesAll = init.bitswap?.providing?.strategy === 'pinned'
    node.bitswap.addEventListener('block:provided', event => { this.#provided(event.detail) })
  }

  async add (paths: string[]): Promise<void> {
    const { pins } = this.#node
    const hold = pins.holds.holdWrites()

    try {
      const added = await addPaths(this.#context, paths, this.#sink(), {})

      await pinAdded(pins, added, {})
      await this.#provide(added.map(({ cid }) => cid), true)
    } finally {
      hold.release()
    }
  }

  /** The block store of the node: peers that wait for a block are told when it is added. */
  #sink (): BlockSink {
    const { repo, bitswap } = this.#node

    return {
      put: async (cid, bytes, options) => {
        await repo.blockstore.put(cid, bytes, options)
        bitswap.notifyNewBlocks([cid])

        if (this.#announcesAll) {
          this.#provide([cid], false).catch(() => undefined) // it never rejects
        }

        return cid
      }
    }
  }

  /** Never rejects: what cannot be kept is announced all the same, and again in the next interval. */
  async #provide (cids: Parameters<BitswapNode['bitswap']['provide']>[0], root: boolean): Promise<void> {
    try {
      await this.#node.bitswap.provide(cids, { root })
    } catch (error) {
      if (!this.#failed) {
        this.#failed = true
        this.#context.output.warn(reasonOf(error))
      }
    }
  }

  #provided ({ cid, root }: BlockProvided): void {
    if (root) {
      // a reader that is gone ends the command by itself
      this.#context.output.print({ event: 'provided', cid: cid.toString() }, `provided ${cid}`).catch(() => undefined)
    }
  }
}
