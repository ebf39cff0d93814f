import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks } from '../testing/random-blocks.ts'
import { OvertakenWants } from './overtaken-wants.ts'
import { PeerNumbers } from './peer-numbers.ts'
import { Want } from './want.ts'

const [{ cid }] = await randomBlocks(1)

/** Wants of these priorities, in the order in which they were asked for. */
function wantsOf (...priorities: number[]): Want[] {
  return priorities.map((priority, i) => new Want(`${i}`, cid, priority, new PeerNumbers(1)))
}

const TEN = Array.from({ length: 10 }, () => 1)

test('a want is overtaken when nine were sent that were asked for later', () => {
  const overtaken = new OvertakenWants()
  const [first, ...later] = wantsOf(...TEN)

  for (const [i, block] of later.entries()) {
    assert.deepEqual(overtaken.since(100), [])
    overtaken.blockCame(block, [first, ...later.slice(i)], i)
  }

  assert.deepEqual(overtaken.since(0), [first])
  assert.deepEqual(overtaken.since(-1), [])
})

test('blocks that come in order overtake nothing, nor do those that are more urgent', () => {
  const overtaken = new OvertakenWants()
  const wants = wantsOf(...TEN)
  const [first, ...urgent] = wantsOf(1, ...TEN.map(() => 2))

  wants.forEach((block, i) => { overtaken.blockCame(block, wants.slice(i), 0) })
  urgent.forEach((block, i) => { overtaken.blockCame(block, [first, ...urgent.slice(i)], 0) })
  assert.deepEqual(overtaken.since(100), [])
})

test('what the peer no longer owes is forgotten', () => {
  const overtaken = new OvertakenWants()
  const [first, ...later] = wantsOf(...TEN)

  later.forEach((block, i) => { overtaken.blockCame(block, [first, ...later.slice(i)], 0) })
  overtaken.delete(first)
  assert.deepEqual(overtaken.since(100), [])
})
