import assert from 'node:assert/strict'
import test from 'node:test'
import { blockOf, cidOf, MemoryStore, Serving, wantBlock } from '../../test/support/serving.ts'

const PERIOD = 10_000
const TTL = 600_000

/** The values a peer was tagged with since the last call. */
function told (serving: Serving): Array<number | undefined> {
  return serving.tags.splice(0).map(([, value]) => value)
}

async function busyFor (serving: Serving, periods: number): Promise<void> {
  for (let period = 0; period < periods; period++) {
    serving.server.blockReceivedFrom(serving.peer, 1)
    await serving.clock.advance(PERIOD)
  }
}

test('a peer is tagged by what is exchanged with it, then by less and less, and then not at all', async () => {
  const serving = new Serving(new MemoryStore())

  await busyFor(serving, 2)
  assert.deepEqual(serving.tags, [[serving.peer.toString(), 6], [serving.peer.toString(), 9]])
  told(serving)
  await serving.clock.advance(20 * PERIOD)
  assert.deepEqual(told(serving), [4, 2, 1, undefined])
  assert.equal(serving.clock.pending, 0, 'nobody is of use, and nothing is waited for')
})

test('a peer that is to be sent something is not tagged before it is', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))

  serving.wants(wantBlock(cidOf(1)))
  assert.ok(serving.server.hasBlocks(serving.peer))
  await serving.clock.advance(PERIOD)
  assert.deepEqual(told(serving), [])
  await serving.deliver()
  await serving.clock.advance(PERIOD)
  assert.deepEqual(told(serving), [3])
})

test('nobody is tagged for a peer that nothing was exchanged with', async () => {
  const serving = new Serving(new MemoryStore())

  await serving.clock.advance(20 * PERIOD)
  assert.deepEqual(serving.tags, [])
  assert.equal(serving.clock.pending, 0)
})

test('what stays the same is told again before the tag lapses', async () => {
  const serving = new Serving(new MemoryStore())

  await busyFor(serving, 1500) // as good as it gets
  assert.equal(told(serving).at(-1), 24)
  await busyFor(serving, TTL / PERIOD)
  assert.deepEqual(told(serving), [24, 24])
})

test('a peer that leaves loses its tag, and has what is left of it when it comes back', async () => {
  const serving = new Serving(new MemoryStore())
  const { server, peer, clock } = serving

  await busyFor(serving, 4)
  assert.equal(told(serving).at(-1), 11)
  server.peerDisconnected(peer)
  assert.deepEqual(told(serving), [undefined])
  await clock.advance(PERIOD)
  assert.deepEqual(told(serving), [])
  server.peerConnected(peer)
  server.peerConnected(peer)
  assert.deepEqual(told(serving), [5])
  await clock.advance(PERIOD)
  assert.deepEqual(told(serving), [2])
})

test('stopping takes back the tags, and leaves no timer', async () => {
  const serving = new Serving(new MemoryStore())

  await busyFor(serving, 1)
  assert.deepEqual(told(serving), [6])
  assert.equal(serving.clock.pending, 1)
  serving.server.stop()
  assert.deepEqual(told(serving), [undefined])
  assert.equal(serving.clock.pending, 0)
})
