/** A router that knows beforehand who has what. */
import { multihashKey } from '../store/multihash-key.ts'
import { parseTable } from './peer-addresses.ts'
import type { NamedProvider, Router } from 'ts-bitswap'
import type { CID } from 'multiformats/cid'

export function staticRouter (providers: Readonly<Record<string, readonly string[]>>): Router {
  const table = parseTable(providers)

  return {
    name: 'static',
    async * findProviders (cid: CID): AsyncGenerator<NamedProvider> {
      yield * table.get(multihashKey(cid)) ?? []
    }
  }
}
