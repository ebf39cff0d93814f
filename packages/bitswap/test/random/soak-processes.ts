/** Many random scenarios, in several processes: hands out seeds, and keeps account. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SeedAsked, SeedDone } from './soak-messages.ts'
import type { SoakOptions } from './soak-options.ts'

const WORKER = fileURLToPath(new URL('soak-worker.ts', import.meta.url))

/** Lives between two lines of progress. */
const PROGRESS_INTERVAL = 100

const MINUTE = 60_000

const MEGABYTE = 1_048_576

export class Soak {
  readonly #options: SoakOptions
  readonly #began: number = performance.now()
  readonly #failures: SeedDone[] = []
  #next: number
  #lived = 0

  constructor (options: SoakOptions) {
    this.#options = options
    this.#next = options.from
  }

  /** @returns the exit code */
  async run (): Promise<number> {
    const { from, jobs } = this.#options

    await Promise.all(Array.from({ length: jobs }, async (_, number) => { await this.#work(number) }))

    for (const { failure } of this.#failures) {
      process.stdout.write(`\n${failure ?? ''}\n`)
    }

    const failed = this.#failures.length === 0 ? 'none failed' : `failed: ${this.#failures.map(({ seed }) => seed).toSorted((a, b) => a - b).join(' ')}`
    process.stdout.write(`\n${this.#lived} seeds from ${from} on in ${((performance.now() - this.#began) / 1000).toFixed(0)} s; ${failed}\n`)

    return this.#failures.length === 0 ? 0 : 1
  }

  /** One process, from its first seed to its last. */
  async #work (number: number): Promise<void> {
    const worker = fork(WORKER, { execArgv: process.execArgv })

    await new Promise<void>((resolve, reject) => {
      worker.on('message', (done: SeedDone) => {
        this.#done(number, done)
        this.#ask(worker)
      })
      worker.on('error', reject)
      worker.on('exit', code => {
        if (code === 0) {
          resolve()
        } else {
          reject(new Error(`a worker ended with ${code}`))
        }
      })
      this.#ask(worker)
    })
  }

  /** The next seed; the worker ends when there is none. */
  #ask (worker: ChildProcess): void {
    const { from, seeds = Infinity, minutes = Infinity } = this.#options

    if (this.#next - from < seeds && performance.now() - this.#began < minutes * MINUTE) {
      const asked: SeedAsked = { seed: this.#next++ }
      worker.send(asked)
    } else {
      worker.disconnect()
    }
  }

  #done (number: number, done: SeedDone): void {
    this.#lived++

    if (done.failure != null) {
      this.#failures.push(done)
      process.stderr.write(`${done.failure.split('\n')[0]}\n`)
    }

    if (done.heap != null) {
      process.stderr.write(`process ${number}: ${(done.heap / MEGABYTE).toFixed(1)} MiB in use\n`)
    }

    if (this.#lived % PROGRESS_INTERVAL === 0) {
      const each = (performance.now() - this.#began) / this.#lived
      process.stderr.write(`${this.#lived} seeds, ${this.#failures.length} failed, ${each.toFixed(0)} ms each\n`)
    }
  }
}
