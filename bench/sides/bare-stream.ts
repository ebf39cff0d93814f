/**
 * What the wire can carry: one end asks for so many bytes on a libp2p stream,
 * the other writes them in pieces, each when the last has been taken. Plain, or
 * as frames that are hashed when they are here, which is the least that Bitswap
 * has to do.
 */
import type { Libp2p, PeerId, Stream } from '@libp2p/interface'
import { hash } from 'node:crypto'
import { Uint8ArrayList } from 'uint8arraylist'
import { FrameReader, varint } from './frames.ts'

const RAW = '/bench/raw/1.0.0'
const FRAMED = '/bench/framed/1.0.0'

/** Frames are written together up to so much. */
const BATCH = 262_144

/** Answers whoever asks, with as many bytes, or with these blocks. */
export async function serveStreams (libp2p: Libp2p, blocks: () => readonly Uint8Array[]): Promise<void> {
  await libp2p.handle(RAW, stream => {
    onRequest(stream, async (size, piece) => { await writeBytes(stream, size, piece) })
  })
  await libp2p.handle(FRAMED, stream => {
    onRequest(stream, async size => { await writeFrames(stream, blocks(), size) })
  })
}

/** @param piece - how much is written at once. @returns bytes that came */
export async function fetchRaw (libp2p: Libp2p, peer: PeerId, size: number, piece: number): Promise<number> {
  const stream = await open(libp2p, peer, RAW)
  const { promise, resolve } = Promise.withResolvers<number>()
  let came = 0

  stream.addEventListener('message', ({ data }) => {
    came += data.byteLength

    if (came >= size) {
      resolve(came)
    }
  })
  stream.send(requestOf(size, piece))

  return await promise
}

/**
 * @param keep - told each block, once it has been hashed; it may keep it
 * @returns bytes of all blocks
 */
export async function fetchFramed (libp2p: Libp2p, peer: PeerId, size: number, keep: (digest: Uint8Array, block: Uint8Array) => void): Promise<number> {
  const stream = await open(libp2p, peer, FRAMED)
  const { promise, resolve } = Promise.withResolvers<number>()
  let came = 0

  const reader = new FrameReader(block => {
    keep(hash('sha256', block, 'buffer'), block)
    came += block.length

    if (came >= size) {
      resolve(came)
    }
  })

  stream.addEventListener('message', ({ data }) => { reader.push(data) })
  stream.send(requestOf(size, 0))

  return await promise
}

async function open (libp2p: Libp2p, peer: PeerId, protocol: string): Promise<Stream> {
  const [connection] = libp2p.getConnections(peer)

  if (connection == null) {
    throw new Error(`not connected to ${peer}`)
  }

  return await connection.newStream(protocol)
}

function requestOf (size: number, piece: number): Uint8Array {
  return new Uint8Array(Float64Array.of(size, piece).buffer)
}

function onRequest (stream: Stream, answer: (size: number, piece: number) => Promise<void>): void {
  stream.addEventListener('message', ({ data }) => {
    const [size = 0, piece = 0] = new Float64Array(Uint8Array.from(data.subarray()).buffer)

    answer(size, piece).catch((error: unknown) => { stream.abort(error as Error) })
  }, { once: true })
}

async function writeBytes (stream: Stream, size: number, piece: number): Promise<void> {
  const bytes = new Uint8Array(piece)

  for (let left = size; left > 0; left -= piece) {
    await write(stream, left < piece ? bytes.subarray(0, left) : bytes)
  }
}

/** As many of the blocks as make up a size. */
async function writeFrames (stream: Stream, blocks: readonly Uint8Array[], size: number): Promise<void> {
  let [batch, length]: [Uint8Array[], number] = [[], 0]
  let left = size

  for (const block of blocks) {
    if (left <= 0) {
      break
    }

    left -= block.length
    batch.push(Uint8Array.from(varint(block.length)), block)
    length += block.length

    if (length >= BATCH) {
      await write(stream, joined(batch))
      batch = []
      length = 0
    }
  }

  await write(stream, joined(batch))
}

/** Small ones in one piece: what is below takes as long for each of a thousand pieces as for a large one. */
function joined (pieces: Uint8Array[]): Uint8Array | Uint8ArrayList {
  return pieces.length > 2 ? Buffer.concat(pieces) : new Uint8ArrayList(...pieces)
}

/** By the event: `onDrain` of @libp2p/utils 7.4 waits only the first time, and then lets the buffer grow. */
async function write (stream: Stream, bytes: Uint8Array | Uint8ArrayList): Promise<void> {
  if (bytes.length > 0 && !stream.send(bytes)) {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const closed = (): void => { reject(new Error('the stream was closed')) }

    stream.addEventListener('drain', () => { resolve() }, { once: true })
    stream.addEventListener('close', closed, { once: true })

    try {
      await promise
    } finally {
      stream.removeEventListener('close', closed)
    }
  }
}
