/** Failures in one line, for those who did not write the program. */
import { BlockUnavailableError, UnavailableReason } from 'ts-bitswap/errors'
import { InvalidArgumentError } from '../errors.ts'

/** Peers that are named in one line; of more only the number is said. */
const MAX_PEERS_NAMED = 5

/** Characters of a message that are shown: room for some long paths. */
const MAX_LENGTH = 2_000

const REASONS: Readonly<Record<UnavailableReason, string>> = {
  [UnavailableReason.DontHave]: 'does not have it',
  [UnavailableReason.Silent]: 'did not answer',
  [UnavailableReason.Disconnected]: 'disconnected',
  [UnavailableReason.Unreachable]: 'could not be reached'
}

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

function describeUnavailable (error: BlockUnavailableError): string {
  const reasons = [...error.reasons]

  if (reasons.length === 0) {
    return `no peer would send ${error.cid}: no peer is connected`
  }

  const said = reasons.slice(0, MAX_PEERS_NAMED).map(([peer, reason]) => `${peer} ${REASONS[reason]}`)
  const others = reasons.length > MAX_PEERS_NAMED ? [`and ${reasons.length - MAX_PEERS_NAMED} more peers`] : []

  return `no peer would send ${error.cid}: ${[...said, ...others].join(', ')}`
}

/** Names from folders of strangers may be in it: what steers a terminal is shown, not sent. */
function oneLine (message: string): string {
  const line = message.trim().replaceAll(/\s*\n\s*/g, ' ').replaceAll(/\p{Cc}|\p{Bidi_Control}/gu, character => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`
  })

  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line
}
