import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import { cidOf } from '../../../test/support/scripted-receiver.ts'
import { alice, bob, carol, say } from '../../../test/support/trace-setup.ts'
import type { WantEntry } from '../../message/message.ts'
import { randomBlocks } from '../random-blocks.ts'
import type { TraceFact } from './trace-query.ts'
import { Trace } from './trace.ts'
import { VirtualNetwork } from '../virtual-network.ts'

const [block] = await randomBlocks(1, { size: 50 })
const { cid } = block
const want = (cid: CID, wantType: 'block' | 'have', priority: number): WantEntry => ({ cid, wantType, priority, sendDontHave: true })

/** Alice asks bob and carol; bob has the block. */
function exchange (): Trace {
  const trace = new Trace()

  say(trace, [10, alice, bob], { wants: [want(cid, 'have', 9), want(cidOf(1), 'block', 8)] })
  say(trace, [10, alice, carol], { wants: [want(cid, 'have', 9)] })
  say(trace, [20, bob, alice], { presences: [{ cid, type: 'have' }] })
  say(trace, [21, carol, alice], { presences: [{ cid, type: 'dont-have' }] })
  say(trace, [30, alice, bob], { wants: [want(cid, 'block', 9)] })
  say(trace, [40, bob, alice], { blocks: [block] })
  say(trace, [50, alice, carol], { cancels: [cid] })

  return trace
}

const brief = (facts: TraceFact[]): Array<[number, string]> => facts.map(({ time, what }) => [time, what])

test('all that was said of a CID, in order', () => {
  const facts = exchange().query({ cid })

  assert.deepEqual(brief(facts), [[10, 'want-have'], [10, 'want-have'], [20, 'have'], [21, 'dont-have'], [30, 'want-block'], [40, 'block'], [50, 'cancel']])
  assert.deepEqual(facts[4], { time: 30, from: alice, to: bob, stream: 0, what: 'want-block', cid: facts[4]?.cid, priority: 9 })
  assert.deepEqual(facts[5], { time: 40, from: bob, to: alice, stream: 0, what: 'block', cid: facts[5]?.cid, size: 50 })
  assert.ok(facts.every(fact => fact.cid?.equals(cid)))
})

test('a CID is looked for by its multihash', () => {
  assert.equal(exchange().query({ cid: CID.createV1(0x70, cid.multihash) }).length, 7)
  assert.deepEqual(exchange().query({ cid: cidOf(5) }), [])
})

test('each part of a query leaves out what does not match', () => {
  const trace = exchange()

  assert.equal(trace.query().length, 8)
  assert.deepEqual(brief(trace.query({ from: alice, to: carol })), [[10, 'want-have'], [50, 'cancel']])
  assert.deepEqual(brief(trace.query({ to: alice, what: 'have' })), [[20, 'have']])
  assert.deepEqual(brief(trace.query({ since: 21, until: 40 })), [[21, 'dont-have'], [30, 'want-block'], [40, 'block']])
  assert.deepEqual(brief(trace.query({ what: 'want-block' })), [[10, 'want-block'], [30, 'want-block']])
  assert.deepEqual(trace.messages({ what: 'want-block', cid }).map(({ time }) => time), [30])
  assert.deepEqual(trace.messages({ until: 9 }), [])
})

test('what one sent the other, as CIDs', () => {
  const trace = exchange()
  const nothing = { wantBlocks: [], wantHaves: [], cancels: [], haves: [], dontHaves: [], blocks: [] }

  assert.deepEqual(trace.sent(alice, bob), { ...nothing, wantHaves: [cid], wantBlocks: [cidOf(1), cid] })
  assert.deepEqual(trace.sent(alice, carol), { ...nothing, wantHaves: [cid], cancels: [cid] })
  assert.deepEqual(trace.sent(bob, alice), { ...nothing, haves: [cid], blocks: [cid] })
  assert.deepEqual(trace.sent(carol, alice), { ...nothing, dontHaves: [cid] })
  assert.deepEqual(trace.sent(carol, bob), nothing)
})

test('instances and nodes stand for their peers', async () => {
  const net = new VirtualNetwork({ latency: 20 })
  const { trace } = net
  const [giver, taker] = await net.instances(2)
  const cid = await giver.put('hello')

  await Promise.all([net.clock.run(), taker.bitswap.getBlock(cid)])
  assert.deepEqual(trace.sent(giver, taker).blocks, [cid])
  assert.deepEqual(trace.sent(giver.node, taker.peer).blocks, [cid])
  assert.equal(trace.traffic({ from: giver }).blockBytes, 5)
})
