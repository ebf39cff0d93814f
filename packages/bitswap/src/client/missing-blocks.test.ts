import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlockUnavailableError, UnavailableReason } from '../errors.ts'
import { randomBlocks } from '../testing/random-blocks.ts'
import { MAX_NAMED, MAX_REASONS, MissingBlocks } from './missing-blocks.ts'

const [{ cid }, other] = await randomBlocks(2)

function unavailable (...peers: string[]): BlockUnavailableError {
  return new BlockUnavailableError(cid, new Map(peers.map(peer => [peer, UnavailableReason.DontHave])))
}

test('nothing missing is no error', () => {
  assert.equal(new MissingBlocks().error, undefined)
})

test('what is missing is named, with the last reason of each peer', () => {
  const missing = new MissingBlocks()

  missing.add(unavailable('a', 'b'))
  missing.add(new BlockUnavailableError(other.cid, new Map([['b', UnavailableReason.Silent]])))

  const { error } = missing
  assert.deepEqual([error?.missing, error?.missingCount, error?.peersAsked], [[cid, other.cid], 2, 2])
  assert.deepEqual([...error?.reasons ?? []], [['a', 'dont-have'], ['b', 'silent']])
  assert.match(error?.message ?? '', / and 1 more, 2 asked/)
})

test('however much is missing, of however many peers, no more is kept than the limits say', () => {
  const missing = new MissingBlocks()

  for (let i = 0; i < MAX_NAMED; i++) {
    missing.add(unavailable(`peer ${i % MAX_REASONS}`))
  }

  assert.deepEqual([missing.error?.missing.length, missing.error?.missingCount, missing.error?.peersAsked], [MAX_NAMED, MAX_NAMED, MAX_REASONS])
  missing.add(unavailable('one more'))
  assert.deepEqual([missing.error?.missing.length, missing.error?.missingCount, missing.error?.peersAsked], [MAX_NAMED, MAX_NAMED + 1, MAX_REASONS])
  assert.match(missing.error?.message ?? '', / and 65536 more, 4096 asked/)
})
