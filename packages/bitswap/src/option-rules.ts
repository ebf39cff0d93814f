/**
 * What an option can be, and how a group of them is checked. Which option is
 * held to which rule, each folder says for its own, beside their defaults.
 */
import { InvalidOptionError } from './errors.ts'

export interface Rule {
  /** Ends the sentence "it must be". */
  readonly expected: string
  readonly holds: (value: unknown) => boolean
}

export type Rules<Options> = Readonly<Record<keyof Options, Rule>>

/** A whole number that is not below `least`, nor above `most`. */
export function wholeFrom (least: number, most: number = Infinity): Rule {
  return {
    expected: `a whole number from ${least} ${most === Infinity ? 'up' : `to ${most}`}`,
    holds: value => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most
  }
}

/** A number that is not below `least`, and has an end. */
export function numberFrom (least: number): Rule {
  return { expected: `a number from ${least} up`, holds: value => Number.isFinite(value) && Number(value) >= least }
}

/** One of these, and nothing that only looks like it. */
export function oneOf (...values: ReadonlyArray<boolean | string>): Rule {
  return { expected: values.map(value => JSON.stringify(value)).join(' or '), holds: value => (values as readonly unknown[]).includes(value) }
}

/** Something with these methods, or false. */
export function storeWith (...methods: readonly string[]): Rule {
  return {
    expected: `false, or something with ${methods.join(' and ')}`,
    holds: value => value === false || methods.every(name => typeof (value as Record<string, unknown> | null | undefined)?.[name] === 'function')
  }
}

export const POSITIVE: Rule = wholeFrom(1)
export const NOT_NEGATIVE: Rule = wholeFrom(0)
export const BOOLEAN: Rule = oneOf(true, false)
export const FUNCTION: Rule = { expected: 'a function', holds: value => typeof value === 'function' }
export const DURATION: Rule = { expected: 'a positive number of milliseconds', holds: value => RATE.holds(value) && value !== Infinity }
/** So many in a second; without a bound when it is infinite. */
export const RATE: Rule = { expected: 'a positive number', holds: value => typeof value === 'number' && value > 0 }

/**
 * The options of a group as they are used: not to be changed any more.
 *
 * @throws InvalidOptionError on a value an option cannot have, and on options there are not
 */
export function checkOptions<Options extends object> (group: string, options: Options, rules: Rules<Options>): Readonly<Options> {
  for (const [name, value] of Object.entries(options)) {
    const { expected, holds } = Object.hasOwn(rules, name) ? rules[name as keyof Options] : NO_OPTION

    if (!holds(value)) {
      throw new InvalidOptionError(`${group}.${name}`, value, expected)
    }
  }

  return Object.freeze(options)
}

const NO_OPTION: Rule = { expected: 'an option there is', holds: () => false }
