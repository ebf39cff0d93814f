import type { ComponentLogger } from '@libp2p/interface'
import type { Blockstore } from 'interface-blockstore'
import type { BitswapRouting } from './api.ts'
import type { Clock } from './core/clock.ts'
import type { HasherLoader } from './message/hashers.ts'
import type { Network } from './network/network.ts'
import type { ProvidingLoader } from './providing/late-providing.ts'

/** What an exchange is made of, besides its options. */
export interface ExchangeComponents {
  network: Network
  blockstore: Pick<Blockstore, 'has' | 'get' | 'put'>
  routing?: BitswapRouting | undefined
  logger: ComponentLogger
  getHasher: HasherLoader
  loadProviding: ProvidingLoader
  clock: Clock
}
