/**
 * Opens what a command reads blocks from: the repo alone, or the repo and the
 * peers that `--peer` names, on a node that lives as long as the command. All of
 * it is closed again, whatever happens.
 */
import { BlockMissingError, UnreachableError } from '../errors.ts'
import { LocalSource, PeerSource } from '../node/block-source.ts'
import { parseAddresses } from './values.ts'
import type { CommandContext } from './context.ts'
import type { BlockSource } from '../node/block-source.ts'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { CID } from 'multiformats/cid'
import type { DiskRepo } from '../store/repo.ts'
import type { Stat } from 'ts-bitswap'

export interface FetchOptions {
  /** Addresses of peers to ask. */
  peer: string[]
  /** Milliseconds without a block after which to give up. */
  timeout: number
  /** Go on asking peers that said no. */
  wait?: boolean
}

export interface FetchSource {
  readonly source: BlockSource
  readonly repo: DiskRepo
  /** What went over the wire; undefined when nobody was to be asked. */
  stat: () => Stat | undefined
}

/** Opens a source, hands it to `use`, and closes it. */
export async function withFetchSource<T> (context: CommandContext, options: FetchOptions, use: (fetch: FetchSource) => Promise<T>): Promise<T> {
  const addresses = await parseAddresses(options.peer)
  const { openRepo } = await import('../store/repo.ts')
  const repo = await openRepo(context.repo)

  if (addresses.length === 0) {
    try {
      return await use({ source: new LocalSource(repo.blockstore, nobodyToAsk), repo, stat: () => undefined })
    } finally {
      await repo.close()
    }
  }

  // libp2p takes longer to load than most commands take to run
  const { createNode } = await import('../node/create-node.ts')
  const node = await createNode({}, { repo })

  try {
    await node.start()
    const peers = new PeerSource(node.bitswap, {
      timeout: options.timeout,
      wait: options.wait ?? false,
      onSlow: message => { context.output.warn(message) }
    })

    try {
      const source = await connect(peers, addresses, repo, context)

      return await use({ source, repo, stat: () => node.bitswap.stat() })
    } finally {
      peers.close()
    }
  } finally {
    await node.stop()
  }
}

/** Without any of the peers what is here already can still be had; what is not fails with why nobody could be asked. */
async function connect (peers: PeerSource, addresses: Multiaddr[], repo: DiskRepo, context: CommandContext): Promise<BlockSource> {
  try {
    for (const { message } of await peers.connect(addresses, context.signal)) {
      context.output.warn(message)
    }

    return peers
  } catch (error) {
    if (error instanceof UnreachableError) {
      return new LocalSource(repo.blockstore, () => error)
    }

    throw error
  }
}

function nobodyToAsk (cid: CID, cause: unknown): Error {
  return new BlockMissingError(cid, ', and there is no peer to ask: name one with --peer', { cause })
}
