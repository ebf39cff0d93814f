import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '../core/random.ts'
import { FairSchedule } from './fair-schedule.ts'

/** Lets whoever is next have so many bytes, and wait again. */
function serve (schedule: FairSchedule, turns: number, bytes: (peer: string) => number = () => 100): string[] {
  return Array.from({ length: turns }, () => {
    const peer = schedule.next() as string

    schedule.given(peer, bytes(peer))
    schedule.enter(peer)

    return peer
  })
}

function waiting (...peers: string[]): FairSchedule {
  const schedule = new FairSchedule()

  peers.forEach(peer => { schedule.enter(peer) })

  return schedule
}

test('peers that are given as much have one turn each, the longest waiting first', () => {
  assert.deepEqual(serve(waiting('a', 'b', 'c'), 7), ['a', 'b', 'c', 'a', 'b', 'c', 'a'])
})

test('it is fair in bytes, not in turns', () => {
  const turns = serve(waiting('small', 'large'), 110, peer => peer === 'large' ? 1000 : 100)

  assert.equal(turns.filter(peer => peer === 'large').length, 10)
})

test('who comes later is next, before anybody is served twice, and has no claim to what it did not ask for', () => {
  const schedule = waiting('a', 'b')

  serve(schedule, 1000)
  schedule.enter('new')
  assert.ok(serve(schedule, 3).includes('new'))
  assert.equal(serve(schedule, 300).filter(peer => peer === 'new').length, 100)
})

test('who was served while nobody else was has no debt from that', () => {
  const schedule = new FairSchedule()

  for (let i = 0; i < 1000; i++) {
    schedule.given('a', 1000)
  }

  schedule.enter('a')
  schedule.enter('b')
  assert.equal(serve(schedule, 1010).filter(peer => peer === 'a').length, 500) // it had the last thousand
})

test('who leaves is passed over, may come back, and is forgotten when it disconnects', () => {
  const schedule = waiting('a', 'b', 'c')

  schedule.leave('a')
  schedule.leave('nobody')
  assert.equal(schedule.next(), 'b')
  schedule.enter('a')
  assert.equal(schedule.next(), 'c')
  schedule.forget('a')
  assert.equal(schedule.isEmpty, true)
  assert.equal(schedule.next(), undefined)
})

test('many that leave leave nothing behind', () => {
  const schedule = new FairSchedule()

  for (let i = 0; i < 10_000; i++) {
    schedule.enter(`${i % 50}`)
    schedule.leave(`${i % 50}`)
  }

  schedule.enter('a')
  assert.equal(schedule.next(), 'a')
  assert.equal(schedule.isEmpty, true)
})

test('two that want all the time differ by no more than the largest given to each', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = new SeededRandom(seed)
    const peers = Array.from({ length: 2 + random.int(20) }, (_, i) => `${i}`)
    const schedule = waiting(...peers)
    const sums = new Map(peers.map(peer => [peer, 0]))
    const largest = new Map(peers.map(peer => [peer, 0]))

    for (let turn = 1; turn <= 2000; turn++) {
      serve(schedule, 1, peer => {
        const bytes = 1 + random.int(1000)

        sums.set(peer, (sums.get(peer) ?? 0) + bytes)
        largest.set(peer, Math.max(largest.get(peer) ?? 0, bytes))

        return bytes
      })
      const [least, most] = [Math.min(...sums.values()), Math.max(...sums.values())]

      assert.ok(most - least <= 2 * Math.max(...largest.values()), `seed ${seed}: ${least} and ${most} after ${turn}`)
    }
  }
})
