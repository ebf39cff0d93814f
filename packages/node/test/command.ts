/** Runs the real command, from its sources, in processes of their own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ChildProcessWithoutNullStreams, SpawnOptionsWithoutStdio } from 'node:child_process'
import type { TestContext } from 'node:test'

// most of the time of a test is a process that starts: what it compiles is kept for the next
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../../node_modules/.cache/compiled', import.meta.url))

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))

/** Program and arguments that start the command. */
export const COMMAND: readonly string[] = [process.execPath, '--conditions=ts-bitswap:source', MAIN]

export interface Finished {
  /** Undefined when a signal ended it. */
  code: number | undefined
  stdout: string
  stderr: string
  /** Standard output as it is. */
  bytes: Uint8Array
}

export interface RunOptions extends SpawnOptionsWithoutStdio {
  input?: Uint8Array | string
  /** Leave standard input to the test. */
  inputStaysOpen?: boolean
  /** Program and arguments to start it with, in place of the usual. */
  command?: readonly string[]
}

/** A command that runs. It is ended with the test. */
export class RunningCommand {
  readonly child: ChildProcessWithoutNullStreams
  readonly #finished: Promise<Finished>
  readonly #stdout: Buffer[] = []
  #stderr = ''
  readonly #changed: Array<() => void> = []

  constructor (t: TestContext, args: readonly string[], { input, inputStaysOpen, command = COMMAND, ...options }: RunOptions = {}) {
    const [program = '', ...first] = command

    this.child = spawn(program, [...first, ...args], options)
    this.child.stdout.on('data', (bytes: Buffer) => {
      this.#stdout.push(bytes)
      this.#notify()
    })
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
      this.#notify()
    })
    // it may end before it has read what we say
    this.child.stdin.on('error', () => undefined)

    if (inputStaysOpen !== true) {
      this.child.stdin.end(input)
    }

    this.#finished = this.#waitForEnd()
    t.after(async () => {
      this.child.kill('SIGKILL')
      await this.#finished
    })
  }

  get stdout (): string {
    return Buffer.concat(this.#stdout).toString()
  }

  get stderr (): string {
    return this.#stderr
  }

  /** What it printed, once that matches; fails when it ends before. */
  async output (pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stdout) ?? pattern.exec(this.stderr)

      if (found != null) {
        return found
      }

      if (this.child.exitCode != null || this.child.signalCode != null) {
        throw new Error(`it ended before it printed ${pattern}: ${this.stdout}${this.stderr}`)
      }

      await new Promise<void>(resolve => { this.#changed.push(resolve) })
    }
  }

  async finished (): Promise<Finished> {
    return await this.#finished
  }

  async #waitForEnd (): Promise<Finished> {
    await once(this.child, 'close')
    this.#notify()

    return { code: this.child.exitCode ?? undefined, stdout: this.stdout, stderr: this.#stderr, bytes: new Uint8Array(Buffer.concat(this.#stdout)) }
  }

  #notify (): void {
    this.#changed.splice(0).forEach(resolve => { resolve() })
  }
}

/** Runs the command to its end. */
export async function run (t: TestContext, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return await new RunningCommand(t, args, options).finished()
}

/** A node that serves what is at the paths, on this machine only. */
export async function serve (t: TestContext, repo: string, paths: readonly string[], options: RunOptions = {}): Promise<{ command: RunningCommand, address: string }> {
  const command = new RunningCommand(t, ['--repo', repo, 'serve', ...paths, '--listen', '/ip4/127.0.0.1/tcp/0', '--routing', 'none'], options)
  const [address = ''] = await command.output(/\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/\w+/)

  await command.output(/^ready$/m)

  return { command, address }
}
