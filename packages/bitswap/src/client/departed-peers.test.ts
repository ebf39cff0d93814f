import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DepartedPeers } from './departed-peers.ts'
import { Usefulness } from './usefulness.ts'

function useful (): Usefulness {
  const usefulness = new Usefulness()
  usefulness.had(0)

  return usefulness
}

test('a peer that returns is as useful as it was; one that was of no use is not remembered', () => {
  const departed = new DepartedPeers()

  departed.left('a', useful(), 0)
  departed.left('b', new Usefulness(), 0)
  assert.equal(departed.size, 1)
  assert.equal(departed.take('a').at(0), 1)
  assert.equal(departed.size, 0)
  assert.equal(departed.take('a').at(0), 0)
})

test('of 1024 that left are remembered; one more, and the first is forgotten', () => {
  const departed = new DepartedPeers()

  for (let i = 0; i < 1024; i++) {
    departed.left(String(i), useful(), 0)
  }

  assert.equal(departed.size, 1024)
  departed.left('1024', useful(), 0)
  assert.equal(departed.size, 1024)
  assert.equal(departed.take('0').at(0), 0)
  assert.equal(departed.take('1').at(0), 1)
})
