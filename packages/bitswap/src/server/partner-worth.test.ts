import assert from 'node:assert/strict'
import test from 'node:test'
import { PartnerWorth, WORTH_PERIOD } from './partner-worth.ts'

/** Whole numbers of periods, a little after they ended. */
const after = (periods: number): number => periods * WORTH_PERIOD + 1

test('a peer of which nothing is known is worth nothing', () => {
  const worth = new PartnerWorth()

  assert.equal(worth.at(after(5), 1), 0)
  assert.ok(worth.isNothing(after(5)))
})

test('one exchange counts when its period ends, once, and fades by half each period', () => {
  const worth = new PartnerWorth()

  worth.exchanged(1)
  worth.exchanged(2)
  assert.equal(worth.at(WORTH_PERIOD - 1, 1), 0)
  assert.ok(!worth.isNothing(WORTH_PERIOD - 1), 'it is about to be something')
  // 5, 2.5, 1.25, 0.625: times 1.25
  assert.deepEqual([1, 2, 3, 4].map(period => worth.at(after(period), 1)), [6, 3, 1, 0])
})

test('who only takes is worth three fifths of who only gives', () => {
  const worth = new PartnerWorth()

  for (let period = 0; period < 6; period++) {
    worth.exchanged(after(period))
  }

  // 10 × (1 - 1/64) of the short term
  assert.deepEqual([0, 0.5, 1].map(share => worth.at(after(6), share)), [7, 9, 12])
})

test('what went on for long fades in half an hour, and is nothing in an hour and a half', () => {
  const worth = new PartnerWorth()
  const busy = 1000

  for (let period = 0; period < busy; period++) {
    worth.exchanged(after(period))
  }

  assert.equal(worth.at(after(busy), 1), 24)
  assert.equal(worth.at(after(busy + 9), 1), 12, 'the short term is gone')
  assert.equal(worth.at(after(busy + 180), 1), 4)
  assert.ok(!worth.isNothing(after(busy + 180)))
  assert.equal(worth.at(after(busy + 540), 1), 0)
  assert.ok(worth.isNothing(after(busy + 540)))
})

test('it comes to the same whether it is looked at often or after a long time', () => {
  const [often, rarely] = [new PartnerWorth(), new PartnerWorth()]

  for (let period = 0; period < 300; period++) {
    if (period % 3 === 0 || period < 150) {
      often.exchanged(after(period))
      rarely.exchanged(after(period))
    }

    often.at(after(period), 1)
  }

  for (const period of [300, 301, 330, 1e9]) {
    assert.equal(rarely.at(after(period), 0.3), often.at(after(period), 0.3))
  }

  assert.ok(rarely.isNothing(after(1e9)))
})
