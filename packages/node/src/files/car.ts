/**
 * CAR files: blocks in one stream. Written as version 1, depth first, each block
 * once, as Kubo does; read as version 1 or 2, every block checked by its hash.
 *
 * Bounds: a section's length is checked before its bytes are read; at most
 * {@link MAX_STORING} blocks are being stored.
 */
import { createWriter, headerLength } from '@ipld/car/buffer-writer'
import { asyncIterableReader, limitReader, readBlockHead, readHeader } from '@ipld/car/decoder'
import { varint } from 'multiformats'
import { BlockTooLargeError } from 'ts-bitswap/errors'
import { HashMismatchError, MalformedCarError } from '../errors.ts'
import { dagLinks } from './dag-links.ts'
import { walkDag } from './dag-walk.ts'
import { firstLink } from './first-link.ts'
import { matches } from '../store/hashers.ts'
import { MAX_FILE_SIZE } from '../store/read-file-whole.ts'
import { TaskPool } from './task-pool.ts'
import type { BlockSource } from '../node/block-source.ts'
import type { BytesReader } from '@ipld/car/decoder'
import type { BlockSink } from './add-path.ts'
import type { CID } from 'multiformats/cid'
import type { Block } from 'ts-bitswap'

/** Blocks that are hashed and stored at a time while a CAR is read. */
const MAX_STORING = 32

/**
 * A CAR of all that `root` links to, in pieces.
 *
 * @throws what `source` throws for a block that cannot be had; what was yielded before is no complete CAR then
 */
export async function * exportCar (root: CID, source: BlockSource, options: { signal?: AbortSignal } = {}): AsyncGenerator<Uint8Array> {
  const roots = [root]
  const blocks = walkDag<{ cid: CID }, Block>({ cid: root }, {
    read: async ({ cid }, signal) => await source.read(cid, signal),
    unfold: ({ cid }, bytes) => ({ value: { cid, bytes }, next: dagLinks(cid, bytes).map(link => ({ cid: link })) }),
    firstLink
  }, { ...options, once: true })

  yield createWriter(new ArrayBuffer(headerLength({ roots })), { roots }).close()

  for await (const { cid, bytes } of blocks) {
    yield sectionHead(cid, bytes.byteLength)
    yield bytes
  }
}

/** What stands before the bytes of a block: their length with that of the CID, and the CID. */
function sectionHead (cid: CID, size: number): Uint8Array {
  const length = cid.bytes.byteLength + size
  const start = varint.encodingLength(length)
  const head = new Uint8Array(start + cid.bytes.byteLength)

  varint.encodeTo(length, head)
  head.set(cid.bytes, start)

  return head
}

export interface ImportedCar {
  roots: CID[]
  blocks: number
  bytes: number
}

/**
 * Stores the blocks of a CAR, each checked by its hash.
 *
 * @throws MalformedCarError, HashMismatchError, UnknownHashError, BlockTooLargeError;
 * the blocks before the one that is wrong stay
 */
export async function importCar (pieces: AsyncIterable<Uint8Array>, blockstore: BlockSink, options: { maxBlockSize: number, signal?: AbortSignal }): Promise<ImportedCar> {
  const car = await openCar(pieces)
  const imported: ImportedCar = { roots: car.roots, blocks: 0, bytes: 0 }
  const storing = new TaskPool(MAX_STORING)

  try {
    for await (const { cid, bytes } of car.blocks(options.maxBlockSize)) {
      options.signal?.throwIfAborted()

      if (!await matches(cid, bytes)) {
        throw new HashMismatchError(cid)
      }

      await storing.add(async () => await blockstore.put(cid, bytes))
      imported.blocks++
      imported.bytes += bytes.byteLength
    }

    await storing.finish()
  } finally {
    await storing.settle() // also when reading failed: nothing is left running
  }

  return imported
}

interface OpenCar {
  roots: CID[]
  blocks: (maxBlockSize: number) => AsyncGenerator<Block>
}

async function openCar (pieces: AsyncIterable<Uint8Array>): Promise<OpenCar> {
  const input = new CarInput()
  const whole = bounded(asyncIterableReader(input.watch(pieces)))
  const header = await input.explained(async () => await readHeader(whole))
  // version 2 has an index after the blocks
  const reader = 'dataSize' in header ? limitReader(whole, header.dataSize - (whole.pos - header.dataOffset)) : whole

  return {
    roots: header.roots,
    async * blocks (maxBlockSize) {
      while ((await input.explained(async () => await reader.upTo(8))).byteLength > 0) {
        const { cid, blockLength } = await input.explained(async () => await readBlockHead(reader))

        if (blockLength < 0) {
          throw new MalformedCarError(`the section of ${cid} is shorter than its CID`)
        }

        if (blockLength > maxBlockSize) {
          throw new BlockTooLargeError(cid, blockLength, maxBlockSize)
        }

        yield { cid, bytes: await input.explained(async () => await reader.exactly(blockLength, true)) }
      }
    }
  }
}

/** The library reads as much as a CAR says; here a CAR may not say more than fits. */
function bounded (reader: BytesReader): BytesReader {
  return {
    upTo: async length => await reader.upTo(length),
    exactly: async (length, seek) => {
      if (length > MAX_FILE_SIZE) {
        throw new MalformedCarError(`it has a part of ${length} bytes, more than the ${MAX_FILE_SIZE} allowed`)
      }

      return await reader.exactly(length, seek)
    },
    seek: length => { reader.seek(length) },
    get pos () { return reader.pos }
  }
}

/** What a CAR is read from. Tells its own failures from those the library has with what it reads, which are plain errors. */
class CarInput {
  #failed = false

  /** Passes on what there is to read. */
  async * watch (pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield * pieces
    } catch (error) {
      this.#failed = true

      throw error
    }
  }

  /** Runs something that reads from it. */
  async explained<T> (read: () => Promise<T>): Promise<T> {
    try {
      return await read()
    } catch (error) {
      throw this.#failed || error instanceof MalformedCarError ? error : new MalformedCarError(error instanceof Error ? error.message : String(error), { cause: error })
    }
  }
}
