import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '../core/random.ts'
import { Answers } from './answers.ts'
import type { Said } from './answers.ts'
import { PeerNumbers } from './peer-numbers.ts'

const SAID: readonly Said[] = ['have', 'dont-have', 'silent']

test('of each peer it stands what it said last, and of the others nothing', () => {
  const random = new SeededRandom(1)
  const answers = new Answers(new PeerNumbers(0))
  const expected = new Map<number, Said>()

  for (let i = 0; i < 5000; i++) {
    const number = random.int(100)

    if (random.int(1000) === 0) {
      answers.clear()
      expected.clear()
    } else if (random.int(4) === 0) {
      answers.forget(number)
      expected.delete(number)
    } else {
      const said = SAID[random.int(3)] as Said
      answers.set({ number }, said)
      expected.set(number, said)
    }

    const probe = random.int(120)

    assert.equal(answers.get({ number: probe }), expected.get(probe))
    assert.deepEqual(answers.numbers(), [...expected.keys()].sort((a, b) => a - b))
  }
})

test('reasons name who is here with what they said, who left as such, and nobody who has it', () => {
  const numbers = new PeerNumbers(4)
  const answers = new Answers(numbers)
  const [lacks, silent, has, left, both] = ['lacks', 'silent', 'has', 'left', 'both'].map(key => ({ number: numbers.take(key) }))

  answers.set(lacks!, 'dont-have')
  answers.set(silent!, 'silent')
  answers.set(has!, 'have')
  answers.set(left!, 'dont-have')
  answers.set(both!, 'silent')
  numbers.left(left!.number)
  numbers.left(both!.number)

  assert.deepEqual(answers.reasons(), new Map([['lacks', 'dont-have'], ['silent', 'silent'], ['left', 'disconnected'], ['both', 'disconnected']]))

  answers.set({ number: numbers.take('both') }, 'dont-have')

  assert.equal(answers.reasons().get('both'), 'dont-have')
})

test('who was silent and left does not count as silence', () => {
  const numbers = new PeerNumbers(4)
  const answers = new Answers(numbers)
  const [one, two] = [{ number: numbers.take('one') }, { number: numbers.take('two') }]

  answers.set(one, 'dont-have')
  assert.equal(answers.hasSilence, false)
  answers.set(two, 'silent')
  assert.equal(answers.hasSilence, true)
  numbers.left(two.number)
  assert.equal(answers.hasSilence, false)
})
