import assert from 'node:assert/strict'
import test from 'node:test'
import type { CID } from 'multiformats/cid'
import { blockOf, blocksOf, cidOf, cidV0Of, MemoryStore, names, Serving, wantBlock, wantHave } from '../../test/support/serving.ts'
import { multihashKey } from '../core/cid-map.ts'
import { SeededRandom } from '../core/random.ts'
import type { WantEntry } from '../message/message.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { Engine } from './engine.ts'
import { SERVER_DEFAULTS } from './options.ts'

/** Blocks 1 to 9 are here; `a` to `i` name them, `A` to `I` are missing. */
const HERE = 'abcdefghi'
const SEEDS = new Map([...HERE].flatMap((letter, index): Array<[string, number]> => [[letter, index + 1], [letter.toUpperCase(), index + 101]]))

function cid (letter: string): CID {
  return cidOf(SEEDS.get(letter) ?? 0)
}

function letters (cids: CID[]): string {
  return [...SEEDS].filter(([, seed]) => cids.some(cid => cid.equals(cidOf(seed)))).map(([letter]) => letter).join('')
}

interface Case {
  name: string
  /** Messages: want-blocks, want-haves. */
  messages: Array<{ blocks?: string, haves?: string, sendDontHave?: boolean }>
  expected: { blocks?: string, haves?: string, dontHaves?: string }
}

function entriesOf ({ blocks = '', haves = '', sendDontHave = false }: Case['messages'][0]): WantEntry[] {
  return [...[...blocks].map(letter => wantBlock(cid(letter), { sendDontHave })), ...[...haves].map(letter => wantHave(cid(letter), { sendDontHave }))]
}

const WAITING: Case[] = [
  { name: 'blocks', messages: [{ blocks: 'abc' }], expected: { blocks: 'abc' } },
  { name: 'blocks and haves', messages: [{ blocks: 'ab', haves: 'cd' }], expected: { blocks: 'ab', haves: 'cd' } },
  { name: 'missing haves', messages: [{ blocks: 'a', haves: 'bAB' }], expected: { blocks: 'a', haves: 'b' } },
  { name: 'missing haves, to be told', messages: [{ blocks: 'a', haves: 'bAB', sendDontHave: true }], expected: { blocks: 'a', haves: 'b', dontHaves: 'AB' } },
  { name: 'missing blocks', messages: [{ blocks: 'aAB' }], expected: { blocks: 'a' } },
  { name: 'missing blocks and haves', messages: [{ blocks: 'aA', haves: 'bB' }], expected: { blocks: 'a', haves: 'b' } },
  { name: 'missing blocks, to be told', messages: [{ blocks: 'aAB', sendDontHave: true }], expected: { blocks: 'a', dontHaves: 'AB' } },
  { name: 'missing blocks and haves, to be told', messages: [{ blocks: 'aA', haves: 'bB', sendDontHave: true }], expected: { blocks: 'a', haves: 'b', dontHaves: 'AB' } },
  { name: 'repeated blocks', messages: [{ blocks: 'ab' }, { blocks: 'cd' }], expected: { blocks: 'abcd' } },
  { name: 'repeated blocks and haves', messages: [{ blocks: 'ab', haves: 'cd' }, { blocks: 'e', haves: 'f' }], expected: { blocks: 'abe', haves: 'cdf' } },
  {
    name: 'repeated blocks and haves, to be told',
    messages: [{ blocks: 'aA', haves: 'bB', sendDontHave: true }, { blocks: 'cC', haves: 'dD', sendDontHave: true }],
    expected: { blocks: 'ac', haves: 'bd', dontHaves: 'ABCD' }
  },
  { name: 'block, then have', messages: [{ blocks: 'a' }, { haves: 'a' }], expected: { blocks: 'a' } },
  { name: 'have, then block', messages: [{ haves: 'a' }, { blocks: 'a' }], expected: { blocks: 'a' } },
  { name: 'block twice', messages: [{ blocks: 'a' }, { blocks: 'a' }], expected: { blocks: 'a' } },
  { name: 'have twice', messages: [{ haves: 'a' }, { haves: 'a' }], expected: { haves: 'a' } },
  { name: 'a missing block, then to be told', messages: [{ blocks: 'A' }, { blocks: 'A', sendDontHave: true }], expected: { dontHaves: 'A' } }
]

for (const { name, messages, expected } of WAITING) {
  test(`answered in one go: ${name}`, async () => {
    const serving = new Serving(new MemoryStore(...blocksOf(9)))

    for (const message of messages) {
      serving.wants(...entriesOf(message))
    }

    const { blocks, haves, dontHaves, messages: sent } = await serving.deliver()
    assert.ok(sent.length <= 1)
    assert.deepEqual({ blocks: letters(blocks), haves: letters(haves), dontHaves: letters(dontHaves) }, { blocks: '', haves: '', dontHaves: '', ...expected })
    assert.equal(blocks.length, expected.blocks?.length ?? 0)
  })
}

