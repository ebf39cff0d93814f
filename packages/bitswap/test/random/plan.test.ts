import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makePlan } from './plan.ts'
import { Run } from './run.ts'
import { prefixOf } from './shrink.ts'

test('a plan follows from its seed', () => {
  assert.equal(JSON.stringify(makePlan(5)), JSON.stringify(makePlan(5)))
  assert.notEqual(JSON.stringify(makePlan(5)), JSON.stringify(makePlan(6)))
})

test('actions are in the order of their times, and within the duration of the plan', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const { actions, duration } = makePlan(seed)
    const times = actions.map(({ time }) => time)

    assert.deepEqual(times, times.toSorted((a, b) => a - b))
    assert.deepEqual(actions.map(({ number }) => number), [...actions.keys()])
    assert.equal(Math.max(...times) < duration, true)
  }
})

test('leaving out the last actions changes nothing of what the others do', async () => {
  const plan = makePlan(21)
  const count = plan.actions.length >> 1
  const [whole, half] = [new Run(plan), new Run(prefixOf(plan, count))]

  await whole.live()
  await half.live()
  // what comes of callbacks may come later than the first action that was left out
  const until = plan.actions[count].time
  const deeds = ({ world }: Run): string[] => world.deeds.filter(({ time }) => time < until).map(deed => JSON.stringify(deed))

  assert.equal(deeds(half).length >= count - 1, true)
  assert.deepEqual(deeds(half), deeds(whole))
})
