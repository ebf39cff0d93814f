import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cidOf } from '../../../test/support/scripted-receiver.ts'
import { alice, bob, say } from '../../../test/support/trace-setup.ts'
import { randomBlocks } from '../random-blocks.ts'
import { Trace } from './trace.ts'

const [block] = await randomBlocks(1, { size: 50 })

function run (): Trace {
  const trace = new Trace()

  trace.name(alice, 'alice')
  trace.happened({ time: 0, what: 'connected', nodes: [alice, bob], detail: 'by hand' })
  say(trace, [1.5, alice, bob], { full: true, wants: [{ cid: block.cid, priority: 3, wantType: 'block', sendDontHave: true }], cancels: [cidOf(1)] })
  say(trace, [3, bob, alice], { blocks: [block], presences: [{ cid: cidOf(2), type: 'have' }], pendingBytes: 4 })
  trace.happened({ time: 4, what: 'crash', nodes: [bob] })

  return trace
}

test('a trace is plain objects, in the order of the run', () => {
  const trace = run()
  const json = trace.toJSON()
  const [a, b] = [alice.toString(), bob.toString()]
  const [asked, answered] = trace.entries.map(({ size }) => size)

  assert.deepEqual(JSON.parse(JSON.stringify(trace)), json)
  assert.deepEqual(json.records, [
    { type: 'event', time: 0, what: 'connected', nodes: [a, b], detail: 'by hand' },
    {
      type: 'message',
      time: 1.5,
      from: a,
      to: b,
      stream: 0,
      size: asked,
      full: true,
      wants: [{ cid: block.cid.toString(), priority: 3, wantType: 'block', sendDontHave: true }],
      cancels: [cidOf(1).toString()],
      presences: [],
      blocks: [],
      pendingBytes: 0,
      malformed: 0
    },
    {
      type: 'message',
      time: 3,
      from: b,
      to: a,
      stream: 0,
      size: answered,
      full: false,
      wants: [],
      cancels: [],
      presences: [{ cid: cidOf(2).toString(), type: 'have' }],
      blocks: [{ cid: block.cid.toString(), size: 50 }],
      pendingBytes: 4,
      malformed: 0
    },
    { type: 'event', time: 4, what: 'crash', nodes: [b] }
  ])
})

test('the summary is of the whole run', () => {
  const trace = run()
  const { records, ...summary } = trace.toJSON()

  assert.equal(records.length, 4)
  assert.deepEqual(summary, {
    type: 'summary',
    hash: trace.hash,
    dropped: 0,
    droppedEvents: 0,
    malformed: 0,
    traffic: trace.traffic(),
    pairs: [
      { from: alice.toString(), to: bob.toString(), traffic: trace.traffic({ from: alice }) },
      { from: bob.toString(), to: alice.toString(), traffic: trace.traffic({ from: bob }) }
    ],
    names: { [alice.toString()]: 'alice' }
  })
})

test('lines of JSON are the records and the summary, and the same for the same run', () => {
  const { records, ...summary } = run().toJSON()
  const lines = [...run().toJSONLines()]

  assert.deepEqual(lines, [...records, summary].map(line => JSON.stringify(line)))
  assert.ok(lines.every(line => !line.includes('\n')))
})
