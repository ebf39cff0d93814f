/**
 * Reads what peers send, and measures how long nothing came. A hang ends here,
 * with how far it got, and not as a test file that took too long.
 */
import { createHash } from 'node:crypto'

/** Far more than any wait on a busy machine: who waits for so long waits for ever. In milliseconds. */
const PATIENCE = 30_000

export interface Read {
  size: number
  sha256: string
}

export interface PatientRead {
  files: Read[]
  /** The longest time in which nothing came of any file that was not here yet, in milliseconds. */
  longestWait: number
}

/** Opens what is to be read; the signal aborts when the patience is at its end. */
export type Open = (signal: AbortSignal) => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>

/**
 * Reads several files at once. What counts is that something comes, of whichever:
 * who asks for all at once may well get one after the other.
 *
 * @throws Error when nothing comes for {@link PATIENCE}
 */
export async function readPatiently (files: Open[]): Promise<PatientRead> {
  const { promise: hung, reject } = Promise.withResolvers<never>()
  const controller = new AbortController()
  let [bytes, longestWait, last] = [0, 0, performance.now()]

  const timer = setTimeout(() => {
    const error = new Error(`nothing came for ${PATIENCE / 1000} s, after ${bytes} bytes`)

    reject(error) // what is read from may not listen to its signal
    controller.abort(error)
  }, PATIENCE)

  const came = (): void => {
    const now = performance.now()

    longestWait = Math.max(longestWait, now - last)
    last = now
    timer.refresh()
  }

  const read = async (open: Open): Promise<Read> => {
    const hash = createHash('sha256')
    let size = 0

    for await (const piece of await open(controller.signal)) {
      came()
      hash.update(piece)
      size += piece.length
      bytes += piece.length
    }

    return { size, sha256: hash.digest('hex') }
  }

  try {
    const reads = await Promise.race([Promise.all(files.map(read)), hung])

    came()

    return { files: reads, longestWait }
  } finally {
    clearTimeout(timer)
  }
}
