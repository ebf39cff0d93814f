/** Files and bytes for tests: the same for the same seed. */
import { createCipheriv, createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PIECE = 1024 * 1024

/** Bytes that do not compress and do not repeat: AES in counter mode, keyed by the seed. */
export function * randomPieces (size: number, seed: number): Generator<Uint8Array> {
  const key = createHash('sha256').update(`seed ${seed}`).digest()
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))

  for (let left = size; left > 0; left -= PIECE) {
    yield new Uint8Array(cipher.update(Buffer.alloc(Math.min(PIECE, left))))
  }
}

export function randomBytes (size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let offset = 0

  for (const piece of randomPieces(size, seed)) {
    bytes.set(piece, offset)
    offset += piece.length
  }

  return bytes
}

export async function writeRandomFile (path: string, size: number, seed: number): Promise<void> {
  const file = createWriteStream(path)

  for (const piece of randomPieces(size, seed)) {
    if (!file.write(piece)) {
      await once(file, 'drain')
    }
  }

  file.end()
  await once(file, 'close')
}

export async function sha256OfFile (path: string): Promise<string> {
  const hash = createHash('sha256')

  for await (const piece of createReadStream(path)) {
    hash.update(piece as Buffer)
  }

  return hash.digest('hex')
}

/** A folder that is gone when the scope is left. */
export async function temporaryFolder (name: string): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), `bitswap-${name}-`))

  return { path, [Symbol.asyncDispose]: async () => rm(path, { recursive: true, force: true }) }
}
