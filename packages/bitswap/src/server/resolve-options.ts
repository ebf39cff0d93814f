/** What the options of the serving side can be, and what they are. */
import { InvalidOptionError } from '../errors.ts'
import { MAX_SENDABLE_BLOCK } from './envelope.ts'
import { SERVER_DEFAULTS } from './options.ts'
import type { ServerInit, ServerOptions } from './options.ts'

interface Rule {
  expected: string
  holds (value: unknown): boolean
}

/** A whole number in these bounds. */
const isWhole = (value: unknown, least: number, most: number): boolean => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most
const isStore = (value: unknown): boolean => ['load', 'save'].every(name => typeof (value as Record<string, unknown> | null | undefined)?.[name] === 'function')
const POSITIVE: Rule = { expected: 'a positive whole number', holds: value => isWhole(value, 1, Number.MAX_SAFE_INTEGER) }
const NOT_NEGATIVE: Rule = { expected: 'a whole number, 0 or more', holds: value => isWhole(value, 0, Number.MAX_SAFE_INTEGER) }
const SENDABLE: Rule = { expected: `a whole number from 1 to ${MAX_SENDABLE_BLOCK}`, holds: value => isWhole(value, 1, MAX_SENDABLE_BLOCK) }
const DURATION: Rule = { expected: 'a positive number of milliseconds', holds: value => typeof value === 'number' && value > 0 && value < Infinity }
const RATE: Rule = { expected: 'a positive number of bytes a second', holds: value => typeof value === 'number' && value > 0 }

const RULES: Readonly<Record<keyof ServerOptions, Rule>> = {
  serve: { expected: 'true, false or \'silent\'', holds: value => typeof value === 'boolean' || value === 'silent' },
  maxWantsPerPeer: POSITIVE,
  maxWants: POSITIVE,
  maxCidSize: POSITIVE,
  wantHaveReplaceSize: NOT_NEGATIVE,
  sendDontHaves: { expected: 'a boolean', holds: value => typeof value === 'boolean' },
  targetMessageSize: SENDABLE,
  maxBlockSize: SENDABLE,
  maxConcurrentReads: POSITIVE,
  maxReadsPerPeer: POSITIVE,
  maxReadAhead: POSITIVE,
  maxReadAheadPerPeer: POSITIVE,
  maxSizesRemembered: NOT_NEGATIVE,
  maxAbsenceAge: { expected: 'a number of milliseconds, 0 or more', holds: value => typeof value === 'number' && value >= 0 && value < Infinity },
  storeAttempts: { expected: 'a whole number from 1 to 16', holds: value => isWhole(value, 1, 16) },
  storeRetryDelay: DURATION,
  storeTimeout: DURATION,
  maxReceiptsKept: NOT_NEGATIVE,
  receiptStore: { expected: 'something to load from and save to, or false', holds: value => value === false || isStore(value) },
  receiptSaveInterval: DURATION,
  maxBytesUnderWay: POSITIVE,
  uploadRate: RATE,
  uploadRatePerPeer: RATE,
  schedule: { expected: 'a function', holds: value => typeof value === 'function' },
  filter: { expected: 'a function', holds: value => typeof value === 'function' },
  filterTimeout: DURATION
}

/** @throws InvalidOptionError on a value an option cannot have, and on options there are not */
export function resolveServerOptions (init: ServerInit = {}): ServerOptions {
  const options = { ...SERVER_DEFAULTS, ...init }

  for (const [name, value] of Object.entries(options) as Array<[string, unknown]>) {
    if (!Object.hasOwn(RULES, name)) {
      throw new InvalidOptionError(`server.${name}`, value, 'an option there is')
    }

    const rule = RULES[name as keyof ServerOptions]

    if (!rule.holds(value)) {
      throw new InvalidOptionError(`server.${name}`, value, rule.expected)
    }
  }

  return Object.freeze(options)
}
