import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cids, keys, modern, opened, said, want } from '../../test/wantlist-words.ts'
import { CID } from 'multiformats/cid'
import type { MultihashDigest } from 'multiformats/hashes/interface'
import { multihashKey } from '../core/cid-map.ts'
import { WantType } from '../message/message.ts'
import type { PeerAbilities } from './peer-abilities.ts'
import { PeerWants } from './peer-wants.ts'
import type { WantsBatch, Wanted } from './wantlist-entry.ts'

test('the first message is a full wantlist, the next say what has changed', () => {
  const wants = new PeerWants(1024)

  assert.equal(wants.take(modern), undefined)
  want(wants, 0)
  want(wants, 1, WantType.Have)
  assert.deepEqual(said(wants.take(modern)), { full: true, wants: ['0 block', '1 have'], cancels: [] })
  assert.equal(wants.hasChanges, false)

  want(wants, 2)
  wants.cancel(keys[0] as string)
  assert.deepEqual(said(wants.take(modern)), { full: false, wants: ['2 block'], cancels: [0] })
})

test('the same want is said once', () => {
  const wants = opened()

  want(wants, 0)
  want(wants, 0)
  assert.deepEqual(said(wants.take(modern))?.wants, ['0 block'])
  want(wants, 0)
  assert.equal(wants.take(modern), undefined)
})

test('a want-have becomes a want-block, and never the other way round', () => {
  const wants = opened()

  want(wants, 0, WantType.Have)
  want(wants, 0, WantType.Block)
  assert.deepEqual(said(wants.take(modern))?.wants, ['0 block'])
  want(wants, 0, WantType.Have)
  assert.equal(wants.take(modern), undefined)

  want(wants, 1, WantType.Have)
  wants.take(modern)
  want(wants, 1, WantType.Block)
  assert.deepEqual(said(wants.take(modern)), { full: false, wants: ['1 block'], cancels: [] })
})

test('a want that was not said yet is taken back without a word', () => {
  const wants = opened()

  want(wants, 0)
  wants.cancel(keys[0] as string)
  assert.equal(wants.hasChanges, false)
  assert.equal(wants.size, 0)
})

test('whoever delivered a block needs no cancel', () => {
  const wants = opened()

  want(wants, 0)
  wants.sent(wants.take(modern) as WantsBatch, 7)
  assert.equal(wants.blockReceived(keys[0] as string), 7)
  wants.cancel(keys[0] as string)
  assert.equal(wants.hasChanges, false)
})

test('a block that may answer the want-have is followed by a cancel of the want-block that was on its way to the peer', () => {
  const wants = opened()

  want(wants, 0, WantType.Have)
  want(wants, 1, WantType.Have)
  wants.take(modern)
  want(wants, 0)
  want(wants, 1)
  wants.take(modern)
  wants.blockReceived(keys[0] as string)
  assert.deepEqual(said(wants.take(modern)), { full: false, wants: [], cancels: [0] })

  // a HAVE between the two was the answer to the first
  wants.haveReceived(keys[1] as string)
  wants.blockReceived(keys[1] as string)
  assert.equal(wants.hasChanges, false)

  // what was not said yet is not cancelled
  want(wants, 2, WantType.Have)
  wants.take(modern)
  want(wants, 2)
  wants.blockReceived(keys[2] as string)
  assert.equal(wants.hasChanges, false)
})

test('a HAVE ends a want-have at the peer, a DONT_HAVE does not', () => {
  const wants = opened()

  want(wants, 0, WantType.Have)
  want(wants, 1, WantType.Have)
  wants.sent(wants.take(modern) as WantsBatch, 5)

  assert.equal(wants.haveReceived(keys[0] as string), 5)
  assert.equal(wants.refused(keys[1] as string), 5)
  assert.equal(wants.has(keys[0] as string), false)
  assert.equal(wants.has(keys[1] as string), true)

  wants.cancel(keys[0] as string)
  wants.cancel(keys[1] as string)
  assert.deepEqual(said(wants.take(modern))?.cancels, [1])
})

