/** What the options of the serving side can be. */
import { MAX_SENDABLE_BLOCK } from './envelope.ts'

export interface Rule {
  expected: string
  holds (value: unknown): boolean
}

/** A whole number in these bounds. */
export const isWhole = (value: unknown, least: number, most: number): boolean => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most
export const isStore = (value: unknown): boolean => ['load', 'save'].every(name => typeof (value as Record<string, unknown> | null | undefined)?.[name] === 'function')
export const POSITIVE: Rule = { expected: 'a positive whole number', holds: value => isWhole(value, 1, Number.MAX_SAFE_INTEGER) }
export const NOT_NEGATIVE: Rule = { expected: 'a whole number, 0 or more', holds: value => isWhole(value, 0, Number.MAX_SAFE_INTEGER) }
export const SENDABLE: Rule = { expected: `a whole number from 1 to ${MAX_SENDABLE_BLOCK}`, holds: value => isWhole(value, 1, MAX_SENDABLE_BLOCK) }
export const DURATION: Rule = { expected: 'a positive number of milliseconds', holds: value => typeof value === 'number' && value > 0 && value < Infinity }
export const RATE: Rule = { expected: 'a positive number of bytes a second', holds: value => typeof value === 'number' && value > 0 }
