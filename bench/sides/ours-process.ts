/**
 * Ours in a process of its own, driven by calls over its standard input: the
 * same calls as `interop/helia/node.ts` answers, so that both are measured by
 * the same hand. Loopback TCP, no routing.
 *
 *   --noise          encrypts with noise in place of tls
 *   --repo PATH      keeps its blocks in a repo; else in memory
 *   --bitswap JSON   options of Bitswap that are not to be as by default
 */
import { multiaddr } from '@multiformats/multiaddr'
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { parseArgs } from 'node:util'
import type { BitswapInit } from 'ts-bitswap'
import { createNode } from 'ts-bitswap-node'
import { answerCalls } from '../../interop/harness/calls.ts'
import { buildChain } from '../../interop/harness/chain.ts'
import type { ChainInit } from '../../interop/harness/chain.ts'
import { importContent } from '../../interop/harness/content.ts'
import type { Content, Held } from '../../interop/harness/content.ts'
import { countSockets } from '../../interop/harness/sockets.ts'
import { attackedCalls } from './attacked-calls.ts'
import { followChain } from './follow-chain.ts'
import { OursFetches } from './ours-fetches.ts'
import { copyBlocks } from './copy-blocks.ts'
import { parseHeld, timed } from '../../interop/harness/ways.ts'
import type { Way } from '../../interop/harness/ways.ts'

const { values } = parseArgs({
  options: { noise: { type: 'boolean', default: false }, repo: { type: 'string', default: '' }, bitswap: { type: 'string', default: '{}' } }
})
const wire = countSockets()
const node = await createNode({
  repo: values.repo,
  listen: ['/ip4/127.0.0.1/tcp/0'],
  encrypters: [values.noise ? 'noise' : 'tls'],
  bitswap: JSON.parse(values.bitswap) as BitswapInit
})
const { bitswap, repo } = node
const fetches = new OursFetches(bitswap)

await node.start()

const session = bitswap.newSession()

answerCalls({ address: String(node.addresses()[0]) }, {
  async hold (content: Content) {
    return await importContent(content, repo.blockstore)
  },

  /** And knows that the other speaks Bitswap: who asks before and fails fast asks nobody. */
  async connect ({ address }: { address: string }) {
    const knowing = bitswap.newSession()

    await knowing.addPeer(multiaddr(address))
    knowing.close()
  },

  async take (held: Held) {
    fetches.wanted = parseHeld(held)
  },

  async fetch (way: Way) {
    return await timed(async came => await fetches.fetch(way, came))
  },

  async traffic () {
    const { dataReceived, messagesReceived } = bitswap.stat()

    return { received: dataReceived, messagesReceived, wire: wire() }
  },

  /** What {@link hold} stored, read, hashed and stored again in another repo, with no network between. */
  async copy ({ to, leaves }: { to: string, leaves: string[] }) {
    const cids = leaves.map(leaf => CID.parse(leaf))

    return await copyBlocks(repo.blockstore, to, cids)
  },

  /** Stores a chain, for others to follow. */
  async addChain (init: ChainInit) {
    const head = await buildChain(init, async bytes => {
      const cid = CID.createV1(dagCbor.code, await sha256.digest(bytes))

      await bitswap.addBlock({ cid, bytes })

      return cid
    })

    return { cid: head }
  },

  /** Follows a chain for so many blocks: each names the next. All calls are one session. */
  async chain ({ cid, blocks }: { cid: string, blocks: number }) {
    return await followChain(cid, blocks, async each => await session.getBlock(each))
  },

  ...attackedCalls(node)
})
