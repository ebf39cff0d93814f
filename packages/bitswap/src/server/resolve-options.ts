/** What the options of the serving side can be, and what they are. */
import { BOOLEAN, checkOptions, DURATION, FUNCTION, NOT_NEGATIVE, numberFrom, oneOf, POSITIVE, RATE, storeWith, wholeFrom } from '../option-rules.ts'
import type { Rule, Rules } from '../option-rules.ts'
import { MAX_SENDABLE_BLOCK } from './envelope.ts'
import { SERVER_DEFAULTS } from './options.ts'
import type { ServerInit, ServerOptions } from './options.ts'

const SENDABLE: Rule = wholeFrom(1, MAX_SENDABLE_BLOCK)

const RULES: Rules<ServerOptions> = {
  serve: oneOf(true, false, 'silent'),
  maxWantsPerPeer: POSITIVE,
  maxWants: POSITIVE,
  maxCidSize: POSITIVE,
  wantHaveReplaceSize: NOT_NEGATIVE,
  sendDontHaves: BOOLEAN,
  targetMessageSize: SENDABLE,
  maxBlockSize: SENDABLE,
  maxConcurrentReads: POSITIVE,
  maxReadsPerPeer: POSITIVE,
  maxReadAhead: POSITIVE,
  maxReadAheadPerPeer: POSITIVE,
  maxSizesRemembered: NOT_NEGATIVE,
  maxAbsenceAge: numberFrom(0),
  storeAttempts: wholeFrom(1, 16),
  storeRetryDelay: DURATION,
  storeTimeout: DURATION,
  maxReceiptsKept: NOT_NEGATIVE,
  receiptStore: storeWith('load', 'save'),
  receiptSaveInterval: DURATION,
  maxBytesUnderWay: POSITIVE,
  uploadRate: RATE,
  uploadRatePerPeer: RATE,
  schedule: FUNCTION,
  filter: FUNCTION,
  filterTimeout: DURATION
}

/** @throws InvalidOptionError on a value an option cannot have, and on options there are not */
export function resolveServerOptions (init: ServerInit = {}): ServerOptions {
  return checkOptions('server', { ...SERVER_DEFAULTS, ...init }, RULES)
}
