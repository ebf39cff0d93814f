import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Downlink } from './downlink.ts'

/** A link on which so many bytes came in each 200 ms. */
function link (...bytes: number[]): { downlink: Downlink, now: number } {
  const downlink = new Downlink()

  bytes.forEach((size, i) => { downlink.heard(size, i * 200) })

  return { downlink, now: bytes.length * 200 }
}

test('a link on which no less comes than with a peer that stopped is full without it', () => {
  const { downlink, now } = link(20_000, 20_000, 20_000, 19_000, 20_000)

  assert.equal(downlink.isFullWithout(25, now), true)
})

test('it is not where what the peer sent is missing, for the second in which that can be seen', () => {
  const { downlink, now } = link(20_000, 20_000, 15_000, 15_000, 15_000)

  assert.equal(downlink.isFullWithout(25, now), false)
  downlink.heard(15_000, now)
  downlink.heard(15_000, now + 200)
  assert.equal(downlink.isFullWithout(25, now + 200), false)
  assert.equal(downlink.isFullWithout(25, now + 400), true)
})

test('how much may be missing by chance goes by what the peer sent', () => {
  const { downlink, now } = link(20_000, 20_000, 18_000, 20_000, 20_000)

  assert.equal(downlink.isFullWithout(20, now), true)
  assert.equal(downlink.isFullWithout(10, now), false)
})

test('without a peer that has sent nothing it is full if about as much comes all the time', () => {
  const steady = link(20_000, 17_000, 20_000, 20_000, 20_000)
  const unsteady = link(20_000, 15_000, 20_000, 20_000, 20_000)

  assert.equal(steady.downlink.isFullWithout(0, steady.now), true)
  assert.equal(unsteady.downlink.isFullWithout(0, unsteady.now), false)
})

test('a link on which too little was seen, or nothing is going on, is not full', () => {
  const young = link(20_000, 20_000)
  const quiet = link(20_000, 20_000, 20_000)

  assert.equal(young.downlink.isFullWithout(25, young.now), false)
  assert.equal(quiet.downlink.isFullWithout(25, quiet.now), true)
  assert.equal(quiet.downlink.isFullWithout(25, quiet.now + 1000), false)
})
