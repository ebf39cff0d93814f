/**
 * Every error this package throws. Each has a stable `name` to switch on (it
 * survives minifiers and two copies of the package), the values as fields, and
 * a `cause` where there is one. An aborted call rejects with `signal.reason`.
 */
import type { CID } from 'multiformats/cid'

/** Why a peer that was asked did not send a block. */
export const UnavailableReason = {
  /** It answered that it lacks the block. */
  DontHave: 'dont-have',
  /** It did not answer in time. */
  Silent: 'silent',
  /** It was asked, and its last connection closed. */
  Disconnected: 'disconnected',
  /** Named by the caller or by routing; it could not be dialled, or speaks no Bitswap. */
  Unreachable: 'unreachable'
} as const
export type UnavailableReason = typeof UnavailableReason[keyof typeof UnavailableReason]

/**
 * No peer we could reach would send the block: all were asked, all answered
 * DONT_HAVE, fell silent or left, and routing knew of nobody else.
 */
export class BlockUnavailableError extends Error {
  override readonly name = 'BlockUnavailableError'
  readonly cid: CID
  /** How many peers were asked: those that could not be reached are not among them. */
  readonly peersAsked: number
  /** How each peer ended, asked or not reached: its id as a string to reason; of a provider whose address does not name it, that address. */
  readonly reasons: ReadonlyMap<string, UnavailableReason>
  /** What could not be had, when several blocks were asked for in one call: all of it, up to 65,536. */
  readonly missing: readonly CID[]
  /** How many could not be had. */
  readonly missingCount: number
  /** How many providers routing named, reachable or not; undefined when it was not asked, and when it is about several blocks. */
  readonly providersFound: number | undefined

  constructor (cid: CID, reasons: ReadonlyMap<string, UnavailableReason>, options?: ErrorOptions & { missing?: readonly CID[], missingCount?: number, providersFound?: number | undefined }) {
    const missing = options?.missing ?? [cid]
    const missingCount = options?.missingCount ?? missing.length
    const others = missingCount > 1 ? ` and ${missingCount - 1} more` : ''
    const unreachable = [...reasons.values()].filter(reason => reason === UnavailableReason.Unreachable).length
    const notReached = unreachable > 0 ? `, ${unreachable} could not be reached` : ''

    super(`no peer would send ${cid}${others}, ${reasons.size - unreachable} asked${notReached}${searched(options?.providersFound)}`, options)
    this.cid = cid
    this.peersAsked = reasons.size - unreachable
    this.reasons = reasons
    this.missing = missing
    this.missingCount = missingCount
    this.providersFound = options?.providersFound
  }
}

function searched (found: number | undefined): string {
  return found == null ? '' : `, routing named ${found === 0 ? 'nobody' : found}`
}

/** Somebody called `cancelWants` for a block this call was waiting for. */
export class WantCancelledError extends Error {
  override readonly name = 'WantCancelledError'
  readonly cid: CID

  constructor (cid: CID) {
    super(`the want for ${cid} was cancelled`)
    this.cid = cid
  }
}

/** The session was closed, before this call or while it was waiting. */
export class SessionClosedError extends Error {
  override readonly name = 'SessionClosedError'
  readonly session: number

  constructor (session: number) {
    super(`session ${session} is closed`)
    this.session = session
  }
}

/** The call needs a started Bitswap; or it was stopped while the call was waiting. */
export class NotStartedError extends Error {
  override readonly name = 'NotStartedError'

  constructor (message: string = 'bitswap is not started') {
    super(message)
  }
}

/** An option has a value it cannot have. */
export class InvalidOptionError extends Error {
  override readonly name = 'InvalidOptionError'
  /** Where it stands, as in `client.dontHaveTimeout`. */
  readonly option: string
  readonly value: unknown

  constructor (option: string, value: unknown, expected: string) {
    super(`${option} must be ${expected}, got ${String(value)}`)
    this.option = option
    this.value = value
  }
}

/** An option was to be changed that is fixed when a Bitswap is made. Nothing was changed. */
export class FixedOptionError extends Error {
  override readonly name = 'FixedOptionError'
  /** Where it stands, as in `server.maxReadAhead`. */
  readonly option: string

  constructor (option: string) {
    super(`${option} cannot be changed, it is fixed when a Bitswap is made`)
    this.option = option
  }
}

/** A block is larger than the caller, or the wire, allows. Nothing of it was kept. */
export class BlockTooLargeError extends Error {
  override readonly name = 'BlockTooLargeError'
  readonly cid: CID
  readonly size: number
  readonly maxSize: number

  constructor (cid: CID, size: number, maxSize: number) {
    super(`block ${cid} has ${size} bytes, more than the ${maxSize} allowed`)
    this.cid = cid
    this.size = size
    this.maxSize = maxSize
  }
}

export { MalformedMessageError, MessageTooLargeError, UnknownHashError } from './message/errors.ts'
export { NotConnectedError, StreamClosedError, StreamTimeoutError } from './network/errors.ts'
export { ProvidesNotKeptError, ProvidingNotLoadedError } from './providing/errors.ts'

/** More distinct blocks would be wanted at once than `client.maxWants` allows. */
export class TooManyWantsError extends Error {
  override readonly name = 'TooManyWantsError'
  readonly maxWants: number

  constructor (maxWants: number) {
    super(`${maxWants} blocks are wanted already`)
    this.maxWants = maxWants
  }
}

/** More sessions would be open at once than `client.maxSessions` allows. */
export class TooManySessionsError extends Error {
  override readonly name = 'TooManySessionsError'
  readonly maxSessions: number

  constructor (maxSessions: number) {
    super(`${maxSessions} sessions are open already`)
    this.maxSessions = maxSessions
  }
}

export { LookUpFailedError, ProvideFailedError, RouterLeftOutError, RouterTimeoutError } from './routing/errors.ts'
