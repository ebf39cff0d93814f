import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FairSchedule } from './fair-schedule.ts'
import { Round } from './round.ts'
import type { Given, RoundOptions } from './round.ts'

const UNLIMITED = { maxBytesUnderWay: 1000, uploadRate: Infinity, uploadRatePerPeer: Infinity }

function roundOf (options: Partial<RoundOptions> = {}): Round {
  return new Round({ ...UNLIMITED, ...options }, new FairSchedule())
}

/** Has taken something at once. */
function prompt (round: Round, ...peers: string[]): void {
  for (const peer of peers) {
    assert.equal(round.enter(peer, 0), true)
    round.ended(round.given(peer, 1, 0), 0)
  }
}

function give (round: Round, peer: string, bytes: number, now: number): Given {
  assert.equal(round.enter(peer, now), true, peer)

  return round.given(peer, bytes, now)
}

test('while there is room whoever has a message is given it', () => {
  const round = roundOf()

  prompt(round, 'a', 'b')
  give(round, 'a', 900, 0)
  give(round, 'b', 900, 0)
  assert.equal(round.dueAt(0), undefined)
})

test('when there is none they wait for their turn, which comes as messages leave', () => {
  const round = roundOf()

  prompt(round, 'a', 'b', 'c')
  const first = give(round, 'a', 1000, 0)

  assert.equal(round.enter('b', 0), false)
  assert.equal(round.enter('c', 0), false)
  assert.equal(round.next(10), undefined)
  round.ended(first, 10)
  assert.equal(round.next(10), 'b')
  const second = round.given('b', 1000, 10)
  assert.equal(round.next(10), undefined)
  assert.equal(round.enter('a', 10), false)
  round.ended(second, 20)
  assert.deepEqual([round.next(20), round.next(20)], ['c', 'a'])
})

test('who comes while others wait does not go before them', () => {
  const round = roundOf()

  prompt(round, 'a', 'b', 'c')
  const first = give(round, 'a', 1000, 0)
  round.enter('b', 0)
  round.ended(first, 10)
  assert.equal(round.enter('c', 10), false)
  assert.equal(round.next(10), 'b')
})

test('who leaves gets no turn', () => {
  const round = roundOf()

  prompt(round, 'a', 'b')
  const first = give(round, 'a', 1000, 0)
  round.enter('b', 0)
  round.leave('b')
  round.ended(first, 10)
  assert.equal(round.next(10), undefined)
  assert.equal(round.dueAt(10), undefined)
})

test('a message that has not left for a second holds up nobody any more', () => {
  const round = roundOf()

  prompt(round, 'a', 'b')
  give(round, 'a', 1000, 0)
  round.enter('b', 0)
  assert.equal(round.dueAt(0), 1000)
  assert.equal(round.next(999), undefined)
  assert.equal(round.next(1000), 'b')
})

test('what is given to peers that have not taken anything yet holds up nobody at all', () => {
  const round = roundOf()

  for (let i = 0; i < 1000; i++) {
    give(round, `staller ${i}`, 500, 0)
  }

  give(round, 'honest', 500, 0)
})

test('those that take far longer than others wait for each other, and not others for them', () => {
  const round = roundOf()

  prompt(round, 'a')
  const slow = ['b', 'c', 'd'].map(peer => give(round, peer, 500, 0))

  slow.forEach(given => { round.ended(given, 900) })
  give(round, 'b', 500, 1000)
  give(round, 'c', 500, 1000)
  assert.equal(round.enter('d', 1000), false)
  give(round, 'a', 500, 1000)
  assert.ok((round.dueAt(1000) ?? 0) >= 2000)
  assert.equal(round.next(round.dueAt(1000) as number), 'd')
})

test('however many of them wait, there is no more under way to them than may be; nor when they come off their cap', () => {
  for (const options of [{}, { uploadRatePerPeer: 500 }]) {
    const round = roundOf(options)
    const slow = Array.from({ length: 20 }, (_, i) => `slow ${i}`)

    prompt(round, 'a')
    const first = slow.map(peer => give(round, peer, 500, 0))
    first.forEach(given => { round.ended(given, 900) })
    assert.ok(slow.filter(peer => round.enter(peer, 950) && round.given(peer, 500, 950) != null).length <= 2)

    let given = 0

    for (let peer = round.next(2100); peer != null; peer = round.next(2100)) {
      round.given(peer, 500, 2100)
      given += 500
    }

    assert.equal(given, 1000)
  }
})

test('where all take long, nobody is slow, and a message is waited for longer', () => {
  const round = roundOf()

  for (let i = 0; i < 100; i++) {
    round.ended(give(round, 'a', 1000, i * 800), i * 800 + 800)
  }

  give(round, 'a', 1000, 80_000)
  round.enter('b', 80_000)
  assert.ok((round.dueAt(80_000) as number) > 82_000, `${round.dueAt(80_000)}`)
})

test('over the upload that is allowed all wait, and are served in turn', () => {
  const round = roundOf({ uploadRate: 1000 })

  prompt(round, 'a', 'b')
  round.ended(give(round, 'a', 1998, 0), 0)
  assert.equal(round.enter('a', 0), false)
  assert.equal(round.enter('b', 0), false)
  assert.equal(round.dueAt(0), 1001)
  assert.equal(round.next(1000), undefined)
  assert.equal(round.next(1001), 'b')
  round.ended(round.given('b', 100, 1001), 1001)
  assert.equal(round.next(1001), undefined)
  assert.equal(round.next(1101), 'a')
})

test('over what one peer is allowed it waits, and nobody else', () => {
  const round = roundOf({ uploadRatePerPeer: 1000 })

  prompt(round, 'a', 'b')
  round.ended(give(round, 'a', 1999, 0), 0)
  assert.equal(round.enter('a', 0), false)
  give(round, 'b', 500, 0)
  assert.equal(round.dueAt(0), 1001)
  assert.equal(round.next(1001), 'a')
})

test('a peer that disconnects leaves nothing, and what it was given counts until it ends', () => {
  const round = roundOf()

  prompt(round, 'a', 'b')
  const given = give(round, 'a', 1000, 0)
  round.enter('b', 0)
  round.forget('b')
  round.forget('a')
  round.ended(given, 10)
  assert.equal(round.next(10), undefined)
  give(round, 'a', 1000, 10)
})
