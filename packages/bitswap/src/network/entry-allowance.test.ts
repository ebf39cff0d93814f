import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EntryAllowance } from './entry-allowance.ts'

/** Ten entries at once, one more each ten milliseconds; all together twice that. */
const OPTIONS = { maxEntries: 10, entryRate: 100, totalEntryRate: 200 }

test('as long as something is left one may say more, were it too much; then that is paid off first', () => {
  const allowance = new EntryAllowance(OPTIONS)

  assert.equal(allowance.waitFor('a', 0), 0)
  allowance.spend('a', 9, 0)
  assert.equal(allowance.waitFor('a', 0), 0)
  allowance.spend('a', 1, 0)
  assert.equal(allowance.waitFor('a', 0), 10)
  allowance.spend('a', 100, 0)
  assert.equal(allowance.waitFor('a', 0), 1010)
  assert.equal(allowance.waitFor('a', 1000), 10)
  assert.equal(allowance.waitFor('a', 1010), 0)
  assert.equal(allowance.waitFor('b', 0), 0, 'each has an account of its own')
})

test('what is given back was not spent, and no account holds more than the most', () => {
  const allowance = new EntryAllowance(OPTIONS)

  allowance.giveBack('a', 1000, 0)
  allowance.spend('a', 15, 0)
  allowance.giveBack('a', 6, 0)
  assert.equal(allowance.waitFor('a', 0), 0)
  allowance.giveBack('a', 1000, 0)
  allowance.spend('a', 10, 0)
  assert.equal(allowance.waitFor('a', 0), 10)
})

test('how long one has had to wait is counted until it lets up, or is given something back', () => {
  const allowance = new EntryAllowance(OPTIONS)
  const say = (entries: number, now: number): number => {
    allowance.spend('a', entries, now)
    assert.ok(allowance.waitFor('a', now) > 0)

    return allowance.waited('a', now)
  }

  assert.equal(allowance.waited('a', 0), 0)
  assert.equal(say(12, 0), 0)
  assert.equal(allowance.waited('a', 20), 20)
  assert.equal(allowance.waitFor('a', 60), 0)
  assert.equal(say(10, 60), 60, 'it was let through, and said as much again')
  allowance.giveBack('a', 1, 80)
  assert.equal(allowance.waited('a', 80), 0)
  assert.equal(allowance.waitFor('a', 100_000), 0)
  assert.equal(say(20, 100_000), 0, 'its account was full')
  allowance.letUp('a')
  assert.equal(allowance.waited('a', 100_050), 0, 'it had let up')
})

test('where many say much they share what all may say, and those who say little are not among them', () => {
  const allowance = new EntryAllowance(OPTIONS)

  allowance.spend('quiet', 1, 0)

  for (const peer of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
    allowance.spend(peer, 19, 0)
  }

  assert.equal(allowance.waitFor('quiet', 100), 0, 'shared out only now')
  assert.equal(allowance.size, 8)

  for (const peer of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
    allowance.spend(peer, 11, 100)
    assert.equal(allowance.waitFor(peer, 100), 11 / 0.025, 'each has an eighth of 200 a second')
  }

  assert.equal(allowance.waitFor('quiet', 100), 0)
  assert.equal(allowance.waitFor('a', 1000), 0)
  assert.equal(allowance.size, 0)
})

test('4096 accounts are kept, one more takes the place of the oldest', () => {
  const allowance = new EntryAllowance(OPTIONS)

  for (let i = 0; i <= 4096; i++) {
    allowance.spend(`${i}`, 100, 0)
  }

  assert.equal(allowance.size, 4096)
  assert.equal(allowance.waitFor('0', 0), 0)
  assert.ok(allowance.waitFor('1', 0) > 0)
})

test('what many say at one time is spread, but for those who say little, or were given something back lately', () => {
  const allowance = new EntryAllowance({ maxEntries: 1000, entryRate: 1000, totalEntryRate: 1000 })

  allowance.spend('a', 500, 0)
  assert.equal(allowance.waitFor('a', 100), 0, 'one alone has all of it')
  allowance.spend('b', 500, 100)
  allowance.spend('small', 15, 100)
  allowance.spend('useful', 510, 100)
  allowance.giveBack('useful', 10, 100)
  assert.deepEqual(['a', 'b', 'small', 'useful', 'new'].map(peer => allowance.waitFor(peer, 200)), [1315, 1315, 0, 0, 0])
  assert.equal(allowance.waitFor('b', 1515), 0)
})

test('what is large waits for what others have said just now, also from one that is new, but not from one that was of use lately', () => {
  const allowance = new EntryAllowance({ maxEntries: 16_384, entryRate: 4096, totalEntryRate: 16_384 })

  allowance.spend('a', 1024, 0)
  assert.equal(allowance.waitForOthers('new', 0), 0)
  allowance.spend('b', 1024, 0)
  allowance.spend('useful', 1024, 0)
  allowance.giveBack('useful', 1, 0)
  assert.deepEqual(['new', 'a', 'useful'].map(peer => allowance.waitForOthers(peer, 0)), [2047 / 16.384, 1023 / 16.384, 0])
  assert.equal(allowance.waitForOthers('new', 125), 0)
})

test('nobody waits for what it has said itself', () => {
  const allowance = new EntryAllowance({ maxEntries: 16_384, entryRate: 4096, totalEntryRate: 16_384 })

  allowance.spend('a', 10_000, 0)
  assert.equal(allowance.waitForOthers('a', 0), 0)
})
