import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Usefulness } from './usefulness.ts'

const HALF_LIFE = 600_000

test('it is how often a peer had something, and halves every ten minutes', () => {
  const usefulness = new Usefulness()

  assert.equal(usefulness.at(0), 0)
  usefulness.had(0)
  usefulness.had(1)
  usefulness.had(HALF_LIFE - 1)
  usefulness.had(HALF_LIFE - 1)
  assert.equal(usefulness.at(HALF_LIFE - 1), 4)
  assert.equal(usefulness.at(HALF_LIFE), 2)
  usefulness.had(2 * HALF_LIFE)
  assert.equal(usefulness.at(2 * HALF_LIFE), 2)
  assert.equal(usefulness.at(100 * HALF_LIFE), 0)
})

test('who had more stands before who had less, whenever that was in the same ten minutes', () => {
  const [more, less] = [new Usefulness(), new Usefulness()]

  more.had(0)
  more.had(0)
  less.had(HALF_LIFE - 1)

  for (let now = HALF_LIFE; now < 40 * HALF_LIFE; now += HALF_LIFE / 2) {
    assert.ok(more.at(now) > less.at(now) || more.at(now) === 0)
  }
})
