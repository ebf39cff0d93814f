/**
 * What boxo's notifications, and its sessions' interests, are tested for; in
 * ours. Ours differs in one thing: a block wakes whoever wants it by another
 * name too, as its bytes are the same.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import { multihashKey } from '../core/cid-map.ts'
import { randomBlocks } from '../testing/random-blocks.ts'
import { SessionState } from './session-state.ts'
import { Waiters } from './waiters.ts'
import type { Waiter } from './waiters.ts'

const cids = (await randomBlocks(4, { size: 8 })).map(({ cid }) => cid)
const [k0, k1, k2] = cids.map(multihashKey) as [string, string, string]
const [one, two] = [new SessionState(1, false), new SessionState(2, false)]

function waiter (session: SessionState = one, cid: CID = cids[0] as CID): Waiter {
  return {
    cid,
    session,
    maxSize: 100,
    failFast: false,
    onlyProviders: false,
    onProgress: undefined,
    arrived: () => {},
    failed: () => {}
  }
}

test('nobody waits for what nobody was added for', () => {
  const waiters = new Waiters()

  assert.deepEqual([waiters.size, waiters.has(k0), waiters.of(k0), waiters.take(k0), waiters.takeAll()], [0, false, [], [], []])
  assert.equal(waiters.hasOf(one, k0), false)
  assert.deepEqual(waiters.takeOf(one, () => true), [])
  waiters.delete(k0, waiter())
})

test('all who wait for a block are woken by it, once, and those of other blocks are not', () => {
  const waiters = new Waiters()
  const [a, b, other] = [waiter(one), waiter(two), waiter(one, cids[1])]

  waiters.add(k0, a)
  waiters.add(k0, b)
  waiters.add(k0, a) // twice is once
  waiters.add(k1, other)
  assert.deepEqual(waiters.take(k0), [a, b])
  assert.deepEqual(waiters.take(k0), [])
  assert.deepEqual([waiters.size, waiters.has(k1)], [1, true])
})

test('one session that takes its interest back takes none from the other', () => {
  const waiters = new Waiters()
  const [a, b] = [waiter(one), waiter(two)]

  waiters.add(k0, a)
  waiters.add(k0, b)
  waiters.add(k1, waiter(one, cids[1]))
  waiters.add(k2, waiter(one, cids[2]))
  assert.deepEqual(waiters.takeOf(one, key => key === k0), [a])
  assert.equal(waiters.takeOf(one, key => key !== k2).length, 1)
  assert.deepEqual([waiters.of(k0), waiters.has(k1), waiters.size], [[b], false, 2])
  assert.deepEqual([waiters.hasOf(one, k0), waiters.hasOf(two, k0), waiters.hasOf(two, k2), waiters.hasOf(one, k2)], [false, true, false, true])
  waiters.delete(k0, b)
  assert.equal(waiters.takeOf(one, () => true).length, 1)
  assert.equal(waiters.size, 0)
})

test('a session that closes looks at none of the thousands who wait for the same block', () => {
  const waiters = new Waiters()
  const sessions = Array.from({ length: 1000 }, (_, i) => new SessionState(i, false))
  let looks = 0

  for (const session of sessions) {
    const each = waiter(session)

    Object.defineProperty(each, 'session', { get: () => {
      looks++

      return session
    } })
    waiters.add(k0, each)
  }

  looks = 0
  sessions.forEach(session => {
    assert.equal(waiters.hasOf(session, k0), true)
    assert.equal(waiters.takeOf(session, () => true).length, 1)
  })
  assert.ok(looks <= 3000, `${looks} looks at 1000 waiters`)
})

test('thousands of callers of one session leave one by one, beside as many of another, and none looks at the rest', () => {
  const waiters = new Waiters()
  let looks = 0
  const all = Array.from({ length: 2000 }, (_, i) => Object.defineProperty(waiter(), 'session', { get: () => {
    looks++

    return i < 1000 ? one : two
  } }))

  all.forEach(each => { waiters.add(k0, each) })

  for (const [i, each] of all.entries()) {
    waiters.delete(k0, each)
    assert.deepEqual([waiters.hasOf(one, k0), waiters.hasOf(two, k0)], [i < 999, i < 1999])
  }

  assert.ok(looks <= 10_000, `${looks} looks at 2000 waiters`)
  waiters.add(k0, waiter())
  assert.deepEqual([waiters.hasOf(one, k0), waiters.hasOf(two, k0)], [true, false])
})

test('one who would rather fail is impatient unless it is put off, and until it leaves', () => {
  const waiters = new Waiters()
  const [fails, waits] = [{ ...waiter(), failFast: true }, waiter()]

  waiters.add(k0, fails)
  waiters.add(k0, waits)
  assert.deepEqual([waiters.impatientOf(k0), waiters.impatientOf(k1)], [[fails], []])
  waiters.putOff(k0, fails)
  assert.deepEqual([waiters.impatientOf(k0), waiters.of(k0)], [[], [fails, waits]])
  waiters.resume(k0, fails)
  assert.deepEqual(waiters.impatientOf(k0), [fails])
  waiters.putOff(k0, fails)
  waiters.delete(k0, fails)
  waiters.resume(k0, fails)
  assert.deepEqual(waiters.impatientOf(k0), [])
  waiters.add(k0, fails)
  waiters.take(k0)
  assert.deepEqual(waiters.impatientOf(k0), [])
})

test('a caller may leave while those of its block are gone through', () => {
  const waiters = new Waiters()
  const all = [waiter(), waiter(), waiter()]

  all.forEach(each => { waiters.add(k0, each) })

  for (const each of waiters.of(k0)) {
    all.forEach(other => { waiters.delete(k0, other) })
    assert.ok(all.includes(each))
  }

  assert.equal(waiters.has(k0), false)
})

test('all that wait, for whatever, are given up at the end', () => {
  const waiters = new Waiters()
  const all = [[k0, waiter()], [k0, waiter(two)], [k1, waiter(one, cids[1])], [k2, waiter(two, cids[2])]] as const

  all.forEach(([key, each]) => { waiters.add(key, each) })
  assert.deepEqual(new Set(waiters.takeAll()), new Set(all.map(([, each]) => each)))
  assert.equal(waiters.size, 0)
})

test('two names of one block are one to wait for', () => {
  const waiters = new Waiters()
  const { multihash } = cids[0] as CID
  const [v0, v1] = [CID.createV0(multihash as never), CID.createV1(0x55, multihash)]
  const [a, b] = [waiter(one, v0), waiter(two, v1)]

  waiters.add(multihashKey(v0), a)
  waiters.add(multihashKey(v1), b)
  assert.deepEqual([waiters.size, waiters.take(multihashKey(v0))], [1, [a, b]])
})

test('only those are taken that take no block of a size, and the others go on waiting', () => {
  const waiters = new Waiters()
  const [small, large] = [{ ...waiter(one), maxSize: 9 }, { ...waiter(two), maxSize: 10 }]

  waiters.add(k0, small)
  waiters.add(k0, large)
  assert.deepEqual(waiters.takeTooSmall(k1, 10), [])
  assert.deepEqual(waiters.takeTooSmall(k0, 9), [])
  assert.deepEqual(waiters.takeTooSmall(k0, 10), [small])
  assert.deepEqual([waiters.hasOf(one, k0), waiters.of(k0)], [false, [large]])
})
