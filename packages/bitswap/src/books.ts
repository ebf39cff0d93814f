/**
 * What an exchange keeps, gathered for tests and tools to look at and not to
 * change. Not part of the public `Bitswap`: it follows the insides, and what
 * must hold of it is in `testing/invariants/`.
 */
import type { PeerId } from '@libp2p/interface'
import type { ClientBooks } from './client/client-books.ts'
import type { MessengerPeer } from './network/messenger.ts'
import type { BitswapOptions } from './options.ts'
import type { ServerBooks } from './server/server-run.ts'

export interface ExchangeBooks {
  readonly self: PeerId
  readonly options: BitswapOptions
  readonly client: ClientBooks
  readonly server: ServerBooks
  /** Whom the network knows, by peer id, and the streams to and from them. */
  readonly peers: ReadonlyMap<string, Readonly<MessengerPeer>>
}
