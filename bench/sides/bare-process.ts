/**
 * What ours is measured against, in a process of its own, with the libp2p and
 * the encryption of `ours-process.ts` and no Bitswap in it: a bare client of
 * Kubo, and both ends of a bare request and answer.
 */
import { identify } from '@libp2p/identify'
import type { PeerId } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { answerCalls } from '../../interop/harness/calls.ts'
import { BareBitswap } from './bare-bitswap.ts'
import { answerRequests, Requests } from './bare-request.ts'
import { followChain } from './follow-chain.ts'

const libp2p = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [tls()],
  streamMuxers: [yamux()],
  services: { identify: identify() }
})
const bitswap = new BareBitswap(libp2p)
let server: PeerId | undefined
let open: Requests | undefined

await bitswap.start()
await answerRequests(libp2p)

/** Who it is connected to. */
function connected (): PeerId {
  if (server == null) {
    throw new Error('not connected')
  }

  return server
}

answerCalls({ address: String(libp2p.getMultiaddrs()[0]) }, {
  async connect ({ address }: { address: string }) {
    server = (await libp2p.dial(multiaddr(address))).remotePeer
  },

  /** Follows a chain for so many blocks. */
  async chain ({ cid, blocks }: { cid: string, blocks: number }) {
    const peer = connected()

    return await followChain(cid, blocks, async each => await bitswap.get(peer, each))
  },

  /** Opens the stream that requests go on. */
  async open () {
    open = await Requests.open(libp2p, connected())
  },

  /** Asks so many times, each time when the last answer is here. */
  async requests ({ blocks }: { blocks: number }) {
    if (open == null) {
      throw new Error('no stream is open')
    }

    const start = performance.now()

    for (let i = 0; i < blocks; i++) {
      await open.ask()
    }

    return { blocks, seconds: (performance.now() - start) / 1000 }
  }
})
