import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multihashKey } from '../core/cid-map.ts'
import { SeededRandom } from '../core/random.ts'
import type { WantStep } from '../events.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { randomCid } from '../testing/random-blocks.ts'
import { PeerNumbers } from './peer-numbers.ts'
import { MAX_HISTORIES, MAX_STEPS, WantHistories } from './want-histories.ts'
import { stepsOf, Waits } from './want-steps.ts'
import { Want, WantState } from './want.ts'

const random = new SeededRandom(1)

function newWant (): Want {
  const cid = randomCid(random)

  return new Want(multihashKey(cid), cid, 1, new PeerNumbers(1))
}

function refresh (delay: number): WantStep & { step: 'waiting' } {
  return { step: 'waiting', waitsFor: 'refresh', askAgainIn: delay }
}

test('what waits for room or its turn may come as most do: nothing is kept of it before something else happens', () => {
  const histories = new WantHistories()
  const want = newWant()

  histories.note(want, Waits.Turn, 1)
  histories.note(want, Waits.Room, 1)
  assert.deepEqual([histories.size, histories.of(want, 1)], [0, []])
  histories.note(want, { step: 'find-providers' }, 2)
  histories.note(want, Waits.Turn, 3)
  assert.deepEqual(histories.of(want, 3), [{ step: 'find-providers', ago: 1 }, { ...Waits.Turn, ago: 0 }])
  histories.end(want)
  want.state = WantState.Over
  histories.note(want, { step: 'find-providers' }, 3)
  assert.deepEqual([histories.size, histories.of(want, 3)], [0, []])
})

test('steps of wants that somebody listens to are taken once, in order, and those before are not', () => {
  const histories = new WantHistories()
  const [want, other, quiet] = [newWant(), newWant(), newWant()]

  histories.note(want, { step: 'find-providers' }, 10)
  histories.listen(want, 15)
  histories.listen(other, 15)
  assert.deepEqual([histories.hasFresh, histories.takeFresh()], [false, []])
  histories.note(want, refresh(1), 20)
  histories.note(quiet, refresh(2), 20)
  histories.note(other, Waits.Room, 20)
  histories.note(want, refresh(3), 20)
  assert.equal(histories.hasFresh, true)
  assert.deepEqual(histories.takeFresh(), [[want, refresh(1)], [other, Waits.Room], [want, refresh(3)]])
  assert.deepEqual([histories.hasFresh, histories.takeFresh()], [false, []])
  assert.equal(histories.of(want, 20).length, 3)
})

test('to go on waiting for the same is no step', () => {
  const histories = new WantHistories()
  const want = newWant()

  histories.listen(want, 0)

  for (const step of [Waits.Room, Waits.Room, Waits.Turn, Waits.Room]) {
    histories.note(want, step, 1)
  }

  histories.note(want, refresh(1), 1)
  histories.note(want, refresh(1), 1)
  assert.deepEqual(histories.of(want, 1).map(step => step.step === 'waiting' ? step.waitsFor : ''), ['room', 'turn', 'room', 'refresh', 'refresh'])
})

test('what a peer says again, and nothing happens in between, is no step; that it is asked again is one', () => {
  const histories = new WantHistories()
  const want = newWant()
  const [alice, bob] = [stepsOf(peerIdFromSeed(1, 1)), stepsOf(peerIdFromSeed(1, 2))]
  const { have, 'dont-have': dontHave } = alice.answered
  const steps = [have, have, bob.answered.have, have, dontHave, alice.asked.have, alice.asked.have]

  steps.forEach(step => { histories.note(want, step, 1) })
  assert.deepEqual(histories.of(want, 1), [have, bob.answered.have, have, dontHave, alice.asked.have, alice.asked.have].map(step => ({ ...step, ago: 0 })))
})

for (const more of [0, 1]) {
  test(`of ${MAX_STEPS + more} steps ${more} are forgotten, the oldest`, () => {
    const histories = new WantHistories()
    const want = newWant()

    for (let i = 0; i < MAX_STEPS + more; i++) {
      histories.note(want, refresh(i), i)
    }

    const kept = histories.of(want, 1000)
    assert.equal(kept.length, MAX_STEPS)
    assert.deepEqual(kept[0], { ...refresh(more), ago: 1000 - more })
  })
}

test(`of more than ${MAX_HISTORIES} wants nothing is kept, but the last step of those that somebody listens to`, () => {
  const histories = new WantHistories()
  const wants = Array.from({ length: MAX_HISTORIES }, newWant)
  const [quiet, loud, next] = [newWant(), newWant(), newWant()]

  wants.forEach(want => { histories.note(want, refresh(1), 1) })
  assert.equal(histories.of(wants[MAX_HISTORIES - 1] as Want, 1).length, 1)

  histories.note(quiet, refresh(1), 1)
  assert.deepEqual([histories.size, histories.of(quiet, 1)], [MAX_HISTORIES, []])

  histories.listen(loud, 1)
  histories.note(loud, refresh(1), 1)
  histories.note(loud, refresh(2), 1)
  assert.deepEqual([histories.takeFresh().length, histories.of(loud, 1)], [2, [{ ...refresh(2), ago: 0 }]])

  histories.end(loud)
  histories.end(wants[0] as Want)
  histories.note(next, refresh(3), 1)
  assert.deepEqual(histories.of(next, 1), [{ ...refresh(3), ago: 0 }])
})
