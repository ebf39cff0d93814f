/**
 * Ours in a process of its own, driven by calls over its standard input: the
 * same calls as `interop/helia/node.ts` answers, so that both are measured by
 * the same hand. Memory stores, loopback TCP, tls, no routing. `--bitswap`: options
 * of Bitswap that are not to be as by default, as JSON.
 */
import { multiaddr } from '@multiformats/multiaddr'
import * as dagCbor from '@ipld/dag-cbor'
import { exporter } from 'ipfs-unixfs-exporter'
import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { sha256 } from 'multiformats/hashes/sha2'
import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { BitswapInit } from 'ts-bitswap'
import { createNode } from 'ts-bitswap-node'
import { answerCalls } from '../../interop/harness/calls.ts'
import { buildChain } from '../../interop/harness/chain.ts'
import type { ChainInit } from '../../interop/harness/chain.ts'
import { randomPieces } from '../../interop/harness/data.ts'
import { followChain } from './follow-chain.ts'

const { values } = parseArgs({ options: { tls: { type: 'boolean' }, bitswap: { type: 'string', default: '{}' } } })
const node = await createNode({ listen: ['/ip4/127.0.0.1/tcp/0'], encrypters: ['tls'], bitswap: JSON.parse(values.bitswap) as BitswapInit })
const { bitswap, libp2p, repo } = node

await node.start()

const session = bitswap.newSession()
let peak = 0
let watch: NodeJS.Timeout | undefined

function seconds (start: number): number {
  return (performance.now() - start) / 1000
}

/** How messages and duplicates went, to explain a number that surprises. */
function counters (): Record<string, number> {
  const { messagesSent, messagesReceived, dupBlksReceived } = bitswap.stat()

  return { messagesSent, messagesReceived, duplicates: dupBlksReceived }
}

answerCalls({ address: String(node.addresses()[0]) }, {
  async add ({ size, seed, chunkSize = 262_144 }: { size: number, seed: number, chunkSize?: number }) {
    const leaves: string[] = []
    let root: CID | undefined

    const entries = importer([{ content: randomPieces(size, seed) }], repo.blockstore, {
      chunker: fixedSize({ chunkSize }),
      onProgress: event => {
        if (event.type === 'unixfs:importer:progress:file:write' && event.detail.cid != null) {
          leaves.push(event.detail.cid.toString())
        }
      }
    })

    for await (const entry of entries) {
      root = entry.cid
    }

    return { cid: root?.toString(), leaves }
  },

  async connect ({ address }: { address: string }) {
    await libp2p.dial(multiaddr(address))
  },

  /** Reads a file as a user would: its blocks come through one session. */
  async cat ({ cid }: { cid: string }) {
    const start = performance.now()
    const hash = createHash('sha256')
    const session = bitswap.newSession()
    const entry = await exporter(CID.parse(cid), { async * get (each) { yield await session.getBlock(each) } })
    let size = 0

    if (entry.type !== 'file' && entry.type !== 'raw') {
      throw new TypeError(`${cid} is a ${entry.type}`)
    }

    for await (const piece of entry.content()) {
      hash.update(piece)
      size += piece.length
    }

    session.close()

    return { size, seconds: seconds(start), sha256: hash.digest('hex'), ...counters() }
  },

  /** Gets many blocks, so many at a time. */
  async get ({ cids, parallel }: { cids: string[], parallel: number }) {
    const start = performance.now()
    const left = cids.values()
    let size = 0

    await Promise.all(Array.from({ length: parallel }, async () => {
      for (const cid of left) {
        const bytes = await bitswap.getBlock(CID.parse(cid))

        // not `size += (await …)`: that reads the sum before it waits
        size += bytes.length
      }
    }))

    return { size, seconds: seconds(start), ...counters() }
  },

  /** Gets many blocks in one call. */
  async stream ({ cids }: { cids: string[] }) {
    const start = performance.now()
    let size = 0

    for await (const { bytes } of bitswap.getBlocks(cids.map(cid => CID.parse(cid)))) {
      size += bytes.length
    }

    return { size, seconds: seconds(start), ...counters() }
  },

  /** Stores so many blocks that are one piece of memory: what is in them is not what their names say, and nobody may read them. */
  async addShared ({ count, size }: { count: number, size: number }) {
    const bytes = new Uint8Array(size)
    const cids = Array.from({ length: count }, (_, i) => CID.createV1(0x55, Digest.create(0x12, createHash('sha256').update(`${i}`).digest())))

    for (const cid of cids) {
      await repo.blockstore.put(cid, bytes)
    }

    return { cids: cids.map(String) }
  },

  /** Gets one block after the other, each at its time whether or not the last has come. Milliseconds from then until it is here. */
  async paced ({ cids, rate }: { cids: string[], rate: number }) {
    const start = performance.now()
    let size = 0

    const times = await Promise.all(cids.map(async (cid, i) => {
      const at = i * 1000 / rate

      await setTimeout(Math.max(0, start + at - performance.now()))
      const bytes = await session.getBlock(CID.parse(cid))
      size += bytes.length

      return performance.now() - start - at
    }))

    return { size, seconds: seconds(start), times }
  },

  /** The most memory it takes until {@link peakMemory} is called, in bytes. */
  async watchMemory () {
    globalThis.gc?.()
    peak = process.memoryUsage.rss()
    watch = setInterval(() => { peak = Math.max(peak, process.memoryUsage.rss()) }, 100)

    return { rss: peak }
  },

  async peakMemory () {
    clearInterval(watch)

    return { rss: peak, stat: bitswap.stat() }
  },

  /** What it takes now, in bytes. */
  async memory () {
    return { ...process.memoryUsage() }
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
    return { ...await followChain(cid, blocks, async each => await session.getBlock(each)), ...counters() }
  }
})
