import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { Turns } from './turns.ts'

interface Setup {
  clock: VirtualClock
  turns: Turns
  /** What was scheduled: was it in a hurry? */
  scheduled: boolean[]
  works (): number
  due: boolean
}

function setUp (): Setup {
  const clock = new VirtualClock()
  const scheduled: boolean[] = []
  let works = 0
  const setup: Setup = {
    clock,
    scheduled,
    works: () => works,
    due: true,
    turns: new Turns({
      clock: {
        now: () => clock.now(),
        timer: (delay, callback) => clock.timer(delay, callback),
        soon: (callback, hurry) => {
          scheduled.push(hurry === true)

          return clock.soon(callback)
        }
      },
      isDue: () => setup.due,
      work: () => { works++ }
    })
  }

  return setup
}

test('however often it is asked in a turn, it looks once, and works when something is due', async () => {
  const setup = setUp()
  const { clock, turns } = setup
  turns.look()
  turns.look()
  await clock.run()
  assert.equal(setup.works(), 1)
  assert.equal(turns.isIdle, false)
  turns.ended(false)
  assert.equal(turns.isIdle, true)

  setup.due = false
  turns.look()
  await clock.run()
  assert.equal(setup.works(), 1)
  assert.equal(turns.isIdle, true)
})

test('asked while at work it looks again afterwards, unless that is to be forgotten', async () => {
  const setup = setUp()
  const { clock, turns } = setup
  turns.look()
  await clock.run()
  turns.look()
  turns.ended(false)
  await clock.run()
  assert.equal(setup.works(), 2)
  turns.look()
  turns.forget()
  turns.ended(false)
  await clock.run()
  assert.equal(setup.works(), 2)
})

test('a hurry takes the place of a look that was scheduled, and is of no effect at work', async () => {
  const setup = setUp()
  const { clock, turns, scheduled } = setup
  turns.look()
  turns.hurry()
  turns.look()
  await clock.run()
  turns.hurry()
  await clock.run()
  assert.equal(setup.works(), 1)
  assert.deepEqual(scheduled, [false, true])
})
