import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { identity } from 'multiformats/hashes/identity'
import { sha256 } from 'multiformats/hashes/sha2'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { CIDMap, multihashKey } from './cid-map.ts'
import { sleep, systemClock } from './clock.ts'
import { detach } from './detach.ts'
import { MovingAverage } from './ewma.ts'
import { isIdentity, knownBlock } from './known-block.ts'
import { SeededRandom } from './random.ts'
import { readBlock } from './read-block.ts'
import { RecentSet } from './recent-set.ts'
import { inTime, raceSignal, timeoutSignal } from './timeout-signal.ts'

type Store = Parameters<typeof readBlock>[0]

async function cidOf (text: string): Promise<CID> {
  return CID.createV1(raw.code, await sha256.digest(new TextEncoder().encode(text)))
}

test('CIDs of one hash are one key, whatever their version and codec', async () => {
  const v0 = CID.createV0(await sha256.digest(new Uint8Array([1])))
  const v1 = CID.createV1(raw.code, v0.multihash)
  const map = new CIDMap<string>().set(v0, 'first').set(v1, 'second')

  assert.equal(multihashKey(v0), multihashKey(v1))
  assert.equal(map.size, 1)
  assert.equal(map.get(v0), 'second')
  assert.deepEqual([...map], [[v0, 'second']])
  assert.ok(map.delete(v1))
  assert.equal(map.has(v0), false)
})

test('a long identity CID has a key too', () => {
  const digest = identity.digest(new Uint8Array(200_000).fill(255))

  assert.equal(multihashKey(CID.createV1(raw.code, digest)).length, digest.bytes.length)
})

test('identity CIDs and the empty block are known without asking anybody', async () => {
  const bytes = new Uint8Array([1, 2])
  const inline = CID.createV1(raw.code, identity.digest(bytes))

  assert.deepEqual(knownBlock(inline), bytes)
  assert.equal(isIdentity(inline), true)
  assert.deepEqual(knownBlock(await cidOf('')), new Uint8Array(0))
  assert.deepEqual(knownBlock(CID.createV0(await sha256.digest(new Uint8Array(0)))), new Uint8Array(0))
  assert.equal(isIdentity(await cidOf('')), false)
  assert.equal(knownBlock(await cidOf('a')), undefined)
})

