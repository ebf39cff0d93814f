import assert from 'node:assert/strict'
import test from 'node:test'
import { blockOf, cidOf, MemoryStore, Serving, wantBlock, wantHave } from '../../test/support/serving.ts'

test('a block that is too large is answered DONT_HAVE, counted each time and named in the log once', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1, 101), blockOf(2, 100)), { maxBlockSize: 100 })

  for (let time = 1; time <= 3; time++) {
    serving.wants(wantBlock(cidOf(1), { sendDontHave: true }), wantHave(cidOf(1), { sendDontHave: true }), wantBlock(cidOf(2)))
    const { blocks, dontHaves } = await serving.deliver()
    assert.deepEqual([blocks, dontHaves], [[cidOf(2)], [cidOf(1)]])
    assert.equal(serving.server.stats.oversize, time)
  }

  assert.equal(serving.logged('is not sent').length, 1)
})

test('a block that arrives and is too large is not sent either', async () => {
  const serving = new Serving(new MemoryStore(), { maxBlockSize: 100 })
  serving.wants(wantBlock(cidOf(1)), wantBlock(cidOf(2)))

  serving.server.blocksArrived([blockOf(1, 101), blockOf(2, 100)])
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(2)])
  assert.equal(serving.server.stats.oversize, 1)
})

test('the names of 1024 large blocks are remembered; one more, and the oldest is named anew', () => {
  const serving = new Serving(new MemoryStore(), { maxBlockSize: 1, maxWantsPerPeer: 2000 })
  const ask = (seed: number): number => {
    serving.store.put(blockOf(seed, 2))
    serving.wants(wantBlock(cidOf(seed)))
    serving.cancels(cidOf(seed))

    return serving.logged('is not sent').length
  }

  for (let seed = 1; seed <= 1024; seed++) {
    ask(seed)
  }

  assert.equal(ask(1), 1024)
  assert.equal(ask(1025), 1025)
  assert.equal(ask(2), 1025)
  assert.equal(ask(1), 1026)
})