const UNDER_WAY = [
  { name: 'block, then have', first: wantBlock(cidOf(1)), second: wantHave(cidOf(1)), expected: [] },
  { name: 'have, then block', first: wantHave(cidOf(1)), second: wantBlock(cidOf(1)), expected: ['block'] },
  { name: 'block twice', first: wantBlock(cidOf(1)), second: wantBlock(cidOf(1)), expected: [] },
  { name: 'have twice', first: wantHave(cidOf(1)), second: wantHave(cidOf(1)), expected: [] }
]

for (const { name, first, second, expected } of UNDER_WAY) {
  test(`wanted again while the first answer is on its way: ${name}`, async () => {
    const serving = new Serving(new MemoryStore(...blocksOf(1)))

    serving.wants(first)
    const sending = first.wantType === 'block' ? serving.envelope() : serving.server.presencesFor(serving.peer)
    serving.wants(second)
    sending?.sent()

    const { blocks, haves } = await serving.deliver()
    assert.deepEqual([...blocks.map(() => 'block'), ...haves.map(() => 'have')], expected)
    assert.deepEqual(serving.server.wantlistForPeer(serving.peer), [])
  })
}

// what a want is when the block arrives: the first and the second, and what is sent then
const ARRIVING: Array<[WantEntry['wantType'], WantEntry['wantType'], 'block' | 'have']> = [
  ['block', 'block', 'block'],
  ['block', 'have', 'block'],
  ['have', 'block', 'block'],
  ['have', 'have', 'have']
]

for (const [first, second, expected] of ARRIVING) {
  test(`a ${first} that was missing, wanted again as ${second}, is answered with ${expected} when it arrives`, async () => {
    const serving = new Serving(new MemoryStore())

    serving.wants(wantBlock(cidOf(1), { wantType: first }))
    serving.wants(wantBlock(cidOf(1), { wantType: second }))
    serving.server.blocksArrived([blockOf(1)])

    const { blocks, haves } = await serving.deliver()
    assert.deepEqual([blocks.length, haves.length], expected === 'block' ? [1, 0] : [0, 1])
  })
}

test('what was wanted and not cancelled is sent, no more and no less', async () => {
  for (let round = 0; round < 10; round++) {
    const random = new SeededRandom(round)
    const serving = new Serving(new MemoryStore(...blocksOf(26, 20)))
    const left = new Map(blocksOf(26).map(({ cid }) => [cid.toString(), cid]))

    serving.wants(...[...left.values()].map(cid => wantBlock(cid)))

    for (const [name, cid] of [...left]) {
      if (random.int(2) === 0) {
        left.delete(name)
        serving.cancels(cid)
      }
    }

    assert.deepEqual(names((await serving.deliver()).blocks), [...left.keys()].sort((a, b) => a < b ? -1 : 1))
    assert.ok(!serving.server.hasBlocks(serving.peer))
  }
})

test('blocks are sent by priority, then in the order they were asked for', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(6)))

  serving.wants(wantBlock(cidOf(1)), wantBlock(cidOf(2), { priority: 7 }), wantBlock(cidOf(3)))
  serving.wants(wantBlock(cidOf(4), { priority: -1 }), wantBlock(cidOf(5), { priority: 7 }), wantBlock(cidOf(6), { priority: 2_147_483_647 }))
  assert.deepEqual((await serving.deliver()).blocks, [6, 2, 5, 1, 3, 4].map(cidOf))
})

test('a new priority holds, up and down', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(3)))

  serving.wants(...blocksOf(3).map(({ cid }) => wantBlock(cid, { priority: 5 })))
  serving.wants(wantBlock(cidOf(3), { priority: 6 }), wantBlock(cidOf(1), { priority: 4 }))
  assert.deepEqual((await serving.deliver()).blocks, [3, 2, 1].map(cidOf))
})

test('a block that was sent is sent again when it is wanted again', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))

  for (let time = 0; time < 3; time++) {
    serving.wants(wantBlock(cidOf(1)))
    assert.deepEqual((await serving.deliver()).blocks, [cidOf(1)])
  }
})

test('a HAVE that was sent is sent again when it is asked for again', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))

  for (let time = 0; time < 3; time++) {
    serving.wants(wantHave(cidOf(1)))
    assert.deepEqual((await serving.deliver()).haves, [cidOf(1)])
  }
})

test('a want that was answered DONT_HAVE and comes again soon is answered so without a look-up; later with one, as the store may have been given the block without our being told', async () => {
  const serving = new Serving(new MemoryStore(), { maxAbsenceAge: 1000 })

  for (const delay of [0, 999]) {
    await serving.clock.advance(delay)
    serving.wants(wantBlock(cidOf(1), { sendDontHave: true }))
    assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(1)])
    assert.equal(serving.store.calls.length, 1)
  }

  serving.store.put(blockOf(1))
  await serving.clock.advance(1)
  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }))
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(1)])
})

