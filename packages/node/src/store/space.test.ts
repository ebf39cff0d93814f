import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Space } from './space.ts'

const limits = { limit: 100, watermark: 90 }

test('what would go over the limit is refused, what just fits is not', () => {
  const space = new Space('/repo', { bytes: 60, blocks: 2 }, limits)

  assert.throws(() => { space.take(41, undefined) }, { name: 'RepoFullError', path: '/repo', limit: 100, size: 60, needed: 41, message: /repo gc/ })
  space.take(40, undefined)
  assert.deepEqual(space.usage, { bytes: 100, blocks: 3 })
  assert.throws(() => { space.take(1, undefined) }, { name: 'RepoFullError' })
  space.take(0, undefined)
})

test('a block in place of another counts by what it takes more, and may come when the repo is full', () => {
  const space = new Space('/repo', { bytes: 100, blocks: 2 }, limits)

  space.take(40, 40)
  space.take(30, 40)
  assert.deepEqual(space.usage, { bytes: 90, blocks: 2 })
  assert.throws(() => { space.take(41, 30) }, { needed: 11 })
})

test('what was not written is given back, and what is removed is free', () => {
  const space = new Space('/repo', { bytes: 60, blocks: 2 }, limits)

  space.take(40, undefined)
  space.giveBack(40, undefined)
  space.take(30, 20)
  space.giveBack(30, 20)
  assert.deepEqual(space.usage, { bytes: 60, blocks: 2 })
  space.removed(60)
  assert.deepEqual(space.usage, { bytes: 0, blocks: 1 })
})

test('the watermark is told once when it is reached, again at half of what was left, and anew after it was below', () => {
  const space = new Space('', { bytes: 0, blocks: 0 }, limits)
  const told: number[] = []
  const write = (bytes: number): void => {
    space.take(bytes, undefined)
    space.written()
  }
  const stop = space.onOverWatermark(() => { told.push(space.usage.bytes) })

  write(89)
  assert.deepEqual(told, [])
  write(1)
  write(4)
  assert.deepEqual(told, [90])
  write(1)
  assert.deepEqual(told, [90, 95])
  space.removed(10)
  write(5)
  assert.deepEqual(told, [90, 95, 90])
  stop()
  space.removed(50)
  write(55)
  assert.deepEqual(told, [90, 95, 90])
})

test('of a block that is refused it is told, also where there was too much from the beginning', () => {
  const space = new Space('', { bytes: 150, blocks: 2 }, limits)
  let told = 0

  space.onOverWatermark(() => { told++ })
  assert.throws(() => { space.take(1, undefined) }, { name: 'RepoFullError' })
  assert.equal(told, 1)
})
