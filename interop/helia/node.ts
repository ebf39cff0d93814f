/**
 * Helia with @helia/bitswap in a process of its own, driven by calls over its
 * standard input: for the interop tests and for the benchmarks. Memory stores,
 * loopback TCP, no routing. `--tls` leaves out noise, `--noise` leaves out tls.
 */
import { withBitswap } from '@helia/bitswap'
import { withLibp2pLight } from '@helia/libp2p'
import { unixfs } from '@helia/unixfs'
import { identify } from '@libp2p/identify'
import type { PeerId } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { peerIdFromString } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import { createHeliaLight } from 'helia'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import { createHash } from 'node:crypto'
import { answerCalls } from '../harness/calls.ts'
import { importContent } from '../harness/content.ts'
import type { Content, Held } from '../harness/content.ts'
import { randomPieces } from '../harness/data.ts'
import { readPatiently } from '../harness/patience.ts'
import { countSockets } from '../harness/sockets.ts'
import { inParallel, walkLevels } from '../harness/walk.ts'
import { noSuchWay, parseHeld, rootOf, timed } from '../harness/ways.ts'
import type { Wanted, Way } from '../harness/ways.ts'

/** Blocks that are asked for at a time, where one call fetches one block. */
const PARALLEL = 64

/** As that, in a session with several providers: the more, the likelier it hangs (@helia/bitswap 4.0.19). More are not faster. */
const SESSION_PARALLEL = 2

const wire = countSockets()
const encrypters = [
  ...process.argv.includes('--tls') ? [] : [noise()],
  ...process.argv.includes('--noise') ? [] : [tls()]
]

const helia = await withBitswap(withLibp2pLight(createHeliaLight(), {
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: encrypters,
  streamMuxers: [yamux()],
  peerDiscovery: [],
  connectionMonitor: { enabled: false },
  // as ts-bitswap-node has it: all of a test are on one host
  connectionManager: { inboundConnectionThreshold: 64, maxIncomingPendingConnections: 64 },
  services: { identify: identify() }
})).start()
const files = unixfs(helia)
const providers: Multiaddr[][] = []
let wanted: Wanted | undefined

/** What @helia/bitswap keeps of its partners, and shows to nobody. */
const { bitswap: { peerWantLists: ledgers } } = (helia as unknown as {
  blockBrokers: [{ bitswap: { peerWantLists: { ledgerForPeer: (peer: PeerId) => { sent: number, received: number } | undefined } } }]
}).blockBrokers[0]

async function block (cid: CID, blocks: Pick<typeof helia.blockstore, 'get'> = helia.blockstore): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []

  for await (const piece of blocks.get(cid)) {
    pieces.push(piece)
  }

  return pieces.length === 1 && pieces[0] != null ? pieces[0] : Buffer.concat(pieces)
}

function digest (bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function seconds (start: number): number {
  return (performance.now() - start) / 1000
}

async function list (cids: readonly CID[], parallel: number = PARALLEL, blocks?: Pick<typeof helia.blockstore, 'get'>): Promise<number> {
  let size = 0

  await inParallel(cids, parallel, async cid => {
    const bytes = await block(cid, blocks)

    // not `size += (await …)`: that reads the sum before it waits
    size += bytes.length
  })

  return size
}

/** All of them through a session with those it is connected to. */
async function inSession (root: CID, cids: readonly CID[]): Promise<number> {
  const session = helia.blockstore.createSession(root, { providers })

  try {
    return await list(cids, providers.length > 1 ? SESSION_PARALLEL : PARALLEL, session)
  } finally {
    session.close()
  }
}

/** Reads a file until so many bytes are here, and says so. */
async function read (root: CID, enough: number = Number.POSITIVE_INFINITY, came: () => void = () => {}): Promise<number> {
  let size = 0

  for await (const piece of files.cat(root)) {
    size += piece.length

    if (size >= enough) {
      came()
      break
    }
  }

  return size
}

async function walk (root: CID): Promise<number> {
  return await walkLevels(root, async (cids, came) => {
    await inParallel(cids, PARALLEL, async cid => { came(cid, await block(cid)) })
  })
}

async function fetch ({ by }: Way, came: () => void): Promise<number> {
  const { leaves = [] } = wanted ?? {}

  switch (by) {
    case 'list': return await list(leaves)
    case 'session': return await inSession(rootOf(wanted), leaves)
    case 'cat': return await read(rootOf(wanted))
    case 'first': return await read(rootOf(wanted), 1, came)
    case 'walk': return await walk(rootOf(wanted))
    default: return noSuchWay(by)
  }
}

answerCalls({ address: String(helia.libp2p.getMultiaddrs()[0]) }, {
  /** Imports a file of random bytes; answers with its root and its leaves. */
  async add ({ size, seed, chunkSize = 262_144, cidVersion = 1 }: { size: number, seed: number, chunkSize?: number, cidVersion?: 0 | 1 }) {
    const leaves: string[] = []
    const root = await files.addByteStream(randomPieces(size, seed), {
      cidVersion,
      rawLeaves: cidVersion === 1,
      chunker: fixedSize({ chunkSize }),
      onProgress: event => {
        if (event.type === 'unixfs:importer:progress:file:write' && event.detail.cid != null) {
          leaves.push(event.detail.cid.toString())
        }
      }
    })

    return { cid: root.toString(), leaves }
  },

  async put ({ base64 }: { base64: string }) {
    const bytes = Buffer.from(base64, 'base64')
    const cid = CID.createV1(raw.code, await sha256.digest(bytes))

    await helia.blockstore.put(cid, bytes)

    return cid.toString()
  },

  async connect ({ address }: { address: string }) {
    providers.push([multiaddr(address)])
    await helia.libp2p.dial(multiaddr(address))
  },

  async hold (content: Content) {
    return await importContent(content, helia.blockstore)
  },

  async take (held: Held) {
    wanted = parseHeld(held, each => CID.parse(each))
  },

  async fetch (way: Way) {
    return await timed(async came => await fetch(way, came))
  },

  /** Received: of all it is connected to. */
  async traffic () {
    const received = helia.libp2p.getPeers().reduce((sum, peer) => sum + (ledgers.ledgerForPeer(peer)?.received ?? 0), 0)

    return { received, wire: wire() }
  },

  async block ({ cid }: { cid: string }) {
    const bytes = await block(CID.parse(cid))

    return { size: bytes.length, sha256: digest(bytes) }
  },

  /** Reads a file as a user would. */
  async cat ({ cid }: { cid: string }) {
    const start = performance.now()
    const hash = createHash('sha256')
    let size = 0

    for await (const piece of files.cat(CID.parse(cid))) {
      hash.update(piece)
      size += piece.length
    }

    return { size, seconds: seconds(start), sha256: hash.digest('hex') }
  },

  /** The same with several at once. */
  async readFiles ({ cids }: { cids: string[] }) {
    return readPatiently(cids.map(cid => signal => files.cat(CID.parse(cid), { signal })))
  },

  async ledger ({ peer }: { peer: string }) {
    const { sent, received } = ledgers.ledgerForPeer(peerIdFromString(peer)) ?? { sent: 0, received: 0 }

    return { sent, received }
  }
})