test('asking again what was refused is a cancel in one message and the want in the next', () => {
  const wants = opened()

  want(wants, 0)
  wants.take(modern)
  wants.refused(keys[0] as string)
  want(wants, 0)

  assert.deepEqual(said(wants.take(modern)), { full: false, wants: [], cancels: [0] })
  assert.deepEqual(said(wants.take(modern)), { full: false, wants: ['0 block'], cancels: [] })
  assert.equal(wants.take(modern), undefined)
})

test('wanting again what is being cancelled lets the cancel go first', () => {
  const wants = opened()

  want(wants, 0)
  wants.take(modern)
  wants.cancel(keys[0] as string)
  want(wants, 0)

  assert.deepEqual(said(wants.take(modern)), { full: false, wants: [], cancels: [0] })
  assert.deepEqual(said(wants.take(modern)), { full: false, wants: ['0 block'], cancels: [] })
})

test('what was lost is said again, unless it has ended since', () => {
  const wants = opened()

  want(wants, 0)
  want(wants, 1)
  want(wants, 2)
  wants.take(modern)
  wants.cancel(keys[0] as string)
  want(wants, 3)
  const batch = wants.take(modern) as WantsBatch

  assert.deepEqual(said(batch), { full: false, wants: ['3 block'], cancels: [0] })
  wants.lost(batch)
  assert.deepEqual(said(wants.take(modern)), { full: false, wants: ['3 block'], cancels: [0] })

  wants.cancel(keys[3] as string)
  wants.lost(batch)
  assert.deepEqual(said(wants.take(modern))?.wants, [])
})

/** One block by two names, as dag-pb: one for every peer, one for those that know prefixes. */
function twoNames (): { key: string, v0: Wanted, v1: Wanted } {
  const { multihash } = cids[0] as CID
  const key = keys[0] as string
  const v0 = CID.createV0(multihash as MultihashDigest<0x12>)

  return { key, v0: { key, cid: v0, priority: 1 }, v1: { key, cid: v0.toV1(), priority: 1 } }
}

/** By which names the next message wants and cancels. */
function names (wants: PeerWants, abilities: PeerAbilities = modern): { wants: CID[], cancels: CID[] } | undefined {
  const message = wants.take(abilities)?.message

  return message == null ? undefined : { wants: message.wants.map(({ cid }) => cid), cancels: message.cancels }
}

test('what is wanted again by another name of the block is cancelled by the name it was wanted by', () => {
  const wants = opened()
  const { key, v0, v1 } = twoNames()

  wants.want(v1, WantType.Block)
  wants.take(modern)
  wants.cancel(key)
  wants.want(v0, WantType.Block)

  assert.deepEqual(names(wants), { wants: [], cancels: [v1.cid] })
  assert.deepEqual(names(wants), { wants: [v0.cid], cancels: [] })
})

test('a cancel that was lost goes before the want that was to follow it, whether that was said or not', () => {
  for (const { said, lostFirst } of [{ said: false }, { said: true, lostFirst: true }, { said: true, lostFirst: false }]) {
    const wants = opened()
    const { key, v0, v1 } = twoNames()

    wants.want(v1, WantType.Block)
    wants.take(modern)
    wants.cancel(key)
    wants.want(v0, WantType.Block)
    const cancel = wants.take(modern) as WantsBatch
    const batches = said ? [cancel, wants.take(modern) as WantsBatch] : [cancel]

    for (const batch of lostFirst === false ? batches.reverse() : batches) {
      wants.lost(batch)
    }

    assert.deepEqual(names(wants), { wants: [], cancels: [v1.cid] })
    assert.deepEqual(names(wants), { wants: [v0.cid], cancels: [] })
    assert.equal(wants.hasChanges, false)
  }
})

