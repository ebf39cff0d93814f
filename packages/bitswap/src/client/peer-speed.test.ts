import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PeerSpeed, UsualSpeed } from './peer-speed.ts'

function measured (rate: number, usual: UsualSpeed = new UsualSpeed()): PeerSpeed {
  const speed = new PeerSpeed(usual)

  speed.asked({ isIdle: true, held: false }, 0)
  speed.heard(0, false, 0)
  speed.answered(20)
  speed.heard(1, false, 20)
  speed.delivered(1000)
  speed.heard(1 + rate * 100, false, 120)
  speed.delivered(1000)

  return speed
}

test('bandwidth is what came over a round trip, and at least 50 ms, while blocks were owed', () => {
  const speed = new PeerSpeed(new UsualSpeed())

  speed.asked({ isIdle: true, held: false }, 0)
  speed.heard(0, false, 0)
  speed.answered(20)
  speed.heard(500, false, 20)
  assert.equal(speed.rate, 0)
  speed.heard(5000, false, 69)
  assert.equal(speed.rate, 0)
  speed.heard(5500, false, 70)
  assert.equal(speed.rate, 100)
  assert.equal(speed.isMeasured, true)
})

test('what came before it was asked does not count', () => {
  const speed = new PeerSpeed(new UsualSpeed())

  speed.asked({ isIdle: true, held: false }, 0)
  speed.heard(50_000, false, 20) // looked at for the first time, and of before
  speed.heard(50_001, false, 40)
  speed.heard(51_001, false, 140)
  assert.equal(speed.rate, 10)
})

test('the time in which a peer owed nothing does not count', () => {
  const speed = measured(100)

  speed.asked({ isIdle: true, held: false }, 10_000)
  speed.heard(10_001, false, 10_000)
  speed.heard(10_002, false, 10_020)
  speed.heard(15_002, false, 10_070)
  assert.equal(speed.rate, 100)
})

test('of a peer that could have been faster it is known only that it is no slower', () => {
  const speed = new PeerSpeed(new UsualSpeed())

  speed.asked({ isIdle: true, held: false }, 0)
  speed.heard(0, false, 0)
  speed.heard(1, true, 10)
  speed.heard(1001, true, 110)
  assert.deepEqual([speed.rate, speed.isMeasured], [10, false])
})

test('nor is more known by what it was asked for when it was asked for little, which takes a round trip', () => {
  const speed = new PeerSpeed(new UsualSpeed())

  speed.asked({ isIdle: true, held: true }, 0)
  speed.heard(0, false, 0)
  speed.answered(60)
  speed.asked({ isIdle: false, held: true }, 60)
  speed.heard(1, false, 61)
  speed.heard(1001, false, 161)
  assert.deepEqual([speed.rate, speed.isMeasured], [10, false])
  assert.equal(speed.timeLeft(10, 161), 0)
  speed.heard(10_001, false, 261)
  assert.deepEqual([speed.rate, speed.isMeasured], [90, true])
})

test('what it sends now is what came since it was last measured, if that is not too short', () => {
  const speed = measured(100)

  speed.heard(11_001, false, 160)
  assert.equal(speed.rateAt(160), 100)
  speed.heard(13_001, false, 180)
  assert.equal(speed.rateAt(180), 50)
  assert.equal(speed.rateAt(1000), 50) // nothing has come since
  speed.heard(13_083, false, 1000)
  assert.equal(speed.rateAt(1000), 0.1)
})

test('the fastest of the last intervals counts, and is forgotten after nineteen slower ones', () => {
  const speed = measured(100)
  let bytes = 10_001

  for (let i = 1; i <= 19; i++) {
    assert.equal(speed.rate, 100, `${i}`)
    bytes += 6000
    speed.heard(bytes, false, 120 + i * 100)
  }

  assert.equal(speed.rate, 60)
})

test('a pause is none of its speed, until it has lasted a second', () => {
  const speed = measured(100)

  speed.heard(10_002, false, 500)
  assert.equal(speed.timeLeft(10, 500), 10 * 1000 / 100 - 0.01)
  speed.heard(10_002, false, 1120)
  assert.ok(speed.timeLeft(10, 1120) > 5000, `${speed.timeLeft(10, 1120)}`)
})

test('what has come of a message that is not complete counts for what is left', () => {
  const speed = measured(100)

  speed.heard(10_001 + 2500, false, 145)
  assert.equal(speed.timeLeft(5, 145), 25)
})

test('of a peer that sends nothing at all the time left grows with the time it took', () => {
  const speed = new PeerSpeed(new UsualSpeed())

  speed.asked({ isIdle: true, held: false }, 0)
  speed.heard(0, false, 0)
  assert.equal(speed.timeLeft(3, 1000), 0)
  assert.equal(speed.timeLeft(3, 1001), 3003)
  assert.equal(speed.overdueAt(0), 1000)
})

test('a peer of which nothing is known is guessed to be as others are, and has no time left to be taken from', () => {
  const usual = new UsualSpeed()

  measured(100, usual)
  const speed = new PeerSpeed(usual)
  assert.deepEqual([speed.meanSize, speed.timeFor(5), speed.timeLeft(5, 0)], [1000, 50, 0])
})

test('the round trip is that of the last answer of an idle peer, or the shortest since', () => {
  const speed = measured(100)

  speed.answered(400)
  assert.equal(speed.roundTrip, 20)
  speed.asked({ isIdle: true, held: false }, 1000)
  speed.answered(80)
  assert.equal(speed.roundTrip, 80)
  speed.answered(70)
  assert.equal(speed.roundTrip, 70)
})
