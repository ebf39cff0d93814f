/**
 * What was exchanged with each peer, in the datastore of the repo: one record,
 * as JSON, with the time at which it was written.
 */
import { Key } from 'interface-datastore/key'
import type { AbortOptions } from '@libp2p/interface'
import type { Datastore } from 'interface-datastore'
import type { ReceiptStore, SavedReceipt } from 'ts-bitswap'

const KEY = new Key('/bitswap/receipts')

interface Saved {
  /** Milliseconds since 1970. */
  at: number
  receipts: readonly SavedReceipt[]
}

export class RepoReceipts implements ReceiptStore {
  readonly #datastore: Pick<Datastore, 'has' | 'get' | 'put'>
  readonly #now: () => number

  /** @param now - the time of day, in milliseconds since 1970 */
  constructor (datastore: Pick<Datastore, 'has' | 'get' | 'put'>, now: () => number = () => Date.now()) {
    this.#datastore = datastore
    this.#now = now
  }

  /** @throws SyntaxError, TypeError when what is kept there is something else */
  async load (options?: AbortOptions): Promise<SavedReceipt[]> {
    if (!await this.#datastore.has(KEY, options)) {
      return []
    }

    const { at, receipts } = JSON.parse(new TextDecoder().decode(await this.#datastore.get(KEY, options))) as Saved
    const passed = Math.max(0, this.#now() - at) // clocks are set back

    return receipts.map(receipt => ({ ...receipt, exchangedAgo: receipt.exchangedAgo + passed }))
  }

  async save (receipts: readonly SavedReceipt[], options?: AbortOptions): Promise<void> {
    const saved: Saved = { at: this.#now(), receipts }

    await this.#datastore.put(KEY, new TextEncoder().encode(JSON.stringify(saved)), options)
  }
}
