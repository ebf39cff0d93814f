/** What a node announces again and again, by the strategy: names only. For `pinned` blocks with links are read, for the others none. */
import type { Pins } from '../pins/pins.ts'
import type { Repo } from '../store/repo.ts'
import type { ProvidingInit } from 'ts-bitswap'

export function provideKeys (strategy: ProvidingInit['strategy'], { blockstore }: Repo, pins: Pins): NonNullable<ProvidingInit['keys']> {
  switch (strategy) {
    case 'all': return options => blockstore.cids(options)
    case 'roots': return options => pins.roots(options)
    case 'pinned': return options => pins.allKeys(options)
    default: return false
  }
}
