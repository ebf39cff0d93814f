/** Counts the blocks of messages that a node has written to their ends, by the word of its streams. */
import type { Uint8ArrayList } from 'uint8arraylist'
import { decodeMessage } from '../../src/message/codec.ts'
import { Unframer } from '../../src/message/frame.ts'
import type { NetworkStream } from '../../src/network/network.ts'
import type { VirtualNode } from '../../src/testing/wire/virtual-node.ts'

export class WrittenBlocks {
  count = 0
  bytes = 0
  /** Called in the turn in which there is room again, before whoever waits for it is told. */
  onRoom: (() => void) | undefined

  constructor (node: VirtualNode) {
    const open = node.openStream.bind(node)

    node.openStream = async (peer, options) => {
      const stream = await open(peer, options)
      this.#watch(stream)

      return stream
    }
  }

  /** A message counts when its last byte was taken and the stream is still there. */
  #watch (stream: NetworkStream): void {
    const [send, drained, read] = [stream.send.bind(stream), stream.drained.bind(stream), stream.read.bind(stream)]
    const unframer = new Unframer()
    let isGone = false

    stream.send = (bytes: Uint8Array | Uint8ArrayList) => {
      const hasRoom = send(bytes)
      unframer.push(bytes.slice())

      if (hasRoom) {
        this.#written(unframer)
      }

      return hasRoom
    }
    stream.drained = async options => {
      await drained(options)
      this.onRoom?.()

      if (!isGone) {
        this.#written(unframer)
      }
    }
    stream.read = reader => {
      read({
        data: bytes => { reader.data(bytes) },
        ended: () => { reader.ended() },
        closed: error => {
          isGone = true
          reader.closed(error)
        }
      })
    }
  }

  #written (unframer: Unframer): void {
    for (let frame = unframer.next(); frame != null; frame = unframer.next()) {
      for (const { bytes } of decodeMessage(frame).blocks) {
        this.count++
        this.bytes += bytes.length
      }
    }
  }
}
