import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlockPool } from './block-pool.ts'

test('the same bytes are kept once, others as they are, and no message along with them', () => {
  const pool = new BlockPool()
  const message = Uint8Array.of(0, 1, 2, 3)
  const kept = pool.keep('a', message.subarray(1))

  assert.deepEqual([...kept], [1, 2, 3])
  assert.equal(kept.buffer.byteLength, 3)
  assert.equal(pool.keep('a', Uint8Array.of(1, 2, 3)), kept)

  for (const other of [Uint8Array.of(1, 2, 4), Uint8Array.of(1, 2)]) {
    assert.equal(pool.keep('a', other), other)
  }

  assert.deepEqual([...pool.keep('b', Uint8Array.of(9))], [9])
})
