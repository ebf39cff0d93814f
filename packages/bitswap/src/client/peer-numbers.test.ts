import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PeerNumbers } from './peer-numbers.ts'

test('peers that are here have a number each, and who comes back another', () => {
  const numbers = new PeerNumbers(1)
  const [one, two] = [numbers.take('one'), numbers.take('two')]

  assert.notEqual(one, two)
  assert.deepEqual(numbers.left(one), [])
  assert.deepEqual([numbers.isHere(one), numbers.isHere(two)], [false, true])
  assert.deepEqual([numbers.keyOf(one), numbers.keyOf(two)], ['one', 'two'])

  const again = numbers.take('one')

  assert.notEqual(again, one)
  assert.deepEqual([numbers.isHere(one), numbers.isHere(again)], [false, true])
})

test('as many as may be remembered are, and with one more the quarter that left first is forgotten', () => {
  const numbers = new PeerNumbers(8)
  const taken = Array.from({ length: 9 }, (_, i) => numbers.take(`peer ${i}`))

  assert.deepEqual(taken.slice(1).flatMap(number => numbers.left(number)), [])
  assert.equal(numbers.size, 9)
  assert.deepEqual(numbers.left(taken[0] as number), [taken[1], taken[2]])
  assert.equal(numbers.size, 7)
  assert.equal(numbers.keyOf(taken[1] as number), undefined)
  assert.equal(numbers.isHere(taken[1] as number), false)
  assert.equal(numbers.keyOf(taken[0] as number), 'peer 0')
})

test('numbers stay few: those of the forgotten go to others', () => {
  const numbers = new PeerNumbers(8)

  for (let i = 0; i < 1000; i++) {
    assert.ok(numbers.take(`peer ${i}`) <= 9)
    numbers.left(numbers.take(`other ${i}`))
    numbers.left([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].find(number => numbers.keyOf(number) === `peer ${i}`) as number)
  }
})

test('where nobody is remembered, who leaves is forgotten at once', () => {
  const numbers = new PeerNumbers(0)
  const number = numbers.take('one')

  assert.deepEqual(numbers.left(number), [number])
  assert.equal(numbers.size, 0)
})
