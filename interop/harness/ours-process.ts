/**
 * The node as a library in a process of its own, on the repo that is its
 * argument, driven by calls over its standard input.
 */
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { exporter } from 'ipfs-unixfs-exporter'
import { CID } from 'multiformats/cid'
import { createNode } from 'ts-bitswap-node'
import { answerCalls } from './calls.ts'
import { readPatiently } from './patience.ts'

const node = await createNode({ repo: process.argv[2] ?? '', listen: ['/ip4/127.0.0.1/tcp/0'] })
const { bitswap, libp2p } = node

await node.start()

answerCalls({ address: String(node.addresses()[0]) }, {
  async connect ({ address }: { address: string }) {
    await libp2p.dial(multiaddr(address))
  },

  /** Reads files as a user would, all at once: their blocks come through one session. */
  async readFiles ({ cids }: { cids: string[] }) {
    const session = bitswap.newSession()

    try {
      return await readPatiently(cids.map(cid => async signal => {
        const entry = await exporter(CID.parse(cid), { async * get (each) { yield await session.getBlock(each, { signal }) } })

        if (entry.type !== 'file' && entry.type !== 'raw') {
          throw new TypeError(`${cid} is a ${entry.type}`)
        }

        return entry.content()
      }))
    } finally {
      session.close()
    }
  },

  /** How many wants it keeps of a peer. */
  async wants ({ peer }: { peer: string }) {
    return bitswap.wantlistForPeer(peerIdFromString(peer)).length
  },

  async ledger ({ peer }: { peer: string }) {
    const { sent, received, exchanged, value } = bitswap.ledgerForPeer(peerIdFromString(peer)) ?? { sent: 0, received: 0, exchanged: 0, value: 0 }

    return { sent, received, exchanged, value }
  },

  async stat () {
    const { dataSent, dataReceived, dupDataReceived, peersCutOff } = bitswap.stat()

    return { dataSent, dataReceived, dupDataReceived, peersCutOff }
  }
})
