import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { create } from 'multiformats/hashes/digest'
import { from } from 'multiformats/hashes/hasher'
import { sha256 } from 'multiformats/hashes/sha2'
import { InvalidOptionError } from '../../errors.ts'
import { blockMessage, cidOf, wantMessage } from '../../../test/support/scripted-receiver.ts'
import { alice, bob, carol, frameOf, say } from '../../../test/support/trace-setup.ts'
import { peerIdFromSeed } from '../peer-ids.ts'
import { randomBlocks } from '../random-blocks.ts'
import { MAX_INCOMPLETE } from './trace-channel.ts'
import { Trace } from './trace.ts'

const want = frameOf(wantMessage(1))

test('messages are put together from pieces, per stream and direction', () => {
  const trace = new Trace()
  const block = frameOf(blockMessage(2, 10))

  trace.bytesArrived({ time: 1, from: alice, to: bob, stream: 0, bytes: want.subarray(0, 5) })
  trace.bytesArrived({ time: 2, from: bob, to: alice, stream: 0, bytes: block })
  trace.bytesArrived({ time: 3, from: alice, to: bob, stream: 1, bytes: want })
  trace.bytesArrived({ time: 4, from: alice, to: bob, stream: 0, bytes: want.subarray(5) })

  assert.deepEqual(trace.entries.map(({ time, stream }) => [time, stream]), [[2, 0], [3, 1], [4, 0]])
  assert.equal(trace.messages({ from: alice }).length, 2)
  assert.equal(trace.messages({ from: bob, to: alice })[0]?.blocks[0]?.size, 10)
  assert.deepEqual(trace.messages({ to: peerIdFromSeed(3) }), [])
})

test('an entry says all that the message did, and names the block by its bytes', async () => {
  const trace = new Trace()
  const [block] = await randomBlocks(1, { size: 100 })
  const message = {
    full: true,
    wants: [{ cid: cidOf(1), priority: 7, wantType: 'have' as const, sendDontHave: true }],
    cancels: [cidOf(2)],
    presences: [{ cid: cidOf(3), type: 'dont-have' as const }],
    pendingBytes: 12
  }

  say(trace, [5, alice, bob], { ...message, blocks: [block] })

  const [entry] = trace.entries
  assert.equal(entry?.blocks[0]?.cid?.toString(), block.cid.toString())
  assert.deepEqual(entry, {
    ...message,
    time: 5,
    from: alice,
    to: bob,
    stream: 0,
    size: frameOf({ ...message, blocks: [block] }).byteLength - 2, // its length takes two bytes
    blocks: [{ cid: entry.blocks[0].cid, size: 100 }],
    malformed: 0
  })
})

test('a block whose hash function is unknown has no name', () => {
  const trace = new Trace()

  say(trace, [0, alice, bob], { blocks: [{ cid: CID.createV1(raw.code, create(0x99, new Uint8Array(32))), bytes: new Uint8Array(9) }] })
  assert.deepEqual(trace.entries[0]?.blocks, [{ cid: undefined, size: 9 }])
})

test('where hashing takes a promise, blocks have their names when the trace has settled', async () => {
  const sha = CID.createV1(raw.code, await sha256.digest(new Uint8Array(9))).toString()
  const digest = create(0x99, new Uint8Array(32).fill(1))
  const later = from({ code: 0x99, name: 'later', encode: async () => await Promise.resolve(digest.digest) })
  const lost = from({ code: 0x98, name: 'lost', encode: async () => await Promise.reject(new Error('no hash today')) })
  const trace = new Trace({ getHasher: code => code === 0x99 ? later : lost })

  for (const code of [0x99, 0x98, sha256.code]) {
    say(trace, [0, alice, bob], { blocks: [{ cid: CID.createV1(raw.code, create(code, new Uint8Array(32))), bytes: new Uint8Array(9) }] })
  }

  const names = (): Array<string | undefined> => trace.entries.map(({ blocks }) => blocks[0]?.cid?.toString())
  assert.deepEqual(names(), [undefined, undefined, sha])
  await trace.settled()
  assert.deepEqual(names(), [CID.createV1(raw.code, digest).toString(), undefined, sha])
})

test('a full trace counts what it does not keep', () => {
  const trace = new Trace({ maxEntries: 2 })

  for (let time = 0; time < 2; time++) {
    trace.bytesArrived({ time, from: alice, to: bob, stream: 0, bytes: want })
    trace.happened({ time, what: 'note', nodes: [] })
  }

  assert.deepEqual([trace.entries.length, trace.dropped, trace.events.length, trace.droppedEvents], [2, 0, 2, 0])
  trace.bytesArrived({ time: 2, from: alice, to: bob, stream: 0, bytes: want })
  trace.happened({ time: 2, what: 'note', nodes: [] })
  assert.deepEqual([trace.entries.length, trace.dropped, trace.events.length, trace.droppedEvents], [2, 1, 2, 1])
})

