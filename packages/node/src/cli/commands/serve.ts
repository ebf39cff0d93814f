/** `serve`: runs the node until it is ended: accepts peers, and sends them what it has. */
import { UnreachableError } from '../../errors.ts'
import { createNode } from '../../node/create-node.ts'
import { reasonOf } from '../../node/reason-of.ts'
import { addPaths } from './add.ts'
import { parseAddresses } from '../values.ts'
import type { CommandContext } from '../context.ts'
import type { BitswapNode } from '../../node/create-node.ts'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { BlockSink } from '../../files/add-path.ts'

export interface ServeCommandOptions {
  /** Where to accept peers. */
  listen: string[]
  /** Peers to connect to at the start. */
  connect: string[]
  /** End when standard input does, so that no node outlives who started it. */
  untilInputEnds?: boolean
}

export async function run (context: CommandContext, options: ServeCommandOptions, paths: string[]): Promise<void> {
  const { output, signal } = context
  const listen = (await parseAddresses(options.listen)).map(String)
  const peers = await parseAddresses(options.connect)
  const node = await createNode({ repo: context.repo, listen }, { onCorrupt: ({ message }) => { output.warn(message) } })

  try {
    await node.start()
    const addresses = node.addresses().map(String)
    const place = { peerId: node.peerId.toString(), addresses }

    await output.print({ event: 'listening', ...place }, addresses.join('\n'))
    await addPaths(context, paths, announcing(node), {})
    await connect(node, peers, signal)
    await output.print({ event: 'ready', ...place }, 'ready')
    await ended(context, options.untilInputEnds === true)
  } finally {
    await node.stop()
  }
}

/** The block store of a node that runs: peers that wait for a block are told when it is added. */
function announcing ({ repo, bitswap }: BitswapNode): BlockSink {
  return {
    async put (cid, bytes, options) {
      await repo.blockstore.put(cid, bytes, options)
      bitswap.notifyNewBlocks([cid])

      return cid
    }
  }
}

async function connect (node: BitswapNode, peers: Multiaddr[], signal: AbortSignal): Promise<void> {
  await Promise.all(peers.map(async peer => {
    try {
      await node.libp2p.dial(peer, { signal })
    } catch (error) {
      signal.throwIfAborted()

      throw new UnreachableError([peer.toString()], reasonOf(error), { cause: error })
    }
  }))
}

/** Resolves when the user, or whoever holds our standard input, ends the command. */
async function ended ({ signal, input }: CommandContext, untilInputEnds: boolean): Promise<void> {
  const aborted = new Promise<void>(resolve => {
    if (signal.aborted) {
      resolve()
    } else {
      signal.addEventListener('abort', () => { resolve() }, { once: true })
    }
  })

  await Promise.race(untilInputEnds ? [aborted, drained(input)] : [aborted])
}

async function drained (input: AsyncIterable<Uint8Array>): Promise<void> {
  const pieces = input[Symbol.asyncIterator]()

  while ((await pieces.next()).done !== true) {
    // what is written to us does not matter
  }
}
