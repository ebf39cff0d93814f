import assert from 'node:assert/strict'
import test from 'node:test'
import type { CID } from 'multiformats/cid'
import { blockOf, blocksOf, cidOf, MemoryStore, names, Serving, wantBlock, wantHave } from '../../test/support/serving.ts'
import type { WantEntry } from '../message/message.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'

function wants (from: number, to: number, init: Partial<WantEntry> = {}): WantEntry[] {
  return Array.from({ length: to - from + 1 }, (_, index) => wantBlock(cidOf(from + index), init))
}

function wanted ({ server }: Serving, peer: Serving['peer']): string[] {
  return names(server.wantlistForPeer(peer).map(({ cid }) => cid))
}

function cids (...seeds: number[]): CID[] {
  return seeds.map(seed => cidOf(seed))
}

test('over the bound for all, the peer with the most makes room with what is least useful to it, and is told', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(9)), { maxWants: 6 })
  const { server, peer, other } = serving

  serving.wants(...wants(1, 4, { sendDontHave: true, priority: 9 }), ...wants(5, 6, { sendDontHave: true }))
  serving.from(other, { wants: wants(1, 2) })
  assert.deepEqual(wanted(serving, peer), names(cids(1, 2, 3, 4)))
  assert.deepEqual(wanted(serving, other), names(cids(1, 2)))
  assert.equal(server.stats.displaced, 2)
  assert.equal(serving.logged('made room for those of').length, 1)
  assert.ok(serving.wakes.includes('wants'))
  assert.deepEqual(names((await serving.deliver()).dontHaves), names(cids(5, 6)))
})

test('it makes room until the two have as many, and from then on each makes room for itself', () => {
  const serving = new Serving(new MemoryStore(...blocksOf(9)), { maxWants: 6 })
  const { server, peer, other } = serving

  serving.wants(...wants(1, 6))
  serving.from(other, { wants: wants(1, 4) })
  assert.deepEqual([wanted(serving, peer).length, wanted(serving, other).length], [3, 3])
  assert.deepEqual([server.stats.displaced, server.stats.refused], [3, 1])

  serving.wants(wantBlock(cidOf(9), { priority: 5 }))
  assert.ok(wanted(serving, peer).includes(cidOf(9).toString()))
  assert.deepEqual([wanted(serving, peer).length, wanted(serving, other).length, server.stats.evicted], [3, 3, 1])
})

test('a newcomer gets a place beside peers that want much, and not beside as many that want one thing each', async () => {
  const serving = new Serving(new MemoryStore(), { maxWants: 2 })
  const { server, peer, other } = serving
  const newcomer = peerIdFromSeed(3)

  serving.wants(wantHave(cidOf(1)))
  serving.from(other, { wants: [wantHave(cidOf(2))] })
  server.peerConnected(newcomer)
  serving.from(newcomer, { wants: [wantHave(cidOf(3), { sendDontHave: true })] })
  assert.deepEqual([wanted(serving, peer).length, wanted(serving, other).length, wanted(serving, newcomer).length], [1, 1, 0])
  assert.deepEqual((await serving.deliver(newcomer)).dontHaves, [cidOf(3)])
})

test('a peer that takes nothing of what is on its way, or ready for it, keeps nobody from having a place', async () => {
  for (const isOnItsWay of [true, false]) {
    const serving = new Serving(new MemoryStore(...blocksOf(9)), { maxWants: 3 })
    const { server, peer, other } = serving

    serving.wants(...wants(21, 23, { sendDontHave: true }))
    await serving.deliver()
    server.blocksArrived([21, 22, 23].map(seed => blockOf(seed)))
    const envelope = isOnItsWay ? serving.envelope() : undefined

    serving.from(other, { wants: wants(5, 5) })
    assert.deepEqual([wanted(serving, peer), wanted(serving, other)], [names(cids(22, 23)), names(cids(5))])
    assert.deepEqual([server.stats.displaced, server.stats.refused], [1, 0])
    assert.deepEqual((await serving.deliver(other)).blocks, cids(5))

    // it is told: the message may be lost, and then the block is not due again
    assert.deepEqual(server.presencesFor(peer)?.presences.map(({ cid }) => cid), cids(21))
    serving.store.put(...[22, 23].map(seed => blockOf(seed)))
    envelope?.lost(new Error('reset'))
    assert.deepEqual((await serving.deliver()).blocks, cids(22, 23))
  }
})

test('room that a peer leaves behind is there for others', () => {
  const serving = new Serving(new MemoryStore(), { maxWants: 3 })

  serving.wants(...wants(1, 3))
  serving.server.peerDisconnected(serving.peer)
  serving.from(serving.other, { wants: wants(1, 3) })
  assert.equal(wanted(serving, serving.other).length, 3)
  assert.equal(serving.server.stats.displaced, 0)
})

test('what was lost after it was sent comes back only where there is room for it', () => {
  for (const [maxWants, restored] of [[2, 1], [1, 0]] as const) {
    const serving = new Serving(new MemoryStore(...blocksOf(2)), { maxWants })

    serving.wants(...wants(1, 1))
    const envelope = serving.envelope()
    envelope.sent()
    serving.from(serving.other, { wants: wants(2, 2) })
    envelope.lost(new Error('reset'))
    assert.equal(serving.server.stats.restored, restored)
  }
})
