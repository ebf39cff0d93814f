/**
 * `serve`: runs the node until it is ended: accepts peers, sends them what it has,
 * and tells others where that is to be found.
 */
import { InvalidArgumentError, ListenError, UnreachableError } from '../../errors.ts'
import { createNode } from '../../node/create-node.ts'
import { reasonOf } from '../../reason-of.ts'
import { swarmKeyHint } from '../../private-network/connect-hint.ts'
import { parseListen } from '../../routing-server/options.ts'
import { serveSettings } from '../network.ts'
import { ServedPaths } from '../served-paths.ts'
import { endsInPeer, parseAddresses } from '../values.ts'
import type { ServeFlags } from '../config/settings.ts'
import type { CommandContext } from '../context.ts'
import type { ConfigFlags } from '../network.ts'
import type { BitswapNode } from '../../node/create-node.ts'
import type { NodeInit } from '../../node/options.ts'
import type { RoutingServer } from '../../routing-server/routing-server.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface ServeCommandOptions extends ServeFlags, ConfigFlags {
  /** Where to serve `/routing/v1`. */
  routingServer?: string
  /** End when standard input does, so that no node outlives who started it. */
  untilInputEnds?: boolean
}

export async function run (context: CommandContext, options: ServeCommandOptions, paths: string[]): Promise<void> {
  const { output, signal } = context
  const peers = await parseAddresses(options.connect)
  const { init, config } = await serveSettings(context, await checked(options, peers))
  const node = await startNode(context, init, { mayMove: options.listen == null && config.listen == null })
  let routingServer: RoutingServer | undefined

  try {
    routingServer = await startRoutingServer(node, options.routingServer ?? config.routingServer)
    const place = placeOf(node, routingServer)
    const lines = [...place.addresses, ...routingServer == null ? [] : [`${routingServer.url}/routing/v1`]]

    await output.print({ event: 'listening', ...place }, ...lines.length === 0 ? [] : [lines.join('\n')])
    await new ServedPaths(context, node, init).add(paths)
    await connect(node, peers, { signal, hint: error => swarmKeyHint(error, (init.privateNetwork?.swarmKey ?? '') !== '') })
    await output.print({ event: 'ready', ...placeOf(node, routingServer) }, 'ready')
    await ended(context, options.untilInputEnds === true)
  } finally {
    await routingServer?.stop()
    await node.stop()
  }
}

/** Of those to connect to, only whose peer id is known can be kept connected; the others are dialled once. */
async function checked (options: ServeCommandOptions, peers: Multiaddr[]): Promise<ServeCommandOptions> {
  const listen = options.listen == null ? {} : { listen: (await parseAddresses(options.listen)).map(String) }

  await parseAddresses(options.announce ?? [])

  if (options.routingServer != null && parseListen(options.routingServer) == null) {
    throw new InvalidArgumentError('routing server', options.routingServer, 'expected host:port, as in 127.0.0.1:8190')
  }

  return { ...options, ...listen, connect: peers.filter(endsInPeer).map(String) }
}

/** @param mayMove - another port will do when the usual one is taken */
async function startNode ({ repo, output }: CommandContext, init: NodeInit, { mayMove }: { mayMove: boolean }): Promise<BitswapNode> {
  const warn = (message: string): void => { output.warn(message) }
  const components = { onCorrupt: (error: Error) => { warn(error.message) }, onWarning: warn }
  const node = await createNode({ ...init, repo }, components)

  try {
    await node.start()

    return node
  } catch (error) {
    if (!mayMove || !(error instanceof ListenError) || !error.message.includes('EADDRINUSE')) {
      throw error
    }

    warn(`${error.message}; another port is used, so that addresses known to others do not hold`)
    const moved = await createNode({ ...init, repo, listen: init.listen?.map(address => address.replace(/\/tcp\/\d+$/, '/tcp/0')) ?? [] }, components)
    await moved.start()

    return moved
  }
}

async function startRoutingServer (node: BitswapNode, listen: string | undefined): Promise<RoutingServer | undefined> {
  if (listen == null) {
    return undefined
  }

  const { createRoutingServer } = await import('../../routing-server/routing-server.ts')
  const { libp2p, routing, repo } = node
  const server = createRoutingServer({
    routing,
    findPeer: async (peer, options) => await libp2p.peerRouting.findPeer(peer, options),
    self: libp2p,
    hasBlock: async (cid, options) => await repo.blockstore.has(cid, options),
    log: libp2p.logger.forComponent('bitswap-node:routing-server')
  }, { listen })

  await server.start()

  return server
}

function placeOf (node: BitswapNode, routingServer: RoutingServer | undefined): { peerId: string, addresses: string[], routingServer?: string } {
  return {
    peerId: node.peerId.toString(),
    addresses: node.addresses().map(String),
    ...routingServer == null ? {} : { routingServer: routingServer.url }
  }
}

/** @param hint - what is put behind the reason */
async function connect (node: BitswapNode, peers: Multiaddr[], { signal, hint }: { signal: AbortSignal, hint: (error: unknown) => string }): Promise<void> {
  await Promise.all(peers.map(async peer => {
    try {
      await node.libp2p.dial(peer, { signal })
    } catch (error) {
      signal.throwIfAborted()

      throw new UnreachableError([peer.toString()], reasonOf(error) + hint(error), { cause: error })
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
