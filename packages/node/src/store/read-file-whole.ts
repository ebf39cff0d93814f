import { constants, open } from 'node:fs/promises'
import { unlessMissing } from './storage-error.ts'

/**
 * A file larger than this is not read as a block: no peer takes one, and it has
 * to fit in memory. 64 MiB leaves room for what was put with `--allow-big-block`.
 */
export const MAX_FILE_SIZE = 67_108_864

/**
 * The bytes of a file in one read (the stream of `node:fs` would give pieces of
 * 64 KiB); undefined when there is none, or something that is no file. Of a file larger than
 * {@link MAX_FILE_SIZE} that many bytes and one more.
 */
export async function readFileWhole (path: string): Promise<Uint8Array | undefined> {
  // without NONBLOCK opening a pipe waits for whoever writes to it
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(unlessMissing)

  if (file == null) {
    return undefined
  }

  try {
    const found = await file.stat()

    if (!found.isFile()) {
      return undefined
    }

    const { size } = found
    const bytes = new Uint8Array(Math.min(size, MAX_FILE_SIZE + 1))
    let filled = 0

    while (filled < bytes.byteLength) {
      const { bytesRead } = await file.read(bytes, filled, bytes.byteLength - filled)

      if (bytesRead === 0) { // it was cut short meanwhile: its hash will tell
        return bytes.subarray(0, filled)
      }

      filled += bytesRead
    }

    return bytes
  } finally {
    await file.close()
  }
}
