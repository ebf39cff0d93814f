/** What the options of providing can be, and what they are. */
import { checkOptions, DURATION, FUNCTION, oneOf, POSITIVE, RATE, storeWith, wholeFrom } from '../option-rules.ts'
import type { Rules } from '../option-rules.ts'
import { PROVIDING_DEFAULTS } from './options.ts'
import type { ProvidingInit, ProvidingOptions } from './options.ts'

/** A shorter one would list the block store without a pause. */
const MIN_INTERVAL = 60_000

const RULES: Rules<ProvidingOptions> = {
  strategy: oneOf('all', 'roots', 'pinned', 'none'),
  keys: { expected: 'false, or a function', holds: value => value === false || FUNCTION.holds(value) },
  store: storeWith('load', 'apply'),
  maxQueued: wholeFrom(2, 16_777_216),
  workers: POSITIVE,
  maxPerSecond: RATE,
  timeout: DURATION,
  interval: {
    expected: `0, or a number of milliseconds from ${MIN_INTERVAL}`,
    holds: value => value === 0 || (DURATION.holds(value) && Number(value) >= MIN_INTERVAL)
  },
  maxAttempts: POSITIVE,
  retryDelay: DURATION,
  maxRetryDelay: DURATION
}

/** @throws InvalidOptionError on a value an option cannot have, and on options there are not */
export function resolveProvidingOptions (init: ProvidingInit = {}): ProvidingOptions {
  return checkOptions('providing', { ...PROVIDING_DEFAULTS, ...init }, RULES)
}
