/**
 * A process started by a test: what it prints can be waited for line by line,
 * and it does not outlive the test. Never blocks: a peer whose event loop
 * stands still looks dead to the other side.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

export interface ChildOptions {
  env?: Record<string, string>
  cwd?: string
}

export interface ChildExit {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

interface Waiter {
  matches: (line: string) => boolean
  resolve: (line: string) => void
  reject: (error: Error) => void
}

/** All that run now: killed when this process ends, however it ends. */
const running: Set<Child> = new Set()

process.on('exit', () => {
  for (const child of running) {
    child.kill('SIGKILL')
  }
})

// the test runner ends a file that takes too long with this signal; not once: the next would end it before all else is done
process.on('SIGTERM', () => { process.exit(143) })

export class Child {
  readonly #name: string
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #lines: string[] = []
  readonly #waiters: Set<Waiter> = new Set()
  readonly #exit: Promise<ChildExit>
  #stderr = ''
  #ended = false

  constructor (command: string, args: readonly string[], options: ChildOptions = {}) {
    this.#name = [command.split('/').at(-1), ...args].join(' ')
    this.#process = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, NODE_TEST_CONTEXT: '', ...options.env },
      stdio: ['pipe', 'pipe', 'pipe']
    })
    running.add(this)
    createInterface({ input: this.#process.stdout }).on('line', line => { this.#received(line) })
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => { this.#stderr += text })
    // a write to a process that is gone is reported by its exit
    this.#process.stdin.on('error', error => { this.#stderr += `${error.message}\n` })
    this.#exit = this.#ends()
  }

  get pid (): number | undefined {
    return this.#process.pid
  }

  /** All lines on standard output so far. */
  get lines (): readonly string[] {
    return this.#lines
  }

  get stderr (): string {
    return this.#stderr
  }

  write (line: string): void {
    this.#process.stdin.write(`${line}\n`)
  }

  /**
   * The first line on standard output that matches, printed already or yet to
   * come. Rejects when the process ends first.
   */
  async line (matches: (line: string) => boolean): Promise<string> {
    const printed = this.#lines.find(matches)

    if (printed != null) {
      return printed
    }

    if (this.#ended) {
      throw this.#endedEarly(await this.#exit)
    }

    return new Promise((resolve, reject) => { this.#waiters.add({ matches, resolve, reject }) })
  }

  kill (signal: NodeJS.Signals): void {
    this.#process.kill(signal)
  }

  /** Resolves when it has ended by itself. */
  async exited (): Promise<ChildExit> {
    return this.#exit
  }

  /** Asks it to end, and resolves when it has. Twice is a no-op. */
  async stop (signal: NodeJS.Signals = 'SIGINT'): Promise<ChildExit> {
    if (!this.#ended) {
      this.kill(signal)
    }

    return this.#exit
  }

  #received (line: string): void {
    this.#lines.push(line)

    for (const waiter of this.#waiters) {
      if (waiter.matches(line)) {
        this.#waiters.delete(waiter)
        waiter.resolve(line)
      }
    }
  }

  async #ends (): Promise<ChildExit> {
    const [code, signal] = await once(this.#process, 'close').catch((error: unknown) => {
      throw new Error(`${this.#name} could not be started`, { cause: error })
    }).finally(() => {
      this.#ended = true
      running.delete(this)
    }) as [number | null, NodeJS.Signals | null]
    const exit = { code, signal, stdout: this.#lines.map(line => `${line}\n`).join(''), stderr: this.#stderr }

    for (const waiter of this.#waiters) {
      waiter.reject(this.#endedEarly(exit))
    }

    this.#waiters.clear()

    return exit
  }

  #endedEarly ({ code, signal, stdout, stderr }: ChildExit): Error {
    return new Error(`${this.#name} ended with ${signal ?? code}\n${stdout}${stderr}`)
  }
}

/**
 * Runs a command to its end.
 *
 * @throws Error with what it printed, when it does not exit with 0
 */
export async function runToEnd (command: string, args: readonly string[], options?: ChildOptions): Promise<ChildExit> {
  const exit = await new Child(command, args, options).exited()

  if (exit.code !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${exit.signal ?? exit.code}\n${exit.stdout}${exit.stderr}`)
  }

  return exit
}
