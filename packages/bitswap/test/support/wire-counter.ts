/** Counts what a virtual network carries between its nodes: messages and blocks, as they leave and as they arrive. */
import type { Uint8ArrayList } from 'uint8arraylist'
import { decodeMessage } from '../../src/message/codec.ts'
import { Unframer } from '../../src/message/frame.ts'
import type { Carried, WireTotals } from '../../src/testing/invariants/accounting-invariants.ts'
import type { Arrival, NetworkObserver } from '../../src/testing/trace/network-observer.ts'
import type { VirtualNode } from '../../src/testing/wire/virtual-node.ts'

interface Totals extends WireTotals {
  arrived: Carried
  left: Carried
}

export class WireCounter implements Pick<NetworkObserver, 'bytesArrived'> {
  readonly #totals: Map<string, Map<string, Totals>> = new Map()
  readonly #unframers: Map<string, Unframer> = new Map()
  /** When bytes last arrived. */
  arrivedAt = 0

  /** What came to and went from one peer, by the other. */
  of (peer: { toString (): string }): Map<string, Totals> {
    const key = peer.toString()
    const totals = this.#totals.get(key) ?? new Map<string, Totals>()
    this.#totals.set(key, totals)

    return totals
  }

  bytesArrived ({ from, to, stream, bytes, time }: Arrival): void {
    const key = `${stream} ${from}`
    const unframer = this.#unframers.get(key) ?? new Unframer()

    this.arrivedAt = time
    this.#unframers.set(key, unframer)
    count(unframer, bytes, this.#between(to, from).arrived)
  }

  /** Counts what this node sends, as its streams take it. */
  watch (node: VirtualNode): void {
    const open = node.openStream.bind(node)

    node.openStream = async (peer, options) => {
      const stream = await open(peer, options)
      const send = stream.send.bind(stream)
      const unframer = new Unframer()

      stream.send = bytes => {
        count(unframer, bytes, this.#between(node.self, peer).left)

        return send(bytes)
      }

      return stream
    }
  }

  #between (one: { toString (): string }, other: { toString (): string }): Totals {
    const totals = this.of(one)
    const known = totals.get(other.toString()) ?? { arrived: { messages: 0, blocks: 0, blockBytes: 0 }, left: { messages: 0, blocks: 0, blockBytes: 0 } }
    totals.set(other.toString(), known)

    return known
  }
}

function count (unframer: Unframer, bytes: Uint8Array | Uint8ArrayList, carried: Carried): void {
  unframer.push(bytes.slice())

  for (let frame = unframer.next(); frame != null; frame = unframer.next()) {
    const { blocks } = decodeMessage(frame)
    carried.messages++
    carried.blocks += blocks.length
    carried.blockBytes += blocks.reduce((sum, block) => sum + block.bytes.length, 0)
  }
}
