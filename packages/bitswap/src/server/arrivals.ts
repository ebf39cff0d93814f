/**
 * What is to be done about blocks that have come into the store. Finds the
 * requests that wait for them by the block's multihash; costs their number, not
 * that of all requests.
 */
import type { CID } from 'multiformats/cid'
import type { Clock } from '../core/clock.ts'
import { multihashKey } from '../core/cid-map.ts'
import type { Account } from './account.ts'
import type { BlockReader } from './block-reader.ts'
import type { Engine } from './engine.ts'
import type { ServerOptions } from './options.ts'
import type { Request } from './request.ts'
import type { StoreQueries } from './store-queries.ts'

/** A block that is in the store now. */
export interface ArrivedBlock {
  cid: CID
  /** What it consists of, where they are at hand; they must not change. */
  bytes?: Uint8Array
}

const NOBODY: ReadonlySet<Account> = new Set()

export interface ArrivalsComponents {
  clock: Clock
  engine: Engine
  reader: BlockReader
  queries: StoreQueries
}

export class Arrivals {
  readonly #components: ArrivalsComponents
  readonly #options: Pick<ServerOptions, 'maxBlockSize'>

  constructor (components: ArrivalsComponents, options: Pick<ServerOptions, 'maxBlockSize'>) {
    this.#components = components
    this.#options = options
  }

  /** Returns the peers that something is to be done for. */
  arrived (blocks: readonly ArrivedBlock[]): ReadonlySet<Account> {
    const { engine, reader, queries, clock } = this.#components
    let accounts: Set<Account> | undefined

    for (const { cid, bytes } of blocks) {
      const multihash = multihashKey(cid)
      const waiting = engine.waitingFor(multihash)

      reader.arrived(multihash, bytes?.byteLength)

      if (waiting.length === 0) {
        continue
      }

      const now = Math.trunc(clock.now())

      accounts ??= new Set()

      for (const request of waiting) {
        request.since = now
        accounts.add(request.account)
      }

      if (bytes == null || queries.isFiltered) {
        this.#askAgain(waiting)
      } else {
        this.#serve(waiting, onOwnBytes(bytes))
      }
    }

    return accounts ?? NOBODY
  }

  /** A look-up under way may have missed the block, so it does not count any more. */
  #askAgain (waiting: readonly Request[]): void {
    for (const request of waiting) {
      request.missing = undefined
      this.#components.engine.lifecycle.lookAgain(request)
    }
  }

  #serve (waiting: readonly Request[], bytes: Uint8Array): void {
    const { engine, queries, clock } = this.#components
    const size = bytes.byteLength

    for (const request of waiting) {
      if (size > this.#options.maxBlockSize) {
        queries.oversize(request)
      } else {
        engine.lifecycle.present(request, size, engine.makeRoomToRead(request.account, size, clock.now()) ? bytes : undefined)
      }
    }
  }
}

/** A view is copied if it keeps more than this many times its size alive. */
const MAX_KEPT_ALIVE = 2

/** A block that came off the wire may be a small part of the message it came in. */
function onOwnBytes (bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > MAX_KEPT_ALIVE * bytes.byteLength ? bytes.slice() : bytes
}
