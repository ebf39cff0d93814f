import assert from 'node:assert/strict'
import test from 'node:test'
import { blockOf, blocksOf, cidOf, Serving, settled, SizingStore, SlowStore, wantBlock } from '../../test/support/serving.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { Account } from './account.ts'
import { ReadAhead } from './read-ahead.ts'
import type { ServerInit } from './options.ts'

const KIB = 1024

function setup (maxReadAhead = 1000 * KIB): { ahead: ReadAhead, open: (seed: number, reading?: number) => Account } {
  const ahead = new ReadAhead({ maxReadAhead, maxReadAheadPerPeer: 500 * KIB, maxReadsPerPeer: 3 })

  return {
    ahead,
    open: (seed, reading = 0) => {
      const account = new Account(peerIdFromSeed(seed), 10, ahead.ready)

      if (reading > 0) {
        ahead.began(account, reading)
      }

      return account
    }
  }
}

/** A peer for which 70 kB are read, of 100 kB there may be. */
async function hogged (init: ServerInit = {}): Promise<Serving<SizingStore>> {
  const serving = new Serving(new SizingStore(...blocksOf(9, 70_000), ...[11, 12].map(seed => blockOf(seed, 20_000))), { maxReadAhead: 100_000, ...init })

  serving.store.isOpen = true
  serving.wants(wantBlock(cidOf(1)), wantBlock(cidOf(2)))
  await settled()

  return serving
}

async function wantsMore (serving: Serving<SizingStore>): Promise<number> {
  serving.from(serving.other, { wants: [11, 12].map(seed => wantBlock(cidOf(seed))) })
  await settled()

  return serving.server.books.run?.engine.account(serving.other)?.ready.size ?? NaN
}

test('a peer may have so much read for it, and all together so much; and a block in any case', () => {
  const { ahead, open } = setup()
  const [hog, other, none] = [open(1, 400 * KIB), open(2, 500 * KIB), open(3)]

  assert.deepEqual([ahead.has(hog, 100 * KIB, 0), ahead.has(hog, 100 * KIB + 1, 0)], [true, false])
  assert.ok(!ahead.has(other, 1, 0))
  ahead.ended(other, 500 * KIB)
  assert.ok(ahead.has(none, 9000 * KIB, 0))
  ahead.began(none, 9000 * KIB)
  assert.ok(!ahead.has(hog, 1, 0))
  assert.deepEqual([ahead.bytes, ahead.reading], [9400 * KIB, 9400 * KIB])
})

test('who takes nothing for a second gives back what was read for it when others need the room, and not before', async () => {
  for (const [time, ready] of [[999, 1], [1000, 2]] as const) {
    const serving = await hogged()

    await serving.clock.advance(time)
    assert.equal(await wantsMore(serving), ready, `after ${time} ms`)
  }
})

test('who is waited for, as it is not its turn, gives nothing back', async () => {
  const serving = await hogged({ uploadRatePerPeer: 1, targetMessageSize: 70_000 })
  const { server, peer, clock } = serving

  serving.envelope()
  await settled()
  assert.ok(server.envelopeFor(peer) instanceof Promise)
  await clock.advance(5000)
  assert.equal(await wantsMore(serving), 1)
})

test('who gave something back has little read for it until it takes two messages within a second', () => {
  const { ahead, open } = setup(100 * KIB)
  const slow = open(1)
  const reads = (now: number): boolean[] => [ahead.has(slow, 63 * KIB, now), ahead.has(slow, 64 * KIB, now)]

  ahead.has(slow, 1, 0)
  ahead.began(slow, KIB)
  assert.deepEqual(reads(0), [true, true])
  assert.equal(ahead.takeStalled(1000), undefined) // it has nothing to give, but is slow
  assert.deepEqual(reads(1000), [true, false])
  ahead.taken(slow, 2000)
  assert.deepEqual(reads(2000), [true, false])
  ahead.taken(slow, 3000)
  assert.deepEqual(reads(3000), [true, false])
  ahead.taken(slow, 3999)
  assert.deepEqual(reads(3999), [true, true])
})

test('a peer that left is forgotten', async () => {
  const serving = await hogged()
  const account = serving.server.books.run?.engine.account(serving.peer)

  serving.server.peerDisconnected(serving.peer)
  serving.server.peerConnected(serving.peer)
  serving.wants(wantBlock(cidOf(1)))
  await serving.clock.advance(2000)
  assert.equal(await wantsMore(serving), 2)
  assert.equal(account?.isSlow, false)
})

test('the second begins anew with each message it takes, one that was waited for as well', async () => {
  for (const [time, ready] of [[1999, 1], [2001, 2]] as const) {
    const serving = new Serving(new SizingStore(...blocksOf(9, 11_000), ...[11, 12].map(seed => blockOf(seed, 20_000))), {
      maxReadAhead: 98_000,
      targetMessageSize: 11_000,
      uploadRatePerPeer: 11_000
    })

    serving.store.isOpen = true
    serving.wants(...blocksOf(9).map(({ cid }) => wantBlock(cid)))
    await serving.clock.advance(999)
    serving.envelope()
    const waited = serving.server.envelopeFor(serving.peer)
    await serving.clock.advance(1)
    assert.ok(waited instanceof Promise && await waited != null)
    await serving.clock.advance(time - 1000)
    assert.equal(await wantsMore(serving), ready, `after ${time} ms`)
  }
})

test('blocks that are far larger than was guessed are let go of over twice the limit, and read again when there is room, by their size', async () => {
  const store = new SlowStore(blockOf(1, 10), ...[2, 3, 4, 5, 6].map(seed => blockOf(seed, 4000)))
  const serving = new Serving(store, { maxReadAheadPerPeer: 5000, targetMessageSize: 5000 })
  const { server, peer } = serving

  store.isOpen = true
  serving.wants(wantBlock(cidOf(1)))
  await settled()
  await serving.deliver()
  serving.wants(...[2, 3, 4, 5, 6].map(seed => wantBlock(cidOf(seed))))
  await settled()
  assert.equal(server.stat().readAheadBytes, 8000)
  assert.equal(server.stats.storeReads, 6)
  assert.deepEqual((await serving.deliver()).blocks.length, 5)
  assert.equal(server.stats.storeReads, 9)
  assert.deepEqual(server.wantlistForPeer(peer), [])
})

test('the size of a block is guessed from what its peer was sent, not from what others were', async () => {
  const store = new SlowStore(...blocksOf(3, 10), ...[4, 5, 6].map(seed => blockOf(seed, 4000)))
  const serving = new Serving(store, { maxReadAheadPerPeer: 5000 })
  const { other } = serving

  store.isOpen = true
  serving.from(other, { wants: [4, 5].map(seed => wantBlock(cidOf(seed))) })
  await settled()
  await serving.deliver(other)
  serving.wants(...[1, 2].map(seed => wantBlock(cidOf(seed))))
  await settled()
  await serving.deliver()
  store.isOpen = false
  serving.from(other, { wants: [wantBlock(cidOf(6))] })
  serving.wants(wantBlock(cidOf(3)))
  assert.equal(serving.server.stat().readAheadBytes, 4010)
})
