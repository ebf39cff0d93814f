import { closeSync, constants, fstatSync, open, read } from 'node:fs'
import { promisify } from 'node:util'
import { unlessMissing } from './storage-error.ts'

const openFile = promisify(open)
const readFile = promisify(read)

/**
 * A file larger than this is not read as a block: no peer takes one, and it has
 * to fit in memory. 64 MiB leaves room for what was put with `--allow-big-block`.
 */
export const MAX_FILE_SIZE = 67_108_864

/**
 * The bytes of a file in one read (the stream of `node:fs` would give pieces of
 * 64 KiB); undefined when there is none, or something that is no file. Of a file larger than
 * {@link MAX_FILE_SIZE} that many bytes and one more.
 *
 * What may wait for the disk is done by threads of Node; but what cannot, of a file
 * that is open, is done at once: handing it to a thread and hearing of it costs more.
 * On a file system over a network either may be a round trip.
 */
export async function readFileWhole (path: string): Promise<Uint8Array | undefined> {
  // without NONBLOCK opening a pipe waits for whoever writes to it
  const file = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(unlessMissing)

  if (file == null) {
    return undefined
  }

  try {
    const found = fstatSync(file)

    return found.isFile() ? await readAll(file, Math.min(found.size, MAX_FILE_SIZE + 1)) : undefined
  } finally {
    closeSync(file)
  }
}

/** Bytes of a file, fewer when it is shorter. */
async function readAll (file: number, size: number): Promise<Uint8Array> {
  // not zeroed: what is not filled is not handed out
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(size).buffer)
  let filled = 0

  while (filled < size) {
    const { bytesRead } = await readFile(file, bytes, filled, size - filled, null)

    if (bytesRead === 0) { // it was cut short meanwhile: its hash will tell
      return bytes.slice(0, filled)
    }

    filled += bytesRead
  }

  return bytes
}
