/**
 * A node with everything in it: a repo, libp2p over TCP and WebSockets, and
 * Bitswap on top. For those who want to pick their own parts there is
 * `createBitswap` in `ts-bitswap`.
 *
 * It finds no peers by itself: connect to them, or let them connect.
 */
import { createBitswap } from 'ts-bitswap'
import { getHasher } from '../store/hashers.ts'
import { createHost } from './libp2p-host.ts'
import { listenError } from './listen-error.ts'
import { resolveNodeOptions } from './options.ts'
import { memoryRepo, openRepo } from '../store/repo.ts'
import { RepoReceipts } from '../store/repo-receipts.ts'
import type { FlatfsComponents } from '../store/flatfs-blockstore.ts'
import type { NodeInit } from './options.ts'
import type { Repo } from '../store/repo.ts'
import type { Libp2p, PeerId, Startable } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Bitswap } from 'ts-bitswap'

export interface BitswapNode extends Startable {
  readonly peerId: PeerId
  readonly repo: Repo
  readonly libp2p: Libp2p
  readonly bitswap: Bitswap
  /** Where it accepts connections, each with its peer id; none before the start. */
  addresses: () => Multiaddr[]
  /** @throws ListenError when an address cannot be listened at; the node has stopped then */
  start: () => Promise<void>
  /** Ends all connections and wants, and lets go of the repo. May be called twice; there is no start after it. */
  stop: () => Promise<void>
}

/** What a node may be given beside its options. */
export interface NodeComponents extends FlatfsComponents {
  /** A repo that is open already, in place of `init.repo`. The node closes it when it stops. */
  repo?: Repo
}

/**
 * Opens the repo and builds a node on it, not started.
 *
 * @throws RepoInUseError, NotARepoError, ReadOnlyError, DiskFullError
 * @throws InvalidOptionError
 */
export async function createNode (init: NodeInit = {}, components: NodeComponents = {}): Promise<BitswapNode> {
  const options = resolveNodeOptions(init)
  const { repo: given, ...storeComponents } = components
  const repo = given ?? (options.repo === '' ? await memoryRepo() : await openRepo(options.repo, storeComponents, options.store))

  try {
    const libp2p = await createHost(repo.privateKey, options)
    const { server: given = {} } = options.bitswap
    const server = { receiptStore: new RepoReceipts(repo.datastore), ...typeof given === 'object' ? given : { serve: given } }
    const bitswap = createBitswap({ libp2p, blockstore: repo.blockstore, getHasher }, { ...options.bitswap, server })

    return assemble(repo, libp2p, bitswap)
  } catch (error) {
    await repo.close()

    throw error
  }
}

function assemble (repo: Repo, libp2p: Libp2p, bitswap: Bitswap): BitswapNode {
  const stop = async (): Promise<void> => {
    try {
      await bitswap.stop()
    } finally {
      try {
        await libp2p.stop()
      } finally {
        await repo.close()
      }
    }
  }

  return {
    peerId: libp2p.peerId,
    repo,
    libp2p,
    bitswap,
    addresses: () => libp2p.getMultiaddrs(),
    start: async () => {
      try {
        await libp2p.start()
        await bitswap.start()
      } catch (error) {
        await stop()

        throw listenError(error)
      }
    },
    stop
  }
}
