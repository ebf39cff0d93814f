/**
 * As little of Bitswap as it takes to get blocks from a peer that has them all:
 * wants go out, blocks come in, their hashes are checked. No store, no sessions,
 * nothing of ours: the time it takes is that of libp2p and of the peer.
 *
 * Not for: anything but measuring. It waits for ever for a block that does not come.
 */
import type { Libp2p, PeerId, Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { hash } from 'node:crypto'
import { FrameReader, varint } from './frames.ts'

const PROTOCOL = '/ipfs/bitswap/1.2.0'

/** Wants in a message, and how few may be left of those before when the next goes out: servers keep 1024. */
const BATCH = 512

/** Tags of the fields that count here: payload of a message, data of a payload. */
const PAYLOAD = 0x1a
const DATA = 0x12

export class BareBitswap {
  readonly #libp2p: Libp2p
  /** Hashes of what is asked for. */
  readonly #waiting: Set<string> = new Set()
  #stream: Stream | undefined
  #came: (bytes: Uint8Array) => void = () => {}

  constructor (libp2p: Libp2p) {
    this.#libp2p = libp2p
  }

  /** Takes what peers send. To be called before they connect, so that they hear of it. */
  async start (): Promise<void> {
    await this.#libp2p.handle(PROTOCOL, stream => { this.#read(stream) }, { maxInboundStreams: 1024 })
  }

  /** One call at a time. */
  async get (peer: PeerId, cid: CID): Promise<Uint8Array> {
    const stream = await this.#streamTo(peer)
    const { promise, resolve } = Promise.withResolvers<Uint8Array>()

    this.#came = resolve
    this.#ask(stream, [cid])

    return await promise
  }

  /** As {@link get}. @returns bytes of all of them */
  async getAll (peer: PeerId, cids: readonly CID[]): Promise<number> {
    const stream = await this.#streamTo(peer)
    const { promise, resolve } = Promise.withResolvers<void>()
    let [asked, size] = [0, 0]

    const ask = (): void => {
      while (asked < cids.length && this.#waiting.size <= BATCH) {
        this.#ask(stream, cids.slice(asked, asked + BATCH))
        asked += BATCH
      }

      if (this.#waiting.size === 0) {
        resolve()
      }
    }

    this.#came = bytes => {
      size += bytes.length
      ask()
    }
    ask()
    await promise

    return size
  }

  async #streamTo (peer: PeerId): Promise<Stream> {
    const [connection] = this.#libp2p.getConnections(peer)

    if (connection == null) {
      throw new Error(`not connected to ${peer}`)
    }

    this.#stream ??= await connection.newStream(PROTOCOL)

    return this.#stream
  }

  #ask (stream: Stream, cids: readonly CID[]): void {
    for (const { multihash: { digest } } of cids) {
      this.#waiting.add(Buffer.from(digest).toString('binary'))
    }

    stream.send(wantsOf(cids))
  }

  #read (stream: Stream): void {
    const reader = new FrameReader(message => { this.#received(message) })

    stream.addEventListener('message', ({ data }) => { reader.push(data) })
    stream.addEventListener('remoteCloseWrite', () => { stream.close().catch((error: unknown) => { console.error(error) }) })
  }

  #received (message: Uint8Array): void {
    for (const payload of fieldsOf(message, PAYLOAD)) {
      for (const bytes of fieldsOf(payload, DATA)) {
        if (this.#waiting.delete(hash('sha256', bytes, 'binary'))) {
          this.#came(bytes)
        }
      }
    }
  }
}

/** A framed message with wants for blocks. */
function wantsOf (cids: readonly CID[]): Uint8Array {
  const entries = cids.flatMap(({ bytes }) => {
    const entry = [0x0a, bytes.length, ...bytes, 0x10, 1, 0x28, 1] // block, priority, sendDontHave

    return [0x0a, entry.length, ...entry]
  })
  const message = [0x0a, ...varint(entries.length), ...entries]

  return Uint8Array.from([...varint(message.length), ...message])
}

/** The fields with that tag, in bytes of which all other fields are varints or have a length too. */
function * fieldsOf (bytes: Uint8Array, wanted: number): Generator<Uint8Array> {
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

/** A varint and where it ends. */
function varintAt (bytes: Uint8Array, from: number): [value: number, end: number] {
  let [value, at] = [0, from]

  for (let byte = 0x80; byte >= 0x80; at++) {
    byte = bytes[at] ?? 0
    value |= (byte & 0x7f) << (7 * (at - from))
  }

  return [value, at]
}