test('the same seed gives the same numbers, in range and spread over it', () => {
  const [a, b, other] = [new SeededRandom(7), new SeededRandom(7), new SeededRandom(8)]
  const numbers = Array.from({ length: 1000 }, () => a.int(10))

  assert.deepEqual(Array.from(numbers, () => b.int(10)), numbers)
  assert.notDeepEqual(Array.from(numbers, () => other.int(10)), numbers)
  assert.deepEqual([...new Set(numbers)].toSorted((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])

  for (let value = 0; value < 10; value++) {
    const count = numbers.filter(number => number === value).length
    assert.ok(count > 60 && count < 140, `${value} came ${count} times of 1000`)
  }
})

test('bytes are the same numbers, least byte first, and bounds are checked', () => {
  const random = new SeededRandom(1)
  const bytes = new SeededRandom(1).fillBytes(new Uint8Array(6))
  const word = random.int(0x1_0000_0000)

  assert.deepEqual([...bytes.subarray(0, 4)], [0, 8, 16, 24].map(shift => (word >>> shift) & 0xff))
  assert.equal(bytes[4], random.int(0x1_0000_0000) & 0xff)
  assert.throws(() => random.int(0), RangeError)
  assert.throws(() => random.int(0x1_0000_0001), RangeError)
})

test('the newest sample of a moving average weighs as much as it says', () => {
  const average = new MovingAverage(0.5)

  assert.equal(average.value, undefined)
  average.add(10)
  assert.equal(average.value, 10)
  average.add(20)
  assert.equal(average.value, 15)
})

test('as many values as said are remembered at the least, and twice as many at the most, from when they were added last', () => {
  const recent = new RecentSet<number>(3)
  const remembered = (): number[] => Array.from({ length: 20 }, (_, i) => i).filter(i => recent.has(i))

  for (let i = 0; i < 20; i++) {
    recent.add(i)
    assert.deepEqual(remembered().slice(-3), Array.from({ length: 20 }, (_, i) => i).slice(Math.max(0, i - 2), i + 1))
    assert.ok(remembered().length <= 6, `${remembered().length}`)
  }

  for (const value of [0, 1, 2, 0, 3, 4]) {
    recent.add(value)
  }

  assert.ok(recent.has(0), 'two others were added since')
})

test('what is deleted is remembered no more, however long ago it was added', () => {
  const recent = new RecentSet<number>(2)

  for (const value of [1, 2, 3]) {
    recent.add(value)
  }

  recent.delete(2)
  recent.delete(3)
  assert.deepEqual([1, 2, 3].map(value => recent.has(value)), [true, false, false])
})

test('a block of a synchronous store is read without a promise, and never copied', async () => {
  const cid = await cidOf('sync')
  const bytes = new Uint8Array([1, 2, 3])
  const store = { * get () { yield bytes } }

  assert.equal(readBlock(store as never, cid), bytes)
})

/** Stores whose `get` yields these chunks and then fails. */
function storesOf (chunks: Uint8Array[], error?: Error): [Store, Store] {
  function * now (): Generator<Uint8Array> {
    yield * chunks

    if (error != null) {
      throw error
    }
  }

  async function * later (): AsyncGenerator<Uint8Array> {
    yield * now()
  }

  return [{ get: now }, { get: later }]
}

test('a block in pieces is put together; one that is not there is undefined', async () => {
  const cid = await cidOf('pieces')
  const notFound = Object.assign(new Error('no'), { name: 'NotFoundError' })

  for (const store of storesOf([new Uint8Array([1]), new Uint8Array([2, 3])])) {
    assert.deepEqual(await readBlock(store, cid), new Uint8Array([1, 2, 3]))
  }

  for (const store of storesOf([])) {
    assert.deepEqual(await readBlock(store, cid), new Uint8Array(0))
  }

  for (const store of storesOf([], notFound)) {
    assert.equal(await readBlock(store, cid), undefined)
  }

  for (const store of storesOf([], new Error('disk'))) {
    await assert.rejects(async () => readBlock(store, cid), /disk/)
  }
})

test('a timeout signal aborts when its time is over, or with its parent', async () => {
  const clock = new VirtualClock()
  const parent = new AbortController()
  const late = timeoutSignal(clock, 100)
  const followed = timeoutSignal(clock, 100, undefined, parent.signal)
  const cleared = timeoutSignal(clock, 100, parent.signal)

  cleared.clear()
  parent.abort(new Error('parent'))
  assert.equal((followed.signal.reason as Error).message, 'parent')
  assert.equal(cleared.signal.aborted, false)

  await clock.advance(99)
  assert.equal(late.signal.aborted, false)
  await clock.advance(1)
  assert.equal((late.signal.reason as Error).name, 'TimeoutError')
  assert.equal(cleared.signal.aborted, false)
  assert.equal(timeoutSignal(clock, 1, parent.signal).signal.aborted, true)
})

test('a race against a signal ends with whichever is first', async () => {
  const controller = new AbortController()

  assert.equal(await raceSignal(Promise.resolve(1), controller.signal), 1)

  const race = raceSignal(new Promise(() => {}), controller.signal)
  controller.abort(new Error('enough'))

  await assert.rejects(race, /enough/)
  await assert.rejects(raceSignal(Promise.resolve(1), controller.signal), /enough/)
})

test('what is to be done in time ends as it does, or with the time, or with a parent, and leaves no timer', async () => {
  const clock = new VirtualClock()
  const parent = new AbortController()
  const failed = async (): Promise<void> => { throw new Error('broken') }
  const given: AbortSignal[] = []
  const never = async (signal: AbortSignal): Promise<void> => {
    given.push(signal)
    await new Promise(() => {})
  }

  assert.equal(await inTime(clock, 100, async () => 1), 1)
  await assert.rejects(inTime(clock, 100, failed), /broken/)

  const late = assert.rejects(inTime(clock, 100, never), { name: 'TimeoutError' })
  const followed = assert.rejects(inTime(clock, 100, never, parent.signal), /enough/)

  parent.abort(new Error('enough'))
  await followed
  await clock.advance(100)
  await late
  assert.deepEqual(given.map(signal => signal.aborted), [true, true])
  assert.equal(clock.pending, 0)
})

test('sleep ends with the clock or with the signal', async () => {
  const clock = new VirtualClock()
  const controller = new AbortController()
  const slept: string[] = []

  const first = sleep(clock, 10).then(() => slept.push('woke'))
  const second = sleep(clock, 10, controller.signal).then(() => slept.push('never'), () => slept.push('aborted'))

  controller.abort(new Error('up'))
  await clock.advance(10)
  await Promise.all([first, second])

  assert.deepEqual(slept, ['aborted', 'woke'])
})

test('what a detached promise fails with is logged', async () => {
  const logged: unknown[] = []
  const log = Object.assign(() => {}, { error: (...args: unknown[]) => { logged.push(args) } })
  const error = new Error('alone')

  detach(Promise.reject(error), log as never, 'the work')
  await Promise.resolve()
  await Promise.resolve()

  assert.deepEqual(logged, [['%s failed - %e', 'the work', error]])
})

test('soon runs after the promises that are ready, once, unless cancelled', async () => {
  const order: string[] = []

  await new Promise<void>(resolve => {
    systemClock.soon(() => { order.push('cancelled') })()
    systemClock.soon(() => {
      order.push('soon')
      resolve()
    })
    Promise.resolve().then(() => order.push('promise')).catch(resolve)
  })

  assert.deepEqual(order, ['promise', 'soon'])
})

test('soon in a hurry runs after the promises that are ready, and before the end of the turn', async () => {
  const order: string[] = []

  await new Promise<void>(resolve => {
    systemClock.soon(() => {
      order.push('soon')
      resolve()
    })
    systemClock.soon(() => { order.push('cancelled') }, true)()
    systemClock.soon(() => { order.push('hurry') }, true)
    Promise.resolve().then(() => {}).then(() => order.push('promise')).catch(resolve)
  })

  assert.deepEqual(order, ['promise', 'hurry', 'soon'])
})
