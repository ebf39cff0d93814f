/**
 * What boxo tests of a wantlist, of what was told to whom, and of the queue of
 * what is still to be told, in ours: one list for each peer is all of it. Ours
 * differs in these: wants of one priority keep it, and are sent, and answered, in
 * the order in which they were wanted, where boxo counts priorities down; a
 * cancel that is due is not dropped for a new want, but goes first; and what a
 * peer is told is bounded by how many wants it keeps, so that one message holds
 * all of it.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import { cids, keys, modern, opened, said, want } from '../../test/wantlist-words.ts'
import { encodedSize } from '../message/sizes.ts'
import { MAX_CID_SIZE, MAX_MESSAGE_SIZE } from '../message/limits.ts'
import { WantType } from '../message/message.ts'
import { CLIENT_DEFAULTS } from './options.ts'
import { PeerWants } from './peer-wants.ts'
import type { WantsBatch } from './wantlist-entry.ts'

const [k0, k1, k2] = keys as [string, string, string]

function take (wants: PeerWants): ReturnType<typeof said> {
  return said(wants.take(modern))
}

test('what is wanted is in the list, once, until it is wanted no more', () => {
  const wants = opened()

  want(wants, 0)
  want(wants, 1, WantType.Have)
  want(wants, 0)
  assert.deepEqual([wants.size, wants.has(k0), wants.has(k1), wants.has(k2)], [2, true, true, false])
  assert.deepEqual([...wants.entries.keys()], [k0, k1])
  wants.cancel(k0)
  wants.cancel(k2)
  assert.deepEqual([wants.size, wants.has(k0), [...wants.entries.keys()]], [1, false, [k1]])
})

test('a cancel ends a want of either kind', () => {
  const wants = opened()

  want(wants, 0)
  want(wants, 1, WantType.Have)
  wants.take(modern)
  wants.cancel(k0)
  wants.cancel(k1)
  assert.deepEqual([wants.size, take(wants)?.cancels], [0, [0, 1]])
})

test('a HAVE ends no want-block, and a block ends a want of either kind', () => {
  const wants = opened()

  want(wants, 0)
  want(wants, 1)
  want(wants, 2, WantType.Have)
  wants.take(modern)
  wants.haveReceived(k0)
  assert.equal(wants.has(k0), true)
  wants.blockReceived(k1)
  wants.blockReceived(k2)
  assert.deepEqual([wants.size, wants.hasChanges], [1, false])
})

test('a want-have that becomes a want-block before anything was said is said as that alone', () => {
  const wants = opened()

  want(wants, 0, WantType.Have)
  want(wants, 0)
  assert.deepEqual(take(wants), { full: false, wants: ['0 block'], cancels: [] })
  want(wants, 0, WantType.Have)
  assert.deepEqual([take(wants), wants.entries.get(k0)?.wantType], [undefined, WantType.Block])
})

test('of sets that overlap all is said once, in the order in which it came, with its priority', () => {
  const wants = opened()

  for (const i of [0, 1, 2, 1, 2, 3, 0, 4]) {
    wants.want({ key: keys[i] as string, cid: cids[i] as CID, priority: 10 - i }, i % 2 === 0 ? WantType.Block : WantType.Have)
  }

  const batch = wants.take(modern) as WantsBatch
  assert.deepEqual(said(batch)?.wants, ['0 block', '1 have', '2 block', '3 have', '4 block'])
  assert.deepEqual(batch.message.wants.map(({ priority }) => priority), [10, 9, 8, 7, 6])
  assert.ok(batch.message.wants.every(({ sendDontHave }) => sendDontHave))
})

test('what was said and ended in any way is said when it is wanted anew', () => {
  const wants = opened()

  want(wants, 0)
  want(wants, 1, WantType.Have)
  wants.take(modern)
  wants.blockReceived(k0)
  wants.haveReceived(k1)
  want(wants, 0)
  want(wants, 1)
  assert.deepEqual(take(wants), { full: false, wants: ['0 block', '1 block'], cancels: [] })
})

test('a second cancel says only what was wanted since the first', () => {
  const wants = opened()

  want(wants, 0)
  want(wants, 1)
  wants.take(modern)
  wants.cancel(k0)
  assert.deepEqual(take(wants)?.cancels, [0])
  wants.cancel(k0)
  wants.cancel(k1)
  assert.deepEqual(take(wants)?.cancels, [1])
})

test('a want, a cancel and a want of what was not said yet are one want', () => {
  const wants = opened()

  want(wants, 0)
  wants.cancel(k0)
  want(wants, 0, WantType.Have)
  assert.deepEqual(take(wants), { full: false, wants: ['0 have'], cancels: [] })
  assert.equal(take(wants), undefined)
})

test('the time of an answer counts from when it was asked, for the first answer alone', () => {
  const wants = opened()

  want(wants, 0, WantType.Have)
  want(wants, 1, WantType.Have)
  const batch = wants.take(modern) as WantsBatch
  assert.equal(wants.haveReceived(k1), undefined) // it is still on its way out: that is no answer to it
  wants.sent(batch, 5)
  assert.equal(wants.haveReceived(k0), 5)
  assert.equal(wants.haveReceived(k0), undefined)
  assert.equal(wants.blockReceived(k0), undefined)
})

test('of what was said twice it is not known when the answer was asked for', () => {
  const wants = opened()

  want(wants, 0)
  const batch = wants.take(modern) as WantsBatch
  wants.sent(batch, 5)
  wants.lost(batch)
  wants.sent(wants.take(modern) as WantsBatch, 50)
  assert.equal(wants.blockReceived(k0), undefined)
})

test('all that a peer may be told fits one message, by the longest names', () => {
  const size = CLIENT_DEFAULTS.maxWantsPerPeer
  const wants = new PeerWants(size)
  const tell = (from: number): void => {
    for (let i = from; i < from + size; i++) {
      const digest = new Uint8Array(MAX_CID_SIZE - 10)
      new DataView(digest.buffer).setUint32(0, i)
      const cid = { bytes: new Uint8Array(MAX_CID_SIZE), version: 1, multihash: { digest } } as unknown as CID
      wants.want({ key: `${i}`, cid, priority: 0x7fff_ffff }, WantType.Have)
    }
  }

  tell(0)
  assert.ok(wants.isFull)
  wants.take(modern)

  for (let i = 0; i < size; i++) {
    wants.cancel(`${i}`)
  }

  tell(size)
  const { message } = wants.take(modern) as WantsBatch
  assert.deepEqual([message.wants.length, message.cancels.length], [size, size])
  assert.ok(encodedSize(message, 'v1') < MAX_MESSAGE_SIZE / 4, `${encodedSize(message, 'v1')}`)
})
