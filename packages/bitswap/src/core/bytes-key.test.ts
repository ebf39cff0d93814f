import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesKey } from './bytes-key.ts'
import { SeededRandom } from './random.ts'

test('a key has one character for each byte, whatever the size', () => {
  const random = new SeededRandom(1)

  for (const size of [0, 1, 33, 34, 35, 36, 37, 66, 1023, 1024, 1025, 5000]) {
    const bytes = random.fillBytes(new Uint8Array(size))

    assert.deepEqual([...bytesKey(bytes)].map(character => character.charCodeAt(0)), [...bytes], `${size} bytes`)
  }
})

test('every byte counts', () => {
  for (const size of [34, 36, 40]) {
    const keys = new Set(Array.from({ length: size }, (_, i) => {
      const bytes = new Uint8Array(size)
      bytes[i] = 1

      return bytesKey(bytes)
    }))

    assert.equal(keys.size, size)
  }
})
