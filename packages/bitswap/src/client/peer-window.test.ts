import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PeerSpeed, UsualSpeed } from './peer-speed.ts'
import { PeerWindow } from './peer-window.ts'

function setup (limits: { initial: number, max: number }): { speed: PeerSpeed, window: PeerWindow } {
  const speed = new PeerSpeed(new UsualSpeed())

  return { speed, window: new PeerWindow(speed, limits) }
}

/** The next 100 ms bring so many bytes a millisecond, in blocks of 1000. */
function hear (speed: PeerSpeed, rates: number[]): void {
  let [bytes, now] = [1, 40]

  speed.asked({ isIdle: true, held: false }, 0)
  speed.heard(0, false, 0)
  speed.answered(40)
  speed.heard(bytes, false, now)

  for (const rate of rates) {
    now += 100
    bytes += rate * 100
    speed.heard(bytes, false, now)
    speed.delivered(1000)
  }
}

test('before anything is known the window doubles with every windowful, up to the maximum', () => {
  const { window } = setup({ initial: 4, max: 10 })
  const sizes: number[] = []

  for (let i = 0; i < 24; i++) {
    sizes.push(window.wants)
    window.delivered()
  }

  assert.deepEqual([sizes[0], sizes[3], sizes[4], sizes[11], sizes[12], sizes[23]], [4, 4, 8, 8, 10, 10])
})

test('then it is bandwidth times delay, twice while it rises and a quarter more later, and a tenth of a second', () => {
  const [rising, steady] = [setup({ initial: 4, max: 1024 }), setup({ initial: 4, max: 1024 })]

  hear(rising.speed, [100])
  assert.equal(rising.window.wants, 100 * (2 * 40 + 100) / 1000)
  hear(steady.speed, [100, 100])
  assert.equal(steady.window.wants, 100 * (1.25 * 40 + 100) / 1000)
  assert.equal(steady.window.bytes, steady.window.wants * 1000)
})

test('it never goes over the maximum, nor under two for a peer that is merely slow', () => {
  const fast = setup({ initial: 4, max: 20 })
  const slow = setup({ initial: 4, max: 20 })

  hear(fast.speed, [10_000])
  hear(slow.speed, [1, 1])
  assert.deepEqual([fast.window.wants, slow.window.wants], [20, 2])
})

test('a peer that was asked for too much is asked for half as much', () => {
  const { speed, window } = setup({ initial: 8, max: 1024 })

  window.shrink()
  assert.equal(window.wants, 4)
  hear(speed, [1000, 1000])
  const before = window.wants
  window.shrink()
  assert.equal(window.wants, before / 2)
})

test('a peer that was asked for less than half of what it may be is held', () => {
  const { window } = setup({ initial: 8, max: 1024 })

  assert.deepEqual([window.isHeld(3), window.isHeld(4)], [true, false])
})

test('one that cannot say no is asked for no less than at first, as what it lacks keeps it busy', () => {
  const { speed, window } = setup({ initial: 16, max: 100 })

  hear(speed, [1, 1])
  assert.equal(window.wants, 2)
  window.saysNo = false
  assert.equal(window.wants, 16)
  window.shrink()
  assert.equal(window.wants, 16)
})
