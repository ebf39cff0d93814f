/**
 * As little of Bitswap as it takes to get one block after the other from a peer
 * that has them all: a want goes out, the block comes in, its hash is checked.
 * No store, no sessions, nothing of ours: the time it takes is that of libp2p
 * and of the peer.
 *
 * Not for: anything but measuring. It waits for ever for a block that does not come.
 */
import type { Libp2p, PeerId, Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { createHash } from 'node:crypto'

const PROTOCOL = '/ipfs/bitswap/1.2.0'

/** Tags of the fields that count here: payload of a message, data of a payload. */
const PAYLOAD = 0x1a
const DATA = 0x12

interface Waiting {
  digest: Uint8Array
  resolve (bytes: Uint8Array): void
}

export class BareBitswap {
  readonly #libp2p: Libp2p
  #stream: Stream | undefined
  #waiting: Waiting | undefined

  constructor (libp2p: Libp2p) {
    this.#libp2p = libp2p
  }

  /** Takes what peers send. To be called before they connect, so that they hear of it. */
  async start (): Promise<void> {
    await this.#libp2p.handle(PROTOCOL, stream => { this.#read(stream) }, { maxInboundStreams: 1024 })
  }

  /** One call at a time. */
  async get (peer: PeerId, cid: CID): Promise<Uint8Array> {
    this.#stream ??= await this.#open(peer)

    const { promise, resolve } = Promise.withResolvers<Uint8Array>()

    this.#waiting = { digest: cid.multihash.digest, resolve }
    this.#stream.send(wantOf(cid))

    return await promise
  }

  async #open (peer: PeerId): Promise<Stream> {
    const [connection] = this.#libp2p.getConnections(peer)

    if (connection == null) {
      throw new Error(`not connected to ${peer}`)
    }

    return await connection.newStream(PROTOCOL)
  }

  #read (stream: Stream): void {
    let kept = Buffer.alloc(0)

    stream.addEventListener('message', ({ data }) => {
      kept = Buffer.concat([kept, data.subarray()])

      for (let [size, start] = varintAt(kept, 0); start > 0 && kept.length >= start + size; [size, start] = varintAt(kept, 0)) {
        this.#received(kept.subarray(start, start + size))
        kept = kept.subarray(start + size)
      }
    })
    stream.addEventListener('remoteCloseWrite', () => { stream.close().catch((error: unknown) => { console.error(error) }) })
  }

  #received (message: Buffer): void {
    for (const payload of fieldsOf(message, PAYLOAD)) {
      for (const bytes of fieldsOf(payload, DATA)) {
        if (this.#waiting != null && createHash('sha256').update(bytes).digest().equals(this.#waiting.digest)) {
          this.#waiting.resolve(bytes)
          this.#waiting = undefined
        }
      }
    }
  }
}

/** A message with a want for one block; all lengths in it are less than 128. */
function wantOf (cid: CID): Uint8Array {
  const entry = [0x0a, cid.bytes.length, ...cid.bytes, 0x10, 1, 0x28, 1] // block, priority, sendDontHave
  const wantlist = [0x0a, entry.length, ...entry]

  return Uint8Array.from([wantlist.length + 2, 0x0a, wantlist.length, ...wantlist])
}

/** The fields with that tag, in bytes of which all other fields are varints or have a length too. */
function * fieldsOf (bytes: Buffer, wanted: number): Generator<Buffer> {
  let at = 0

  while (at < bytes.length) {
    const tag = bytes[at]
    const [value, start] = varintAt(bytes, at + 1)
    const hasLength = ((tag ?? 0) & 7) === 2

    if (tag === wanted) {
      yield bytes.subarray(start, start + value)
    }

    at = hasLength ? start + value : start
  }
}

/** A varint and where it ends; 0 when it is cut off. */
function varintAt (bytes: Buffer, from: number): [value: number, end: number] {
  let value = 0

  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0

    value |= (byte & 0x7f) << (7 * (at - from))

    if (byte < 0x80) {
      return [value, at + 1]
    }
  }

  return [0, 0]
}
