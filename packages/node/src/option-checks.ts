/**
 * Checks that options share. Each throws `InvalidOptionError` with the name of
 * the option, what it is, and what it should be.
 */
import { InvalidOptionError } from 'ts-bitswap/errors'

export function requireCount (option: string, value: number): void {
  if (!(Number.isSafeInteger(value) && value > 0)) {
    throw new InvalidOptionError(option, value, 'a positive integer')
  }
}

export function requirePositive (option: string, value: number): void {
  if (!(value > 0)) { // also refuses NaN
    throw new InvalidOptionError(option, value, 'a positive number')
  }
}

export function requireBoolean (option: string, value: boolean): void {
  if (typeof value !== 'boolean') {
    throw new InvalidOptionError(option, value, 'true or false')
  }
}

export function requirePart (option: string, value: number): void {
  if (!(value > 0 && value <= 1)) { // also refuses NaN
    throw new InvalidOptionError(option, value, 'a number over 0 and up to 1')
  }
}

export function requireNotNegative (option: string, value: number): void {
  if (!(value >= 0)) { // also refuses NaN
    throw new InvalidOptionError(option, value, 'a number that is not negative')
  }
}
