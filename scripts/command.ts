/** Commands of the workspace, run from its root with its own Node. */
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { ROOT } from './repository.ts'

export interface CommandOptions {
  /** Relative to the root. */
  folder?: string
  env?: Record<string, string>
  /** What it prints goes to the caller instead of the terminal. */
  capture?: boolean
}

export class CommandFailedError extends Error {
  override readonly name = 'CommandFailedError'
  readonly command: string
  /** What it had printed, as far as it was captured. */
  readonly output: string

  constructor (command: string, how: string, output: string, options?: ErrorOptions) {
    super(`${command} ${how}`, options)
    this.command = command
    this.output = output
  }
}

/**
 * Runs a command to its end and returns its standard output, if that was
 * captured. What the packages install as commands is found first, so `node` is
 * the pinned one.
 *
 * @throws CommandFailedError when it cannot be started, or does not exit with 0
 */
export async function run (command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const shown = [command, ...args].join(' ')
  const child = spawn(command, args, {
    cwd: join(ROOT, options.folder ?? '.'),
    env: { ...process.env, PATH: `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`, ...options.env },
    stdio: ['ignore', options.capture === true ? 'pipe' : 'inherit', options.capture === true ? 'pipe' : 'inherit']
  })
  let stdout = ''
  let output = ''

  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    output += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { output += text })

  await new Promise<void>((resolve, reject) => {
    child.on('error', error => { reject(new CommandFailedError(shown, 'could not be started', output, { cause: error })) })
    child.on('close', (code, signal) => {
      if (code === 0) {
        resolve()
      } else {
        reject(new CommandFailedError(shown, `ended with ${signal ?? code}`, output))
      }
    })
  })

  return stdout
}
