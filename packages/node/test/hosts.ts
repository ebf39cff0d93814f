/** Real libp2p nodes on loopback with Bitswap on them, given parts that `createNode` does not take. */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { MemoryBlockstore } from 'blockstore-core'
import { createLibp2p } from 'libp2p'
import { createBitswap } from 'ts-bitswap'
import { hostInit } from '../src/node/libp2p-host.ts'
import { resolveNodeOptions } from '../src/node/options.ts'
import type { Libp2p } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'
import type { TestContext } from 'node:test'
import type { Bitswap, BitswapInit } from 'ts-bitswap'

export const LOOPBACK = '/ip4/127.0.0.1/tcp/0'

export interface StartedHost {
  libp2p: Libp2p
  bitswap: Bitswap
}

export interface HostInit {
  listen?: readonly string[]
  /** Merged with what our nodes give libp2p: transports and services are added, addresses and the rest replaced. */
  parts?: Libp2pOptions
  bitswap?: BitswapInit
}

export async function startHost (t: TestContext, { listen = [LOOPBACK], parts = {}, bitswap: bitswapInit = {} }: HostInit = {}): Promise<StartedHost> {
  const ours = hostInit(await generateKeyPair('Ed25519'), resolveNodeOptions({ listen }))
  const libp2p: Libp2p = await createLibp2p({
    ...ours,
    ...parts,
    addresses: { ...ours.addresses, ...parts.addresses },
    transports: [...ours.transports ?? [], ...parts.transports ?? []],
    services: { ...ours.services, ...parts.services }
  })
  const bitswap = createBitswap({ libp2p, blockstore: new MemoryBlockstore() }, bitswapInit)

  t.after(async () => {
    await bitswap.stop()
    await libp2p.stop()
  })
  await libp2p.start()
  await bitswap.start()

  return { libp2p, bitswap }
}
