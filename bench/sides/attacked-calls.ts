/** Calls to ours that `scenarios/attack.ts` needs beside the common ones: a server to attack, and a client that keeps a pace. */
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { BitswapNode } from 'ts-bitswap-node'

export function attackedCalls ({ bitswap, repo }: BitswapNode): Record<string, (parameters: never) => Promise<unknown>> {
  const session = bitswap.newSession()
  let peak = 0
  let watch: NodeJS.Timeout | undefined

  return {
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

      return { size, seconds: (performance.now() - start) / 1000, times }
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
    }
  }
}
