/**
 * What ours is measured against, in a process of its own, with the libp2p of
 * `ours-process.ts`, on which Bitswap is not started: a bare client of Kubo, a bare
 * request and answer, and a bare stream. Encryption is tls, or noise with `--noise`;
 * with `--usual-tls` that of `@libp2p/tls`, as whoever has libp2p without ours has it.
 */
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Libp2p, PeerId } from '@libp2p/interface'
import { tls } from '@libp2p/tls'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { createNode } from 'ts-bitswap-node'
import { answerCalls } from '../../interop/harness/calls.ts'
import type { FileContent, Held } from '../../interop/harness/content.ts'
import { randomPieces } from '../../interop/harness/data.ts'
import { countSockets } from '../../interop/harness/sockets.ts'
import { hostInit } from '../../packages/node/src/node/libp2p-host.ts'
import { resolveNodeOptions } from '../../packages/node/src/node/options.ts'
import { BareBitswap } from './bare-bitswap.ts'
import { answerRequests, Requests } from './bare-request.ts'
import { fetchFramed, fetchRaw, serveStreams } from './bare-stream.ts'
import { followChain } from './follow-chain.ts'
import { noSuchWay, parseHeld, timed } from '../../interop/harness/ways.ts'
import type { Wanted, Way } from '../../interop/harness/ways.ts'

const wire = countSockets()
const libp2p = await createHost()
const bitswap = new BareBitswap(libp2p)
const servers: PeerId[] = []
let open: Requests | undefined
let blocks: Uint8Array[] = []
/** What came and is kept, by the latin1 of its digest. */
const kept: Map<string, Uint8Array> = new Map()
let wanted: Wanted = { root: undefined, leaves: [], size: 0 }

await libp2p.start()
await bitswap.start()
await answerRequests(libp2p)
await serveStreams(libp2p, () => blocks)

async function createHost (): Promise<Libp2p> {
  const listen = ['/ip4/127.0.0.1/tcp/0']

  if (process.argv.includes('--usual-tls')) {
    const init = hostInit(await generateKeyPair('Ed25519'), resolveNodeOptions({ listen }))

    return await createLibp2p({ ...init, connectionEncrypters: [tls()] })
  }

  const { libp2p } = await createNode({ listen, encrypters: [process.argv.includes('--noise') ? 'noise' : 'tls'] })

  return libp2p
}

/** Who it is connected to, or the first of them. */
function connected (): PeerId {
  const [server] = servers

  if (server == null) {
    throw new Error('not connected')
  }

  return server
}

/** From all it is connected to an equal part, at the same time. */
async function fetchParts (keep: (digest: Uint8Array, block: Uint8Array) => void): Promise<number> {
  const part = wanted.size / servers.length
  const came = await Promise.all(servers.map(async server => await fetchFramed(libp2p, server, part, keep)))

  return came.reduce((sum, size) => sum + size, 0)
}

/** Pieces of a file of random bytes, each in memory of its own. */
function cut ({ size, seed, chunkSize }: FileContent): Uint8Array[] {
  const cut: Uint8Array[] = []

  for (const piece of randomPieces(size, seed)) {
    for (let at = 0; at < piece.length; at += chunkSize) {
      cut.push(piece.slice(at, at + chunkSize))
    }
  }

  return cut
}

async function fetch (way: Way): Promise<number> {
  switch (way.by) {
    case 'list': return await bitswap.getAll(connected(), wanted.leaves)
    case 'raw': return await fetchRaw(libp2p, connected(), wanted.size, way.piece ?? 0)
    case 'framed': return await fetchParts(() => undefined)
    case 'kept': return await fetchParts(keep)
    default: return noSuchWay(way.by)
  }
}

/** As a store in memory would. */
function keep (digest: Uint8Array, block: Uint8Array): void {
  kept.set(Buffer.from(digest.buffer, digest.byteOffset, digest.length).toString('latin1'), block)
}

answerCalls({ address: String(libp2p.getMultiaddrs()[0]) }, {
  /** Keeps the blocks of a file for {@link serveStreams}, under no names; with a `chunkSize` of 0 none. */
  async hold (content: FileContent) {
    blocks = content.chunkSize > 0 ? cut(content) : []

    return { root: '', leaves: [], size: content.size } satisfies Held
  },

  async connect ({ address }: { address: string }) {
    servers.push((await libp2p.dial(multiaddr(address))).remotePeer)
  },

  async take (held: Held) {
    wanted = parseHeld(held)
  },

  async fetch (way: Way) {
    return await timed(async () => await fetch(way))
  },

  async traffic () {
    return { wire: wire() }
  },

  /** Follows a chain for so many blocks. */
  async chain ({ cid, blocks }: { cid: string, blocks: number }) {
    const peer = connected()

    return await followChain(cid, blocks, async each => await bitswap.get(peer, each))
  },

  /** Asks so many times, each time when the last answer is here. */
  async requests ({ count }: { count: number }) {
    open ??= await Requests.open(libp2p, connected())

    const start = performance.now()

    for (let i = 0; i < count; i++) {
      await open.ask()
    }

    return { blocks: count, seconds: (performance.now() - start) / 1000 }
  }
})
