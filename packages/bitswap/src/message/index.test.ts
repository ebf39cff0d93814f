import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as everyError from '../errors.ts'
import { MalformedMessageError, MessageTooLargeError, UnknownHashError } from './index.ts'

test('the errors of messages are those of the package', () => {
  assert.equal(everyError.MalformedMessageError, MalformedMessageError)
  assert.equal(everyError.MessageTooLargeError, MessageTooLargeError)
  assert.equal(everyError.UnknownHashError, UnknownHashError)
})

test('errors have a name to switch on, their values as fields, and their cause', () => {
  const cause = new Error('why')
  const malformed = new MalformedMessageError('cut off', { cause })
  const tooLarge = new MessageTooLargeError(6, 5)
  const unknown = new UnknownHashError(0xb220, { cause })

  assert.deepEqual([malformed.name, malformed.message, malformed.cause], ['MalformedMessageError', 'cut off', cause])
  assert.deepEqual([tooLarge.name, tooLarge.message], ['MessageTooLargeError', 'message has 6 bytes, more than the 5 allowed'])
  assert.deepEqual([tooLarge.size, tooLarge.maxSize], [6, 5])
  assert.deepEqual([unknown.name, unknown.message], ['UnknownHashError', 'no hash function for multicodec code 0xb220'])
  assert.deepEqual([unknown.code, unknown.cause], [0xb220, cause])
})
