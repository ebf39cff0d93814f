import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Deadlines } from './deadlines.ts'

test('items come out when they are due, earliest first, and in the order they were set on ties', () => {
  const deadlines = new Deadlines<string>()

  deadlines.set('late', 30)
  deadlines.set('first', 10)
  deadlines.set('second', 10)

  assert.equal(deadlines.next(), 10)
  assert.equal(deadlines.takeDue(9), undefined)
  assert.equal(deadlines.takeDue(10), 'first')
  assert.equal(deadlines.takeDue(10), 'second')
  assert.equal(deadlines.takeDue(10), undefined)
  assert.equal(deadlines.next(), 30)
})

test('an item has one deadline, the last that was set', () => {
  const deadlines = new Deadlines<string>()

  deadlines.set('moved', 10)
  deadlines.set('moved', 20)
  deadlines.set('gone', 5)
  deadlines.delete('gone')

  assert.equal(deadlines.size, 1)
  assert.equal(deadlines.get('moved'), 20)
  assert.equal(deadlines.takeDue(15), undefined)
  assert.equal(deadlines.takeDue(20), 'moved')
  assert.equal(deadlines.next(), undefined)
})

test('deadlines that move often leave nothing behind', () => {
  const deadlines = new Deadlines<number>()

  for (let i = 0; i < 100_000; i++) {
    deadlines.set(i % 10, 1_000_000 - i)
  }

  assert.equal(deadlines.size, 10)

  const due = Array.from({ length: 11 }, () => deadlines.takeDue(Infinity))

  assert.deepEqual(due, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, undefined])
})