test('a trace that is to keep nothing keeps nothing, and still counts and hashes', () => {
  const [nothing, all] = [new Trace({ maxEntries: 0 }), new Trace()]

  for (const trace of [nothing, all]) {
    say(trace, [1, alice, bob], wantMessage(1))
    trace.happened({ time: 2, what: 'crash', nodes: [bob] })
  }

  assert.deepEqual([nothing.entries, nothing.events, nothing.dropped], [[], [], 1])
  assert.deepEqual(nothing.traffic(), all.traffic())
  assert.equal(nothing.hash, all.hash)
})

test('a bound that is none is refused', () => {
  assert.throws(() => new Trace({ maxEntries: -1 }), InvalidOptionError)
  assert.throws(() => new Trace({ maxEntries: Number.NaN }), InvalidOptionError)
})

test('a stream that carries what is no message is counted once, and the others go on', () => {
  const trace = new Trace()

  for (let time = 0; time < 3; time++) {
    trace.bytesArrived({ time, from: alice, to: bob, stream: 0, bytes: new Uint8Array(20).fill(0xff) })
  }

  trace.bytesArrived({ time: 3, from: alice, to: bob, stream: 1, bytes: want })
  trace.bytesArrived({ time: 4, from: bob, to: alice, stream: 0, bytes: want })
  assert.deepEqual([trace.entries.length, trace.malformed], [2, 1])
  assert.deepEqual(trace.events.map(({ time, what, nodes }) => [time, what, nodes]), [[0, 'malformed', [alice, bob]]])
  assert.equal(trace.traffic({ from: alice, to: bob }).bytes, 60 + want.byteLength)
})

test('streams that end within a message are given up for later ones, the oldest first', () => {
  const trace = new Trace()
  const finish = (stream: number): number => {
    trace.bytesArrived({ time: 1, from: alice, to: bob, stream, bytes: want.subarray(5) })

    return trace.entries.length
  }

  for (let stream = 0; stream < MAX_INCOMPLETE + 1; stream++) {
    trace.bytesArrived({ time: 0, from: alice, to: bob, stream, bytes: want.subarray(0, 5) })
  }

  trace.bytesArrived({ time: 0, from: carol, to: bob, stream: 0, bytes: want.subarray(0, 5) })
  assert.deepEqual([finish(0), finish(1), finish(MAX_INCOMPLETE), trace.malformed], [0, 1, 2, 0])
})

test('traffic is counted by pair and in total, also of what is not kept', async () => {
  const trace = new Trace({ maxEntries: 1 })
  const [block] = await randomBlocks(1, { size: 300 })
  const asked = { wants: [1, 2, 3].map(seed => ({ cid: cidOf(seed), priority: 1, wantType: seed === 1 ? 'block' as const : 'have' as const, sendDontHave: false })) }
  const answered = { presences: [1, 2, 3].map(seed => ({ cid: cidOf(seed), type: seed === 1 ? 'have' as const : 'dont-have' as const })), blocks: [block] }

  say(trace, [1, alice, bob], asked)
  say(trace, [2, bob, alice], answered)
  say(trace, [3, alice, carol], { cancels: [cidOf(1), cidOf(2)] })

  const nothing = { messages: 0, bytes: 0, wantBlocks: 0, wantHaves: 0, cancels: 0, haves: 0, dontHaves: 0, blocks: 0, blockBytes: 0 }
  const [there, back] = [frameOf(asked).byteLength, frameOf(answered).byteLength]
  const cancelled = frameOf({ cancels: [cidOf(1), cidOf(2)] }).byteLength

  assert.equal(trace.dropped, 2)
  assert.deepEqual(trace.traffic({ from: alice, to: bob }), { ...nothing, messages: 1, bytes: there, wantBlocks: 1, wantHaves: 2 })
  assert.deepEqual(trace.traffic({ to: alice }), { ...nothing, messages: 1, bytes: back, haves: 1, dontHaves: 2, blocks: 1, blockBytes: 300 })
  assert.deepEqual(trace.traffic({ from: alice }), { ...nothing, messages: 2, bytes: there + cancelled, wantBlocks: 1, wantHaves: 2, cancels: 2 })
  assert.deepEqual(trace.traffic({ from: carol }), nothing)
  assert.deepEqual(trace.traffic({ from: bob, to: carol }), nothing)
  assert.deepEqual(trace.traffic(), { messages: 3, bytes: there + back + cancelled, wantBlocks: 1, wantHaves: 2, cancels: 2, haves: 1, dontHaves: 2, blocks: 1, blockBytes: 300 })
  assert.deepEqual(trace.pairs().map(({ from, to, traffic }) => [from, to, traffic.messages]), [[alice, bob, 1], [alice, carol, 1], [bob, alice, 1]])
})

test('traffic that was asked for does not change with the run', () => {
  const trace = new Trace()
  const before = [trace.traffic(), trace.traffic({ from: alice })]

  say(trace, [1, alice, bob], wantMessage(1))
  assert.deepEqual(before.map(({ messages }) => messages), [0, 0])
})
