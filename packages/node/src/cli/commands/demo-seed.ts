/** A node in a process of its own that serves one file, for `demo`. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'

/** How long a seed may take to stop before it is killed, in milliseconds. */
const STOP_TIMEOUT = 5_000

/** Bytes of what a seed complains of that are kept. */
const MAX_COMPLAINT = 4_096

export interface SeedInit {
  repo: string
  file: string
  signal: AbortSignal
}

export interface SeedReady {
  cid: string
  peerId: string
  addresses: string[]
}

interface SeedEvent extends Partial<SeedReady> {
  event: string
}

export class Seed {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #signal: AbortSignal
  readonly #exited: Promise<void>
  #complaint = ''

  /** @param self - program and arguments that start the command */
  constructor (self: readonly string[], { repo, file, signal }: SeedInit) {
    const [program = '', ...first] = self

    // it ends when its input does, so that it cannot outlive us however we end
    this.#child = spawn(program, [...first, '--json', '--repo', repo, 'serve', file, '--listen', '/ip4/127.0.0.1/tcp/0', '--routing', 'none', '--until-input-ends'])
    this.#signal = signal
    this.#exited = new Promise(resolve => {
      this.#child.once('exit', () => { resolve() })
      this.#child.once('error', error => {
        this.#complain(error.message)
        resolve()
      })
    })
    this.#child.stdin.on('error', error => { this.#complain(error.message) })
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => { this.#complain(text) })
  }

  /** Resolves once it accepts peers. */
  async ready (): Promise<SeedReady> {
    const found: Partial<SeedReady> = {}

    for await (const line of createInterface({ input: this.#child.stdout, signal: this.#signal })) {
      const { event, ...fields } = JSON.parse(line) as SeedEvent

      Object.assign(found, fields)

      if (event === 'ready') {
        const { cid = '', peerId = '', addresses = [] } = found
        this.#child.stdout.resume()

        return { cid, peerId, addresses }
      }
    }

    this.#signal.throwIfAborted()
    await this.#exited

    throw new Error(`a seed ended before it was ready: ${this.#complaint.trim()}`)
  }

  /** Ends it, and waits until it is gone. */
  async stop (): Promise<void> {
    this.#child.stdin.end()
    const timer = setTimeout(() => { this.kill() }, STOP_TIMEOUT)

    await this.#exited
    clearTimeout(timer)
  }

  /** Ends it at once. */
  kill (): void {
    this.#child.kill('SIGKILL')
  }

  #complain (text: string): void {
    this.#complaint = (this.#complaint + text).slice(-MAX_COMPLAINT)
  }
}
