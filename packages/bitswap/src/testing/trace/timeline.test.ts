import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { create } from 'multiformats/hashes/digest'
import { cidOf, wantMessage } from '../../../test/support/scripted-receiver.ts'
import { alice, bob, carol, frameOf, say } from '../../../test/support/trace-setup.ts'
import type { WantEntry } from '../../message/message.ts'
import { randomBlocks } from '../random-blocks.ts'
import { MAX_LISTED } from './timeline.ts'
import { Trace } from './trace.ts'

const [block] = await randomBlocks(1, { size: 8000 })
const want = (cid: CID, wantType: WantEntry['wantType']): WantEntry => ({ cid, wantType, priority: 1, sendDontHave: true })

function story (): Trace {
  const trace = new Trace()

  trace.name(alice, 'alice')
  trace.name({ peer: bob }, 'bob')
  trace.happened({ time: 0, what: 'connected', nodes: [alice, bob] })
  say(trace, [20.5, alice, bob], { full: true, wants: [want(block.cid, 'block'), want(cidOf(2), 'block'), want(cidOf(3), 'have')], cancels: [cidOf(4)] })
  say(trace, [20.5, alice, carol], { full: true })
  say(trace, [61, bob, alice], { blocks: [block], presences: [{ cid: cidOf(2), type: 'dont-have' }, { cid: cidOf(3), type: 'have' }], pendingBytes: 300 })
  trace.happened({ time: 90, what: 'disconnected', nodes: [alice, bob] })
  trace.happened({ time: 12_345.678, what: 'note', nodes: [], detail: 'all is over' })

  return trace
}

const lines = (text: string): string[] => text.split('\n')

test('a run reads as a story', () => {
  assert.deepEqual(lines(story().timeline()), [
    '      0.0  -- connected alice bob',
    '     20.5  alice → bob       full want-block …3dz5thsa …bkiksrui; want-have …lghpnsiu; cancel …ufnr7nia',
    '     20.5  alice → oJDKeB    full empty',
    '     61.0  bob → alice       have …lghpnsiu; dont-have …bkiksrui; block …3dz5thsa (8000 B); 300 B pending',
    '     90.0  -- disconnected alice bob',
    '12345.678  -- note all is over'
  ])
})

test('a query shows its part of the story', () => {
  const trace = story()

  assert.deepEqual(lines(trace.timeline({ cid: cidOf(2) })), [
    '    20.5  alice → bob    full want-block …bkiksrui',
    '    61.0  bob → alice    dont-have …bkiksrui'
  ])
  assert.deepEqual(lines(trace.timeline({ from: bob, since: 61 })), [
    '    61.0  bob → alice    have …lghpnsiu; dont-have …bkiksrui; block …3dz5thsa (8000 B); 300 B pending',
    '    90.0  -- disconnected alice bob'
  ])
  assert.equal(trace.timeline({ from: carol }), '')
})

test('a long list is cut', () => {
  const wants = (count: number): Array<{ cid: CID, priority: number, wantType: 'have', sendDontHave: boolean }> =>
    Array.from({ length: count }, (_, seed) => ({ cid: cidOf(seed), priority: 1, wantType: 'have', sendDontHave: true }))
  const trace = new Trace()

  say(trace, [0, alice, bob], { wants: wants(MAX_LISTED) })
  say(trace, [1, alice, bob], { wants: wants(MAX_LISTED + 1) })
  say(trace, [2, alice, bob], { wants: wants(MAX_LISTED + 37) })

  const [whole, ...cut] = lines(trace.timeline())
  assert.equal(whole?.match(/…/g)?.length, MAX_LISTED)
  assert.deepEqual(cut.map(line => line.match(/…/g)?.length), [MAX_LISTED, MAX_LISTED])
  assert.deepEqual(cut.map(line => / and .*/.exec(line)?.[0]), [' and 1 more', ' and 37 more'])
})

test('what cannot be read or named is shown as such', () => {
  const trace = new Trace()
  const unknown = CID.createV1(raw.code, create(0x99, new Uint8Array(32)))
  const frame = frameOf(wantMessage(1))

  say(trace, [1, alice, bob], { blocks: [{ cid: unknown, bytes: new Uint8Array(9) }] })
  frame[frame.indexOf(raw.code) - 1] = 5 // no version that CIDs have
  trace.bytesArrived({ time: 2, from: alice, to: bob, stream: 0, bytes: frame })
  trace.bytesArrived({ time: 3, from: alice, to: bob, stream: 0, bytes: new Uint8Array(9).fill(0xff) })
  assert.deepEqual(lines(trace.timeline()), [
    '     1.0  JhEcYH → WAnLxj    block unnamed (9 B)',
    '     2.0  JhEcYH → WAnLxj    empty; 1 malformed',
    '     3.0  -- malformed JhEcYH WAnLxj length of a message takes more than 9 bytes'
  ])
})

test('the columns grow with what stands in them', () => {
  const trace = new Trace()

  trace.name(alice, 'alice')
  trace.name(bob, 'a node with a long name')
  say(trace, [1.25, alice, bob], wantMessage(1))
  say(trace, [1_234_567.125, alice, carol], wantMessage(1))

  const columns = lines(trace.timeline()).map(line => [line.indexOf('  alice'), line.indexOf('want-block')])
  assert.deepEqual(columns, [[11, 48], [11, 48]])
})
