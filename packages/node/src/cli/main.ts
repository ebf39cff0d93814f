/**
 * The `bitswap` command as a process: signals, standard streams, exit codes.
 * Exit code 0 or 1; a failure is one line on standard error.
 */
import { addAbortSignal } from 'node:stream'
import { InterruptedError, InvalidArgumentError } from '../errors.ts'
import { describeError, isCommanderError } from './describe-error.ts'
import { Output, ReaderGoneError, writeError } from './output.ts'
import { buildProgram } from './program.ts'
import { tuneV8 } from '../tune-v8.ts'
import type { RunCommand } from './program.ts'

tuneV8()

const argv = process.argv.slice(2)
const debug = argv.includes('--debug')
const ending = new AbortController()
const output = new Output(process, { json: argv.includes('--json'), signal: ending.signal })

function interrupt (signal: NodeJS.Signals): void {
  if (ending.signal.aborted) {
    process.exit(1) // asked twice: now
  }

  ending.abort(new InterruptedError(signal))
}

/** Standard input. Waiting for it ends with the command; it is not touched unless it is read. */
async function * readInput (): AsyncGenerator<Uint8Array> {
  yield * addAbortSignal(ending.signal, process.stdin) as AsyncIterable<Uint8Array>
}

/** Says what went wrong; returns the exit code. */
function fail (error: unknown): number {
  // whatever failed because of the end, the end is the reason
  const reason: unknown = ending.signal.aborted ? ending.signal.reason : error

  if (reason instanceof ReaderGoneError) {
    return 0 // as with `| head`: the reader has what it wanted
  }

  if (debug && reason instanceof Error) {
    process.stderr.write(`${reason.stack ?? ''}\n`)
  }

  output.fail(describeError(reason))

  return 1
}

const runCommand: RunCommand = async ({ repo }, run) => {
  if (repo === '') {
    throw new InvalidArgumentError('repo', repo, 'expected a folder')
  }

  await run({
    repo,
    output,
    signal: ending.signal,
    input: readInput(),
    self: [process.execPath, ...process.execArgv, process.argv[1] ?? '']
  })
}

async function main (): Promise<number> {
  const program = buildProgram(runCommand, process.env)

  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    command.exitOverride().configureOutput({ writeErr: () => {} })
  }

  if (argv.length === 0) {
    program.outputHelp()

    return 0
  }

  try {
    await program.parseAsync(argv, { from: 'user' })

    return 0
  } catch (error) {
    // help and version end the parser, too
    return isCommanderError(error) && error.exitCode === 0 ? 0 : fail(error)
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, interrupt)
}

process.stdout.on('error', error => { ending.abort(writeError(error, 'standard output')) })
process.stderr.on('error', error => { ending.abort(writeError(error, 'standard error')) })
process.on('uncaughtException', error => { process.exit(fail(error)) })

const code = await main()

if (ending.signal.aborted) {
  process.exit(code) // nobody may be reading any more
}

// what is written is out before we end, even into a pipe
process.stdout.write('', () => { process.exit(code) })