test('a block we are told of is looked up again whatever the store said before', async () => {
  const serving = new Serving(new MemoryStore())

  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }))
  assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(1)])
  serving.store.put(blockOf(1))
  serving.server.blocksArrived([{ cid: cidOf(1) }])
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(1)])
})

test('what is missing is kept by its name, without the CID object, and told and sent under the CID it was asked by', async () => {
  const serving = new Serving(new MemoryStore())
  const asked = [cidOf(1), cidV0Of(2)]
  serving.wants(...asked.map(cid => wantBlock(cid, { sendDontHave: true })))
  const account = serving.server.books.run?.engine.account(serving.peer)

  assert.deepEqual([...account?.requests.values() ?? []].map(({ cid }) => cid), [undefined, undefined])
  assert.deepEqual(names((await serving.deliver()).dontHaves), names(asked))
  assert.deepEqual(names(serving.server.wantlistForPeer(serving.peer).map(({ cid }) => cid)), names(asked))
  serving.server.blocksArrived([blockOf(1), blockOf(2)])
  assert.deepEqual(names((await serving.deliver()).blocks), names(asked))
})

test('what was denied and is allowed when it comes again is looked up, and what was missing and is denied then as well', async () => {
  let isAllowed = false
  const serving = new Serving(new MemoryStore(blockOf(1)), { filter: () => isAllowed })

  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }), wantBlock(cidOf(2), { sendDontHave: true }))
  assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(1), cidOf(2)])
  isAllowed = true
  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }), wantBlock(cidOf(2), { sendDontHave: true }))
  const { blocks, dontHaves } = await serving.deliver()
  assert.deepEqual([blocks, dontHaves], [[cidOf(1)], [cidOf(2)]])
  const calls = serving.store.calls.length
  isAllowed = false
  serving.wants(wantBlock(cidOf(2), { sendDontHave: true }))
  assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(2)])
  assert.equal(serving.store.calls.length, calls + 1)
})

test('a cancelled want is answered with nothing, whatever its answer was going to be', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(2)))

  serving.wants(wantBlock(cidOf(1)), wantHave(cidOf(2)), wantBlock(cidOf(3), { sendDontHave: true }))
  serving.cancels(cidOf(1), cidOf(2), cidOf(3), cidOf(4))
  const { blocks, haves, dontHaves } = await serving.deliver()
  assert.deepEqual([blocks, haves, dontHaves], [[], [], []])
  serving.server.blocksArrived([blockOf(3)])
  assert.ok(!serving.server.hasBlocks(serving.peer))
})

test('a cancel comes too late for what is on its way, and a new want brings it again', async () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))

  serving.wants(wantBlock(cidOf(1)))
  const envelope = serving.envelope()
  serving.cancels(cidOf(1))
  serving.wants(wantBlock(cidOf(1)))
  envelope.sent()

  assert.equal(serving.server.stats.blocksSent, 1)
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(1)])
})

test('requests are counted over all peers, and none is left when they were cancelled or their peer left', () => {
  const engine = new Engine(SERVER_DEFAULTS)
  const accounts = [engine.open(peerIdFromSeed(1)), engine.open(peerIdFromSeed(2))]
  const wants = blocksOf(3).map(({ cid }) => wantBlock(cid))

  accounts.forEach(account => engine.received(account, { full: false, wants, cancels: [] }))
  assert.equal(engine.size, 6)
  accounts.slice(0, 1).forEach(account => engine.received(account, { full: false, wants: [], cancels: [cidOf(1)] }))
  assert.equal(engine.size, 5)
  accounts.forEach(account => { engine.close(account) })
  assert.equal(engine.size, 0)
  assert.deepEqual(engine.waitingFor(multihashKey(cidOf(2))), [])
})

test('bytes that are being read or were read ahead are counted over all peers, until they are taken', () => {
  const engine = new Engine({ ...SERVER_DEFAULTS, maxReadAhead: 100 })
  const [reader, waiter] = [engine.open(peerIdFromSeed(1)), engine.open(peerIdFromSeed(2))]

  engine.received(reader, { full: false, wants: [wantBlock(cidOf(1))], cancels: [] })
  const request = reader.unasked.peek()
  assert.ok(request != null)

  engine.readBegan(waiter, 1)
  engine.readBegan(reader, 60)
  assert.deepEqual([engine.readAhead, engine.makeRoomToRead(waiter, 39, 0), engine.makeRoomToRead(waiter, 40, 0)], [61, true, false])
  engine.readEnded(reader, 60)
  engine.lifecycle.present(request, 50, new Uint8Array(50))
  assert.deepEqual([engine.readAhead, engine.makeRoomToRead(waiter, 49, 0), engine.makeRoomToRead(waiter, 50, 0)], [51, true, false])
  engine.outbox.takeBlocks(reader, 1000)
  assert.equal(engine.readAhead, 1)
})
