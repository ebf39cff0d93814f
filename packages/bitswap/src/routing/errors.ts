/** What goes wrong with routers. */
import type { CID } from 'multiformats/cid'

/** A router took longer than it may. */
export class RouterTimeoutError extends Error {
  override readonly name = 'RouterTimeoutError'
  readonly router: string
  /** Milliseconds. */
  readonly timeout: number

  constructor (router: string, timeout: number) {
    super(`${router} did not answer within ${Number((timeout / 1000).toPrecision(3))} s`) // measured ones have many digits
    this.router = router
    this.timeout = timeout
  }
}

/** Did who asked run out of time, and not lose interest? */
export function isTimeout (reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError'
}

/** A router was not asked: it failed again and again, or said itself when to come back. */
export class RouterLeftOutError extends Error {
  override readonly name = 'RouterLeftOutError'
  readonly router: string
  /** For how many milliseconds more. None: it is being found out whether it works again. */
  readonly rest: number

  constructor (router: string, rest: number, options?: ErrorOptions) {
    super(`${router} is left out ${rest > 0 ? `for ${Math.ceil(rest / 1000)} s` : 'until it has answered'}, as it failed before`, options)
    this.router = router
    this.rest = rest
  }
}

/** No router could be asked who has a block: each failed, or is left out. Not that nobody has it. */
export class LookUpFailedError extends Error {
  override readonly name = 'LookUpFailedError'
  readonly cid: CID
  /** Each router's name to what went wrong. */
  readonly reasons: ReadonlyMap<string, Error>

  constructor (cid: CID, reasons: ReadonlyMap<string, Error>) {
    super(`no router could say who has ${cid}: ${inWords(reasons)}`, { cause: causeOf(reasons) })
    this.cid = cid
    this.reasons = reasons
  }
}

/** No router took the announcement of a block. */
export class ProvideFailedError extends Error {
  override readonly name = 'ProvideFailedError'
  readonly cid: CID
  /** Each router's name to what went wrong. */
  readonly reasons: ReadonlyMap<string, Error>

  constructor (cid: CID, reasons: ReadonlyMap<string, Error>) {
    super(`no router would announce ${cid}: ${inWords(reasons)}`, { cause: causeOf(reasons) })
    this.cid = cid
    this.reasons = reasons
  }
}

function inWords (reasons: ReadonlyMap<string, Error>): string {
  return [...reasons].map(([router, { message }]) => message.startsWith(router) ? message : `${router}: ${message}`).join('; ')
}

function causeOf (reasons: ReadonlyMap<string, Error>): unknown {
  return reasons.size === 1 ? [...reasons.values()][0] : new AggregateError(reasons.values())
}
