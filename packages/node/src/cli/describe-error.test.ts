import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlockUnavailableError, UnavailableReason } from 'ts-bitswap/errors'
import { someBlock } from '../../test/blocks.ts'
import { describeError } from './describe-error.ts'

test('of a block nobody would send it is said who was asked, and what each said', async () => {
  const { cid } = await someBlock(1)
  const error = new BlockUnavailableError(cid, new Map([
    ['alice', UnavailableReason.DontHave],
    ['bob', UnavailableReason.Silent],
    ['carol', UnavailableReason.Disconnected],
    ['dave', UnavailableReason.Unreachable]
  ]))

  assert.deepEqual(describeError(error), {
    name: 'BlockUnavailableError',
    message: `no peer would send ${cid}: alice does not have it, bob did not answer, carol disconnected, dave could not be reached`
  })
})

test('of many peers the first five are named, and of five all', async () => {
  const { cid } = await someBlock(1)
  const peers = (count: number): Map<string, UnavailableReason> => new Map(Array.from({ length: count }, (_, index) => [`peer ${index}`, UnavailableReason.DontHave]))

  assert.match(describeError(new BlockUnavailableError(cid, peers(5))).message, /peer 4 does not have it$/)
  assert.match(describeError(new BlockUnavailableError(cid, peers(7))).message, /peer 4 does not have it, and 2 more peers$/)
})

test('when nobody was there to be asked that is said', async () => {
  const { cid } = await someBlock(1)

  assert.match(describeError(new BlockUnavailableError(cid, new Map())).message, /no peer is connected$/)
})

test('whether routing named anybody is said where it was asked', async () => {
  const { cid } = await someBlock(1)
  const message = (providersFound: number): string => describeError(new BlockUnavailableError(cid, new Map(), { providersFound })).message

  assert.match(message(0), /no peer is connected; routing named nobody$/)
  assert.match(message(2), /no peer is connected; routing named 2$/)
})

test('a message of several lines becomes one', () => {
  assert.equal(describeError(new Error('first\n  * second\n\nthird\n')).message, 'first * second third')
})

test('what would steer a terminal is shown and not sent', () => {
  assert.equal(describeError(new Error('a\u001b[31mb\rc\u0007d\u202ee')).message, 'a\\u{1b}[31mb\\u{d}c\\u{7}d\\u{202e}e')
})

test('a message is at most 2000 characters long', () => {
  assert.equal(describeError(new Error('x'.repeat(2_000))).message, 'x'.repeat(2_000))
  assert.equal(describeError(new Error('x'.repeat(2_001))).message, `${'x'.repeat(2_000)}…`)
})

test('what is no error is shown as it is', () => {
  assert.deepEqual(describeError('oops'), { name: 'Error', message: 'oops' })
})

test('the parser of the command line speaks in our words', () => {
  const error = Object.assign(new Error("error: unknown option '--nope'"), { code: 'commander.unknownOption', exitCode: 1 })

  assert.deepEqual(describeError(error), { name: 'InvalidArgumentError', message: "unknown option '--nope'" })
})