test('a cancel that was lost alone is said again, unless it is by the name of what is wanted since', () => {
  const old = { have: false, prefix: false }

  for (const { abilities, first, second, cancels } of [
    { abilities: modern, first: 'v1', second: 'v0', cancels: true },
    { abilities: modern, first: 'v0', second: 'v0', cancels: false },
    { abilities: old, first: 'v1', second: 'v0', cancels: false }
  ] as const) {
    const wants = opened()
    const { key, ...by } = twoNames()

    wants.want(by[first], WantType.Block)
    wants.take(abilities)
    wants.cancel(key)
    const cancel = wants.take(abilities) as WantsBatch
    wants.want(by[second], WantType.Block)
    wants.take(abilities)
    wants.lost(cancel)

    assert.deepEqual(names(wants, abilities), cancels ? { wants: [], cancels: [by[first].cid] } : undefined)
    wants.cancel(key)
    assert.deepEqual(names(wants, abilities)?.cancels, [by[second].cid])
  }
})

test('what was refused by one name, while the cancel of another is lost, is cancelled by both before it is wanted again', () => {
  const wants = opened()
  const { key, v0, v1 } = twoNames()

  wants.want(v1, WantType.Block)
  wants.take(modern)
  wants.cancel(key)
  const cancel = wants.take(modern) as WantsBatch
  wants.want(v0, WantType.Block)
  wants.take(modern)
  wants.refused(key)
  wants.want(v0, WantType.Block)
  wants.lost(cancel)

  assert.deepEqual(names(wants), { wants: [], cancels: [v0.cid, v1.cid] })
  assert.deepEqual(names(wants), { wants: [v0.cid], cancels: [] })
})

test('a want-have that becomes a want-block waits for a cancel of the same name', () => {
  const wants = opened()

  want(wants, 0)
  wants.take(modern)
  wants.cancel(keys[0] as string)
  const cancel = wants.take(modern) as WantsBatch
  want(wants, 0, WantType.Have)
  wants.take(modern)
  wants.lost(cancel)
  want(wants, 0)

  assert.deepEqual(said(wants.take(modern)), { full: false, wants: [], cancels: [0] })
  assert.deepEqual(said(wants.take(modern)), { full: false, wants: ['0 block'], cancels: [] })
})

test('a first message that was lost is said again in full, with all that is wanted by then', () => {
  const wants = new PeerWants(1024)

  want(wants, 0)
  const first = wants.take(modern) as WantsBatch
  want(wants, 1)
  const second = wants.take(modern) as WantsBatch
  wants.refused(keys[1] as string)
  wants.lost(first)
  wants.lost(second)

  assert.deepEqual(said(wants.take(modern)), { full: true, wants: ['0 block', '1 block'], cancels: [] })
})

test('a full list has room as long as something in it was refused: the oldest is withdrawn first', () => {
  const wants = opened(3)

  want(wants, 0)
  want(wants, 1)
  assert.equal(wants.isFull, false)
  want(wants, 2)
  assert.deepEqual([wants.isFull, wants.hasRoom, wants.withdrawRefused()], [true, false, undefined])

  wants.take(modern)
  wants.refused(keys[1])
  wants.refused(keys[0])
  assert.equal(wants.hasRoom, true)
  assert.equal(wants.withdrawRefused(), keys[1])
  want(wants, 3)
  assert.equal(wants.size, 3)
  assert.deepEqual(said(wants.take(modern)), { full: false, wants: ['3 block'], cancels: [1] })
})

test('a peer without HAVE is asked for blocks, one without prefixes by CIDv0', () => {
  const v1 = CID.createV1(0x70, (cids[0] as CID).multihash)
  const wants = new PeerWants(10)

  wants.want({ key: multihashKey(v1), cid: v1, priority: 1 }, WantType.Have)
  const [entry] = (wants.take({ have: false, prefix: false }) as WantsBatch).message.wants

  assert.equal(entry?.wantType, WantType.Block)
  assert.equal(entry.sendDontHave, false)
  assert.equal(entry.cid.version, 0)
  assert.deepEqual(entry.cid.multihash.bytes, v1.multihash.bytes)
})
