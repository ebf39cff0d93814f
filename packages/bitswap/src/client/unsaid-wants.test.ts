/** What is said to a peer whose abilities change meanwhile, or that may not have heard what it was told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import { cids, keys, modern, opened, said, want } from '../../test/wantlist-words.ts'
import { WantType } from '../message/message.ts'
import type { WantsBatch } from './wantlist-entry.ts'

const oldest = { have: false, prefix: false }
const [raw] = cids as [CID]
const [key, other] = keys as [string, string]
const v1 = CID.createV1(0x70, raw.multihash)

test('a want is said again, and cancelled, by the name by which the peer was told of it, whatever it understands by now', () => {
  const wants = opened()

  wants.want({ key, cid: v1, priority: 1 }, WantType.Block)
  const first = wants.take(oldest) as WantsBatch
  assert.deepEqual(first.message.wants.map(({ cid }) => cid), [v1.toV0()])
  wants.lost(first)
  assert.deepEqual(wants.take(modern)?.message.wants.map(({ cid }) => cid), [v1.toV0()])
  wants.cancel(key)
  assert.deepEqual(wants.take(modern)?.message.cancels, [v1.toV0()])
})

test('what a cancel was to go before is said when that cancel can be said to the peer no more', () => {
  const wants = opened()

  wants.want({ key, cid: raw, priority: 1 }, WantType.Block)
  wants.take(modern)
  wants.cancel(key)
  wants.want({ key, cid: v1, priority: 1 }, WantType.Block)
  assert.deepEqual(wants.take(oldest)?.message.wants.map(({ cid }) => cid), [v1.toV0()])
  assert.equal(wants.take(oldest), undefined)
})

test('what a peer was silent about is said again when it may not have heard of it, what it lacks is not', () => {
  const wants = opened()

  want(wants, 0)
  want(wants, 1)
  const lost = wants.take(modern) as WantsBatch
  wants.unanswered(key)
  wants.refused(other)
  wants.lost(lost)
  assert.deepEqual(said(wants.take(modern)), { full: false, wants: ['0 block'], cancels: [] })
  assert.equal(wants.withdrawRefused(), key)
})
