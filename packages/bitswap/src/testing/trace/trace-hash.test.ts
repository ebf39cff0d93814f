import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '../../core/random.ts'
import { TraceHash } from './trace-hash.ts'

function hashOf (...takes: Array<(hash: TraceHash) => void>): string {
  const hash = new TraceHash()

  for (const take of takes) {
    take(hash)
  }

  return hash.digest()
}

const bytes = (...values: number[]) => (hash: TraceHash): void => { hash.bytes(Uint8Array.from(values)) }

test('the hash is the same wherever it is made', () => {
  const hash = new TraceHash()
  hash.numbers(1, 2.5, -3)
  hash.bytes(Uint8Array.from({ length: 100 }, (_, i) => i))
  hash.text('größe 🙂')

  assert.equal(hash.digest(), '46ca5e0c29830d8c7ebd9ac8b0cc0565')
})

test('bytes are taken alike wherever in a buffer they lie', () => {
  const random = new SeededRandom(1).fillBytes(new Uint8Array(100))

  for (let offset = 0; offset < 9; offset++) {
    const moved = new Uint8Array(120)
    moved.set(random, offset)
    assert.equal(hashOf(hash => { hash.bytes(moved.subarray(offset, offset + 100)) }), hashOf(hash => { hash.bytes(random) }))
  }
})

test('each bit of the bytes changes about half of the hash, up to the last', () => {
  const plain = new SeededRandom(2).fillBytes(new Uint8Array(53))
  const before = hashOf(hash => { hash.bytes(plain) })

  for (let bit = 0; bit < plain.length * 8; bit++) {
    const other = plain.slice()
    other[bit >> 3] ^= 1 << (bit & 7)
    const changed = bitsBetween(before, hashOf(hash => { hash.bytes(other) }))

    assert.ok(changed > 35 && changed < 93, `bit ${bit} changes ${changed} of 128`)
  }
})

test('what is cut, ordered or filled up otherwise is hashed otherwise', () => {
  const ways = [
    hashOf(),
    hashOf(bytes()),
    hashOf(bytes(), bytes()),
    hashOf(bytes(0)),
    hashOf(bytes(0, 0)),
    hashOf(bytes(0), bytes(0)),
    hashOf(bytes(1), bytes(2)),
    hashOf(bytes(2), bytes(1)),
    hashOf(bytes(1, 2)),
    hashOf(hash => { hash.text('') }),
    hashOf(hash => { hash.text('\0') }),
    hashOf(hash => { hash.text('ab') }),
    hashOf(hash => { hash.text('a') }, hash => { hash.text('b') }),
    hashOf(hash => { hash.numbers(1) }),
    hashOf(hash => { hash.numbers(1 + Number.EPSILON) }),
    hashOf(hash => { hash.numbers(-1) })
  ]

  assert.equal(new Set(ways).size, ways.length)
  assert.equal(hashOf(hash => { hash.numbers(0) }), hashOf(hash => { hash.numbers(-0) }))
})

test('no two of twenty thousand short inputs meet, and all bits are used', () => {
  const seen = new Set<string>()
  let ones = 0

  for (let i = 0; i < 20_000; i++) {
    const digest = hashOf(hash => { hash.numbers(i) })
    seen.add(digest.slice(0, 16))
    ones += bitsBetween(digest, '0'.repeat(32))
  }

  assert.equal(seen.size, 20_000)
  assert.ok(ones > 1_275_000 && ones < 1_285_000, `${ones} of 2 560 000 bits are set`)
})

test('asking does not change what comes after', () => {
  const asked = new TraceHash()
  asked.text('a')
  assert.equal(asked.digest(), asked.digest())
  asked.text('b')
  assert.equal(asked.digest(), hashOf(hash => { hash.text('a') }, hash => { hash.text('b') }))
})

function bitsBetween (a: string, b: string): number {
  let count = 0

  for (let i = 0; i < a.length; i++) {
    const difference = parseInt(a.charAt(i), 16) ^ parseInt(b.charAt(i), 16)
    count += (difference & 1) + (difference >> 1 & 1) + (difference >> 2 & 1) + (difference >> 3)
  }

  return count
}
