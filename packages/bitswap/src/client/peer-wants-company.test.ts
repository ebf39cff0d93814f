import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keys, modern, opened, said, want } from '../../test/wantlist-words.ts'
import { WantType } from '../message/message.ts'
import type { WantsBatch } from './wantlist-entry.ts'

test('a cancel of a want-have waits for something else to be said, one of a want-block does not', () => {
  const wants = opened()

  want(wants, 0, WantType.Have)
  want(wants, 1, WantType.Have)
  want(wants, 2)
  wants.take(modern)
  wants.cancel(keys[0] as string)
  assert.equal(wants.hasChanges, false)
  want(wants, 3)
  assert.deepEqual(said(wants.take(modern)), { full: false, wants: ['3 block'], cancels: [0] })
  wants.cancel(keys[1] as string)
  wants.cancel(keys[2] as string)
  assert.equal(wants.hasChanges, true)
  assert.deepEqual(said(wants.take(modern))?.cancels, [1, 2])
})

test('what comes while its cancel waits is not cancelled', () => {
  const wants = opened()

  want(wants, 0, WantType.Have)
  wants.take(modern)
  wants.cancel(keys[0] as string)
  wants.blockReceived(keys[0] as string)
  assert.equal(wants.take(modern), undefined)
})

test('what is wanted again while its cancel waits is cancelled first', () => {
  const wants = opened()

  want(wants, 0, WantType.Have)
  wants.take(modern)
  wants.cancel(keys[0] as string)
  want(wants, 0)
  assert.deepEqual(said(wants.take(modern)), { full: false, wants: [], cancels: [0] })
  assert.deepEqual(said(wants.take(modern)), { full: false, wants: ['0 block'], cancels: [] })
})

test('a cancel that was lost waits no longer', () => {
  const wants = opened()

  want(wants, 0, WantType.Have)
  wants.take(modern)
  wants.cancel(keys[0] as string)
  wants.lost(wants.take(modern) as WantsBatch)
  assert.equal(wants.hasChanges, true)
})

test('a peer that lacks what it was to be asked for next is not asked for it', () => {
  const wants = opened()

  want(wants, 0, WantType.Have)
  wants.take(modern)
  want(wants, 0)
  wants.refused(keys[0] as string)
  assert.equal(wants.hasChanges, false)
  assert.equal(wants.take(modern), undefined)
  wants.cancel(keys[0] as string)
  assert.deepEqual(said(wants.take(modern)), { full: false, wants: [], cancels: [0] })
})

test('it is asked all the same when one of the two sayings may be lost', () => {
  const [first, second] = [opened(), opened()]

  want(first, 0, WantType.Have)
  const have = first.take(modern) as WantsBatch
  want(first, 0)
  first.lost(have)
  first.refused(keys[0] as string)
  assert.deepEqual(said(first.take(modern))?.wants, ['0 block'])

  want(second, 0, WantType.Have)
  second.take(modern)
  want(second, 0)
  second.lost(second.take(modern) as WantsBatch)
  second.refused(keys[0] as string)
  assert.deepEqual(said(second.take(modern))?.wants, ['0 block'])
})
