/** Failures in one line, for those who did not write the program. */
import { BlockUnavailableError } from 'ts-bitswap/errors'
import { InvalidArgumentError } from '../errors.ts'
import { describeReasons } from '../node/describe-want.ts'

/** Characters of a message that are shown: room for some long paths. */
const MAX_LENGTH = 2_000

export interface Described {
  name: string
  /** One line. */
  message: string
}

export function describeError (error: unknown): Described {
  if (error instanceof BlockUnavailableError) {
    return { name: error.name, message: describeUnavailable(error) }
  }

  if (isCommanderError(error)) {
    if (error.code === 'commander.help') {
      return { name: InvalidArgumentError.name, message: 'the command is not complete: --help shows what there is' }
    }

    return { name: InvalidArgumentError.name, message: oneLine(error.message.replace(/^error: /, '')) }
  }

  if (error instanceof Error) {
    return { name: error.name, message: oneLine(error.message) }
  }

  return { name: 'Error', message: oneLine(String(error)) }
}

/** An error of the parser of the command line; by its code, so that it need not be loaded. */
export function isCommanderError (error: unknown): error is Error & { code: string, exitCode: number } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('commander.')
}

function describeUnavailable ({ cid, reasons, providersFound }: BlockUnavailableError): string {
  const searched = providersFound == null ? '' : `; routing named ${providersFound === 0 ? 'nobody' : providersFound}`

  return `no peer would send ${cid}: ${describeReasons(reasons)}${searched}`
}

/** Names from folders of strangers may be in it: what steers a terminal is shown, not sent. */
function oneLine (message: string): string {
  const line = message.trim().replaceAll(/\s*\n\s*/g, ' ').replaceAll(/\p{Cc}|\p{Bidi_Control}/gu, character => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`
  })

  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line
}
