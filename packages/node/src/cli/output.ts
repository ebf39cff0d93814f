/**
 * What a command says: results on standard output, as text or as one JSON
 * object a line; warnings and the bar on standard error. Waits for the reader:
 * nothing piles up when it is slow.
 */
import { errorCode, storageError } from '../store/storage-error.ts'
import { JsonProgress, noProgress, ProgressBar } from './progress.ts'
import type { Progress } from './progress.ts'
import type { Writable } from 'node:stream'

/** Who reads our output has gone, as `head` does when it has enough. */
export class ReaderGoneError extends Error {
  override readonly name = 'ReaderGoneError'

  constructor (options?: ErrorOptions) {
    super('nobody reads the output any more', options)
  }
}

/** Of a pipe, and of a socket, which is what Node gives the programs it starts: with bytes in it that were not read. */
const READER_GONE = new Set(['EPIPE', 'ECONNRESET'])

/** Why writing to a standard stream failed: only a pipe or a socket has a reader that can go. */
export function writeError (error: unknown, stream: string): unknown {
  return READER_GONE.has(errorCode(error) ?? '') ? new ReaderGoneError({ cause: error }) : storageError(error, stream)
}

export interface OutputEvent {
  event: string
  [field: string]: unknown
}

/** A stream that may be a terminal. */
export type OutputStream = Writable & { isTTY?: boolean, columns?: number }

export interface OutputStreams {
  stdout: OutputStream
  stderr: OutputStream
}

export interface OutputOptions {
  json: boolean
  /** Ends waiting for a reader. */
  signal?: AbortSignal
}

export class Output {
  readonly json: boolean
  readonly #streams: OutputStreams
  readonly #signal: AbortSignal | undefined
  #progress: Progress = noProgress

  constructor (streams: OutputStreams, { json, signal }: OutputOptions) {
    this.#streams = streams
    this.#signal = signal
    this.json = json
  }

  /** Whether standard error is a terminal, so that a bar is drawn. */
  get drawsBar (): boolean {
    return !this.json && this.#streams.stderr.isTTY === true
  }

  /**
   * Prints a result: `text` and a line end, or `event` with `--json`. Without a
   * text, JSON only.
   *
   * @throws ReaderGoneError, DiskFullError
   */
  async print (event: OutputEvent, text?: string): Promise<void> {
    if (this.json) {
      await this.write(JSON.stringify(event) + '\n')
    } else if (text != null) {
      this.#progress.clear()
      await this.write(text + '\n')
    }
  }

  /**
   * Writes bytes to standard output, whatever the form.
   *
   * @throws ReaderGoneError, DiskFullError
   */
  async write (bytes: Uint8Array | string): Promise<void> {
    const signal = this.#signal
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const abort = (): void => { reject(signal?.reason) }

    signal?.throwIfAborted()
    signal?.addEventListener('abort', abort, { once: true })
    this.#streams.stdout.write(bytes, error => {
      if (error == null) {
        resolve(undefined)
      } else {
        reject(writeError(error, 'standard output'))
      }
    })

    try {
      await promise
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Says on standard error how far something is. */
  note (line: string): void {
    this.#streams.stderr.write(line + '\n')
  }

  /** Says something on standard error that is no failure. */
  warn (message: string): void {
    this.#progress.clear()
    this.#streams.stderr.write(this.json ? JSON.stringify({ event: 'warning', message }) + '\n' : `Warning: ${message}\n`)
  }

  /** Says why the command failed. */
  fail (error: { name: string, message: string }): void {
    this.#progress.clear()
    this.#streams.stderr.write(this.json ? JSON.stringify({ event: 'error', name: error.name, message: error.message }) + '\n' : `Error: ${error.message}\n`)
  }

  /** Begins to show how far a transfer is, in place of what was shown before. */
  startProgress (): Progress {
    this.#progress = this.#makeProgress()

    return this.#progress
  }

  #makeProgress (): Progress {
    const now = (): number => performance.now()

    if (this.json) {
      return new JsonProgress(line => { this.#streams.stdout.write(line) }, now)
    }

    return this.drawsBar ? new ProgressBar(this.#streams.stderr, now) : noProgress
  }
}
