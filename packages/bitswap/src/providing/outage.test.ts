import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Outage } from './outage.ts'

test('as many failures in a row as there may be at a time begin an outage, one success in between does not', () => {
  const outage = new Outage(3, 10, 100)

  assert.deepEqual([outage.failed(true, 0), outage.failed(true, 0), outage.isOn], [false, false, false])
  assert.equal(outage.succeeded(), false)
  assert.deepEqual([outage.failed(true, 0), outage.failed(true, 0), outage.failed(true, 0)], [false, false, true])
  assert.equal(outage.isOn, true)
})

test('the same CID over and over begins none', () => {
  const outage = new Outage(2, 10, 100)

  outage.failed(true, 0)

  for (let i = 0; i < 10; i++) {
    assert.equal(outage.failed(false, i), false)
  }

  assert.equal(outage.isOn, false)
})

test('then one is tried at a time, each time after twice as long, and the first that succeeds ends it', () => {
  const outage = new Outage(1, 10, 35)
  const waits: number[] = []
  let now = 0

  outage.failed(true, now)
  assert.equal(outage.mayTry(9, 0), false)
  assert.equal(outage.mayTry(10, 1), false, 'one from before is still being tried')

  for (let i = 0; i < 4; i++) {
    const until = outage.until ?? Number.NaN
    waits.push(until - now)
    now = until
    assert.equal(outage.mayTry(now, 0), true)
    outage.begun()
    assert.equal(outage.mayTry(now, 0), false)
    assert.equal(outage.failed(true, now), false)
  }

  assert.deepEqual(waits, [10, 20, 35, 35])
  outage.begun()
  assert.equal(outage.succeeded(), true)
  assert.equal(outage.mayTry(now, 5), true)
  outage.failed(true, now)
  assert.equal(outage.until, now + 10, 'and the next begins with the first wait')
})

test('failures that were under way when it began do not prolong it', () => {
  const outage = new Outage(2, 10, 100)

  outage.failed(true, 0)
  outage.failed(true, 0)
  outage.failed(true, 5)
  assert.equal(outage.until, 10)
})

test('what was broken off says nothing', () => {
  const outage = new Outage(1, 10, 100)

  outage.failed(true, 0)
  outage.begun()
  outage.brokenOff()
  assert.equal(outage.mayTry(10, 0), true)
  assert.equal(outage.isOn, true)
})
