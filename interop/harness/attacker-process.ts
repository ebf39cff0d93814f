/**
 * Bad peers in a process of their own: each its own libp2p node, speaking the
 * wire by hand. Floods send a full list of wants for blocks that nobody has, over
 * and over; hogs ask for much and read nothing.
 */
import { identify } from '@libp2p/identify'
import type { Libp2p, Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { randomFillSync } from 'node:crypto'
import { setPriority } from 'node:os'
import { encodeFrame, WantType } from 'ts-bitswap/message'
import { answerCalls } from './calls.ts'

const PROTOCOL = '/ipfs/bitswap/1.2.0'
const SHA2_256 = 0x12
const RAW = 0x55

/** Wants in a list. */
const WANTS = 1024

/** Between two lists, in milliseconds. */
const INTERVAL = 1000

const peers: Libp2p[] = []
let timer: NodeJS.Timeout | undefined

/** @param reads - takes what it is sent */
async function newPeer (reads: boolean): Promise<Libp2p> {
  const libp2p = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [tls()],
    streamMuxers: [yamux()],
    services: { identify: identify() }
  })

  await libp2p.handle(PROTOCOL, stream => {
    if (reads) {
      stream.addEventListener('message', () => {})
    } else {
      stream.pause()
    }
  })
  peers.push(libp2p)

  return libp2p
}

async function streamTo (address: string, reads: boolean): Promise<{ id: string, stream: Stream }> {
  const peer = await newPeer(reads)
  const connection = await peer.dial(multiaddr(address))

  return { id: peer.peerId.toString(), stream: await connection.newStream(PROTOCOL) }
}

function listOf (cids: readonly CID[]): ReturnType<typeof encodeFrame> {
  const wants = cids.map((cid, i) => ({ cid, priority: cids.length - i, wantType: WantType.Block, sendDontHave: true }))

  return encodeFrame({ full: true, wants, cancels: [], blocks: [], presences: [], pendingBytes: 0 }, 'v1')
}

function missing (): CID {
  return CID.createV1(RAW, Digest.create(SHA2_256, randomFillSync(new Uint8Array(32))))
}

answerCalls({}, {
  /** So many peers that flood, until they are stopped. @returns their peer ids */
  async flood ({ address, count, nice }: { address: string, count: number, nice: number }) {
    setPriority(nice)
    const streams: Stream[] = []
    const ids: string[] = []

    for (let i = 0; i < count; i++) {
      const { id, stream } = await streamTo(address, true)

      streams.push(stream)
      ids.push(id)
    }

    const lists = streams.map(() => listOf(Array.from({ length: WANTS }, missing)))

    timer = setInterval(() => {
      for (const [i, stream] of streams.entries()) {
        // one that is not read from, or was thrown out, floods no more
        if (stream.status === 'open' && stream.writeStatus === 'writable') {
          stream.send(lists[i] as ReturnType<typeof encodeFrame>)
        }
      }
    }, INTERVAL)

    return { ids }
  },

  /** So many peers that each ask for all of these and read nothing. @returns their peer ids */
  async hog ({ address, count = 1, cids }: { address: string, count?: number, cids: string[] }) {
    const list = listOf(cids.map(cid => CID.parse(cid)))
    const ids: string[] = []

    for (let i = 0; i < count; i++) {
      const { id, stream } = await streamTo(address, false)

      stream.send(list)
      ids.push(id)
    }

    return { ids }
  },

  /** All go. @returns how many connections they still had */
  async end () {
    const connections = peers.reduce((sum, peer) => sum + peer.getConnections().length, 0)

    clearInterval(timer)
    await Promise.all(peers.splice(0).map(async peer => { await peer.stop() }))

    return { connections }
  }
})
