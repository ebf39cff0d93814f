/**
 * A node with everything in it: a repo, libp2p over TCP and WebSockets, the ways
 * to find others and be found, and Bitswap on top. For those who want to pick
 * their own parts there is `createBitswap` in `ts-bitswap`.
 *
 * By default it finds no peers by itself: connect to them, let them connect, or
 * say how to find them (`routing`).
 */
import { createBitswap } from 'ts-bitswap'
import { GarbageCollector } from '../gc/garbage-collector.ts'
import { Pins } from '../pins/pins.ts'
import { getHasher } from '../store/hashers.ts'
import { listenError } from './listen-error.ts'
import { NodeNetwork } from './network.ts'
import { resolveNodeOptions } from './options.ts'
import { provideKeys } from './provide-keys.ts'
import { quietLogger } from './quiet-logger.ts'
import { memoryRepo, openRepo } from '../store/repo.ts'
import { RepoProvides } from '../store/repo-provides.ts'
import { RepoReceipts } from '../store/repo-receipts.ts'
import type { CollectionSummary } from '../gc/garbage-collector.ts'
import type { FlatfsComponents } from '../store/flatfs-blockstore.ts'
import type { NodeInit, NodeOptions } from './options.ts'
import type { Repo } from '../store/repo.ts'
import type { KeptPeerStat } from '../routing/kept-peers.ts'
import type { AbortOptions, ComponentLogger, Libp2p, PeerId, Startable } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { CID } from 'multiformats/cid'
import type { Bitswap, BitswapInit, CombinedRouting } from 'ts-bitswap'

export interface BitswapNode extends Startable {
  readonly peerId: PeerId
  readonly repo: Repo
  readonly libp2p: Libp2p
  readonly bitswap: Bitswap
  /** All ways to find providers that the options name, as one; what each did is in its `stat()`. */
  readonly routing: CombinedRouting
  /** What is kept when garbage is collected. */
  readonly pins: Pins
  /** Who it connects with of its own accord, and what came of it. */
  keptPeers: () => KeptPeerStat[]
  /** Where it accepts connections, each with its peer id; none before the start. */
  addresses: () => Multiaddr[]
  /**
   * Removes what is not pinned, held (`pins.holds`) or being sent to peers. Who fetches a graph block by block
   * holds its root: else what has come of it may be gone again.
   *
   * @throws CollectionUnderWayError, GarbageLeftError
   */
  collectGarbage: (options?: AbortOptions & { onRemoved?: (cid: CID) => void }) => Promise<CollectionSummary>
  /** @throws ListenError when an address cannot be listened at; the node has stopped then */
  start: () => Promise<void>
  /** Ends all connections and wants, and lets go of the repo. May be called twice; there is no start after it. */
  stop: () => Promise<void>
}

/** What a node may be given beside its options. */
export interface NodeComponents extends FlatfsComponents {
  /** A repo that is open already, in place of `init.repo`. The node closes it when it stops. */
  repo?: Repo
  /** Also that of libp2p. Without it nothing is logged, but what `DEBUG` names. */
  logger?: ComponentLogger
  /** Told in words of what is out of order and does not stop the node: pins that are not whole, a collection that failed. */
  onWarning?: (message: string) => void
}

/**
 * Opens the repo and builds a node on it, not started.
 *
 * @throws RepoInUseError, NotARepoError, ReadOnlyError, DiskFullError
 * @throws InvalidOptionError, PublicPartsError, SwarmKeyError
 */
export async function createNode (init: NodeInit = {}, components: NodeComponents = {}): Promise<BitswapNode> {
  const options = resolveNodeOptions(init)
  const { repo: given, onWarning, ...storeComponents } = components
  const repo = given ?? (options.repo === '' ? await memoryRepo(options.store) : await openRepo(options.repo, storeComponents, options.store))

  try {
    const network = await NodeNetwork.create(repo.privateKey, options, components.logger ?? quietLogger(process.env))
    const pins = new Pins(repo)
    const log = network.libp2p.logger.forComponent('bitswap-node:providing')
    const warn = (message: string): void => {
      log.error('%s', message)
      onWarning?.(message)
    }
    const bitswap = createBitswap({ libp2p: network.libp2p, blockstore: repo.blockstore, routing: network.routing, getHasher }, bitswapInit(options, repo, pins, warn))
    const garbage = new GarbageCollector({ ...repo, pins, bitswap, ...onWarning == null ? {} : { onWarning } }, options.garbage)

    return assemble({ repo, network, pins, bitswap, garbage })
  } catch (error) {
    await repo.close()

    throw error
  }
}

/** What is not set otherwise is kept in the repo. */
function bitswapInit ({ bitswap }: NodeOptions, repo: Repo, pins: Pins, warn: (message: string) => void): BitswapInit {
  const { server = {}, providing = {} } = bitswap

  return {
    ...bitswap,
    server: { receiptStore: new RepoReceipts(repo.datastore), ...typeof server === 'object' ? server : { serve: server } },
    providing: { store: new RepoProvides(repo.datastore), keys: provideKeys(providing.strategy, repo, pins, warn), ...providing }
  }
}

interface Parts {
  repo: Repo
  network: NodeNetwork
  pins: Pins
  bitswap: Bitswap
  garbage: GarbageCollector
}

function assemble ({ repo, network, pins, bitswap, garbage }: Parts): BitswapNode {
  const { libp2p, routing } = network
  // each is stopped, whatever those before it threw
  const stop = async (): Promise<void> => {
    try {
      await garbage.stop()
    } finally {
      try {
        await bitswap.stop()
      } finally {
        try {
          await network.stop()
        } finally {
          await repo.close()
        }
      }
    }
  }

  return {
    peerId: libp2p.peerId,
    repo,
    libp2p,
    bitswap,
    routing,
    pins,
    keptPeers: () => network.keptPeers.stat(),
    addresses: () => libp2p.getMultiaddrs(),
    collectGarbage: async options => await garbage.run(options),
    start: async () => {
      try {
        await network.start()
        await bitswap.start()
        garbage.start()
      } catch (error) {
        await stop()

        throw listenError(error)
      }
    },
    stop
  }
}
