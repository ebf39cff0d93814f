/**
 * Helia with @helia/bitswap in a process of its own, driven by calls over its
 * standard input: for the interop tests and for the benchmarks. Memory stores,
 * loopback TCP, no routing. `--tls` leaves out noise.
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
import { createHeliaLight } from 'helia'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import { createHash } from 'node:crypto'
import { answerCalls } from '../harness/calls.ts'
import { randomPieces } from '../harness/data.ts'
import { readPatiently } from '../harness/patience.ts'

const helia = await withBitswap(withLibp2pLight(createHeliaLight(), {
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: process.argv.includes('--tls') ? [tls()] : [noise(), tls()],
  streamMuxers: [yamux()],
  peerDiscovery: [],
  connectionMonitor: { enabled: false },
  services: { identify: identify() }
})).start()
const files = unixfs(helia)

/** What @helia/bitswap keeps of its partners, and shows to nobody. */
const { bitswap: { peerWantLists: ledgers } } = (helia as unknown as {
  blockBrokers: [{ bitswap: { peerWantLists: { ledgerForPeer: (peer: PeerId) => { sent: number, received: number } | undefined } } }]
}).blockBrokers[0]

async function block (cid: CID): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []

  for await (const piece of helia.blockstore.get(cid)) {
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
    await helia.libp2p.dial(multiaddr(address))
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
  },

  /** Gets many blocks, so many at a time. */
  async get ({ cids, parallel }: { cids: string[], parallel: number }) {
    const start = performance.now()
    const left = cids.values()
    let size = 0

    await Promise.all(Array.from({ length: parallel }, async () => {
      for (const cid of left) {
        const bytes = await block(CID.parse(cid))

        // not `size += (await …)`: that reads the sum before it waits
        size += bytes.length
      }
    }))

    return { size, seconds: seconds(start) }
  }
})
