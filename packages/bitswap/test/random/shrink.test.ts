import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Action } from './actions.ts'
import { makePlan } from './plan.ts'
import type { Plan } from './plan.ts'
import { RunFailedError } from './run-failed-error.ts'
import { shrink } from './shrink.ts'

/** Fails when all of these actions are there. */
function failingWith (...numbers: number[]): { fails: (plan: Plan) => Promise<RunFailedError | undefined>, tried: () => number } {
  let tried = 0

  return {
    tried: () => tried,
    fails: async plan => {
      const left = new Set(plan.actions.map(({ number }: Action) => number))
      tried++

      return numbers.every(number => left.has(number)) ? new RunFailedError({ plan, time: 0, deeds: [], cause: new Error('as it should') }) : undefined
    }
  }
}

const PLAN = makePlan(1)

test('what fails with two of many actions is left with these two', async () => {
  const { fails } = failingWith(3, 17)
  const shortest = await shrink(PLAN, { fails })

  assert.deepEqual(shortest?.plan.actions.map(({ number }) => number), [3, 17])
  assert.match(shortest.failure.message, /--only 3,17 --trace/)
})

test('what fails without any action is left with none', async () => {
  const shortest = await shrink(PLAN, { fails: failingWith().fails })

  assert.deepEqual(shortest?.plan.actions, [])
  assert.match(shortest.failure.message, /--actions 0 --trace/)
})

test('what does not fail is not shortened', async () => {
  const { fails, tried } = failingWith(1000)

  assert.equal(await shrink(PLAN, { fails }), undefined)
  assert.equal(tried(), 1)
})

test('no more lives are tried than the budget has, and the shortest so far is kept', async () => {
  const { fails, tried } = failingWith(3, 17)
  const shortest = await shrink(PLAN, { fails, budget: 9 })

  assert.equal(tried(), 9)
  assert.equal((shortest?.plan.actions.length ?? Infinity) < PLAN.actions.length, true)
})
