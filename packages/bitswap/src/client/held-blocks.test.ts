import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks } from '../testing/random-blocks.ts'
import { HeldBlocks } from './held-blocks.ts'

const blocks = await randomBlocks(4, { size: 100 })

test('blocks are handed out in the order they came, those there is no room for without their bytes', () => {
  const held = new HeldBlocks(250)

  for (const { cid, bytes } of blocks) {
    held.push(cid, bytes)
  }

  assert.deepEqual([held.size, held.isReady], [4, true])
  assert.deepEqual(blocks.map(() => held.take()), blocks.map(({ cid, bytes }, i) => ({ cid, bytes: i < 2 ? bytes : undefined })))
  assert.deepEqual([held.size, held.isReady, held.take()], [0, false, undefined])
})

test('it is full by bytes, and holds one block however large it is', () => {
  const held = new HeldBlocks(50)
  const [first, second] = blocks as [typeof blocks[0], typeof blocks[0]]

  assert.equal(held.isFull, false)
  held.push(first.cid, first.bytes)
  held.push(second.cid, second.bytes)
  assert.equal(held.isFull, true)
  assert.equal(held.take()?.bytes, first.bytes)
  assert.deepEqual([held.isFull, held.isReady], [false, false])

  held.clear()
  held.push(second.cid, second.bytes)
  assert.deepEqual([held.size, held.isReady], [1, true])
})
