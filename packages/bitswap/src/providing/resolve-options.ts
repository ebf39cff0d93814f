/** What the options of providing can be, and what they are. */
import { InvalidOptionError } from '../errors.ts'
import { PROVIDING_DEFAULTS } from './options.ts'
import type { ProvidingInit, ProvidingOptions } from './options.ts'

/** A shorter one would list the block store without a pause. */
const MIN_INTERVAL = 60_000

interface Rule {
  expected: string
  holds (value: unknown): boolean
}

const STRATEGIES: readonly unknown[] = ['all', 'roots', 'pinned', 'none']
const isStore = (value: unknown): boolean => ['load', 'apply'].every(name => typeof (value as Record<string, unknown> | null | undefined)?.[name] === 'function')
const POSITIVE: Rule = { expected: 'a positive whole number', holds: value => Number.isSafeInteger(value) && Number(value) > 0 }
const DURATION: Rule = { expected: 'a positive number of milliseconds', holds: value => typeof value === 'number' && value > 0 && value < Infinity }

const RULES: Readonly<Record<keyof ProvidingOptions, Rule>> = {
  strategy: { expected: '\'all\', \'roots\', \'pinned\' or \'none\'', holds: value => STRATEGIES.includes(value) },
  keys: { expected: 'a function, or false', holds: value => value === false || typeof value === 'function' },
  store: { expected: 'something to load from and apply to, or false', holds: value => value === false || isStore(value) },
  maxQueued: { expected: 'a whole number from 2 to 16777216', holds: value => Number.isSafeInteger(value) && Number(value) >= 2 && Number(value) <= 16_777_216 },
  workers: POSITIVE,
  maxPerSecond: { expected: 'a positive number', holds: value => typeof value === 'number' && value > 0 },
  timeout: DURATION,
  interval: {
    expected: `0, or a number of milliseconds from ${MIN_INTERVAL}`,
    holds: value => value === 0 || (typeof value === 'number' && value >= MIN_INTERVAL && value < Infinity)
  },
  maxAttempts: POSITIVE,
  retryDelay: DURATION,
  maxRetryDelay: DURATION
}

/** @throws InvalidOptionError on a value an option cannot have, and on options there are not */
export function resolveProvidingOptions (init: ProvidingInit = {}): ProvidingOptions {
  const options = { ...PROVIDING_DEFAULTS, ...init }

  for (const [name, value] of Object.entries(options) as Array<[string, unknown]>) {
    if (!Object.hasOwn(RULES, name)) {
      throw new InvalidOptionError(`providing.${name}`, value, 'an option there is')
    }

    const rule = RULES[name as keyof ProvidingOptions]

    if (!rule.holds(value)) {
      throw new InvalidOptionError(`providing.${name}`, value, rule.expected)
    }
  }

  return Object.freeze(options)
}
