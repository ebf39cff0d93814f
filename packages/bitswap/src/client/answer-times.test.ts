import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AnswerTimes } from './answer-times.ts'

const LIMITS = { min: 500, max: 5000 }

/** A peer that was asked at 0, and took so long for each of its answers. */
function timesOf (...waits: number[]): { times: AnswerTimes, now: number } {
  const times = new AnswerTimes(LIMITS)
  let now = 0

  times.beganToOwe(0)

  for (const wait of waits) {
    now += wait
    times.answered(undefined, now)
  }

  return { times, now }
}

test('who has answered nothing is waited for as long as one waits at the most', () => {
  assert.equal(timesOf().times.timeout, 5000)
})

test('who has answered is waited for twice as long as it took, within limits', () => {
  assert.equal(timesOf(400).times.timeout, 800)
  assert.equal(timesOf(20).times.timeout, 500)
  assert.equal(timesOf(4000).times.timeout, 5000)
  assert.equal(new AnswerTimes({ min: 500, max: 100 }).timeout, 100)
})

test('what counts is the longest of the last ten to twenty seconds, and not what comes between', () => {
  const waits = [700, ...Array.from({ length: 900 }, () => 10)]

  assert.equal(timesOf(...waits).times.timeout, 1400)
  assert.equal(timesOf(...waits, ...waits.slice(1)).times.timeout, 1400)
  assert.equal(timesOf(...waits, ...waits.slice(1), ...waits.slice(1)).times.timeout, 500)
})

test('who answers rarely is remembered by its last answers, however long ago', () => {
  const times = new AnswerTimes(LIMITS)

  for (const asked of [0, 100_000]) {
    times.beganToOwe(asked)
    times.answered(undefined, asked + 900)
  }

  times.beganToOwe(9_000_000)
  assert.equal(times.timeout, 1800)
})

test('what it took before it was told does not count, nor what it did for others meanwhile', () => {
  const times = new AnswerTimes(LIMITS)

  times.beganToOwe(0)
  times.answered(1000, 1300) // the stream was opened first
  assert.equal(times.timeout, 600)
  times.answered(1000, 1600) // it was asked for this at 1000 too, and had the first to send
  assert.equal(times.timeout, 600)
})

test('the silence of a peer that turns out to be alive is what it takes from now on', () => {
  const { times } = timesOf(20, 2000)

  assert.equal(times.timeout, 4000)
})

test('one is excused once, until there is another sign', () => {
  const { times } = timesOf(20)

  assert.equal(times.excuse(20, 900), true)
  assert.deepEqual([times.answeredAt, times.blockAt], [900, 900])
  assert.equal(times.excuse(900, 2000), false)
  assert.equal(times.excuse(950, 2000), true)
})
