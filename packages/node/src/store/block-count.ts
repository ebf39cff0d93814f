/**
 * How many blocks there are and what they take, counted by looking at each, and
 * kept in the datastore of the repo so that this is not done at every start. What
 * is kept holds as long as no block was added or removed since, by whomever: also
 * after a crash nothing wrong is believed.
 */
import { Key } from 'interface-datastore/key'
import type { BlockFolder } from './block-folder.ts'
import type { Usage } from './space.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Datastore } from 'interface-datastore'

const KEY = new Key('/node/space')

interface Kept extends Usage {
  fingerprint: string
}

export class BlockCount {
  readonly #folder: Pick<BlockFolder, 'sizes' | 'fingerprint'>
  readonly #datastore: Pick<Datastore, 'has' | 'get' | 'put'>

  constructor (folder: Pick<BlockFolder, 'sizes' | 'fingerprint'>, datastore: Pick<Datastore, 'has' | 'get' | 'put'>) {
    this.#folder = folder
    this.#datastore = datastore
  }

  /** What is kept, if it still holds; else counted, and kept. */
  async take (options?: AbortOptions): Promise<Usage> {
    const fingerprint = await this.#folder.fingerprint()
    const kept = fingerprint == null ? undefined : await this.#load(options)

    if (kept != null && kept.fingerprint === fingerprint) {
      return { bytes: kept.bytes, blocks: kept.blocks }
    }

    const usage: Usage = { bytes: 0, blocks: 0 }

    for await (const size of this.#folder.sizes(options)) {
      usage.bytes += size
      usage.blocks++
    }

    await this.#save(usage, fingerprint) // of before the count: with what came meanwhile it does not hold

    return usage
  }

  /** Keeps what is known otherwise; nothing may be written meanwhile. */
  async keep (usage: Usage): Promise<void> {
    await this.#save(usage, await this.#folder.fingerprint())
  }

  async #load (options?: AbortOptions): Promise<Kept | undefined> {
    if (!await this.#datastore.has(KEY, options)) {
      return undefined
    }

    try {
      return JSON.parse(new TextDecoder().decode(await this.#datastore.get(KEY, options))) as Kept
    } catch (error) {
      if (error instanceof SyntaxError) { // damaged: it only saves counting
        return undefined
      }

      throw error
    }
  }

  async #save (usage: Usage, fingerprint: string | undefined): Promise<void> {
    if (fingerprint != null) {
      const kept: Kept = { ...usage, fingerprint }

      await this.#datastore.put(KEY, new TextEncoder().encode(JSON.stringify(kept)))
    }
  }
}
