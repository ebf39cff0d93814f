import assert from 'node:assert/strict'
import test from 'node:test'
import { collect, collectAsync, sizeOf } from './pieces.ts'

const pieces = [Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3)]

async function * later (list: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield * list
}

test('the pieces of a block are put together, at once and later', async () => {
  assert.deepEqual(collect(pieces, 3), Uint8Array.of(1, 2, 3))
  assert.deepEqual(await collectAsync(later(pieces), 3), Uint8Array.of(1, 2, 3))
  assert.equal(sizeOf(pieces, 3), 3)
})

test('a block in one piece is not copied', async () => {
  const piece = Uint8Array.of(1)

  assert.equal(collect([piece], 1), piece)
  assert.equal(await collectAsync(later([piece]), 1), piece)
})

test('no piece at all is an empty block', async () => {
  assert.deepEqual(collect([], 1), new Uint8Array())
  assert.deepEqual(await collectAsync(later([]), 1), new Uint8Array())
  assert.equal(sizeOf([], 1), 0)
})

test('a block one byte too large is not read to its end', async () => {
  let asked = 0
  const endless = function * (): Generator<Uint8Array> {
    for (;;) {
      asked++
      yield Uint8Array.of(0)
    }
  }

  assert.equal(collect(pieces, 2), undefined)
  assert.equal(await collectAsync(later(pieces), 2), undefined)
  assert.equal(sizeOf(pieces, 2), Infinity)
  assert.equal(collect(endless(), 5), undefined)
  assert.equal(asked, 6)
})
