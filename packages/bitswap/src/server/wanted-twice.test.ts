/** A block that is wanted twice, and comes into the store, or goes from it, in between. What was read by then is sent all the same. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { blockOf, cidOf, MemoryStore, Serving, wantBlock } from '../../test/support/serving.ts'
import type { WantEntry } from '../message/message.ts'

type Type = WantEntry['wantType']

/** What is sent if the first answer was not taken by the time of the second want, and what is sent after it if it was. */
const CHANGING: Array<{ first: [Type, 'here' | 'missing'], second: [Type, 'here' | 'missing'], waiting: string, underWay: string }> = [
  { first: ['have', 'missing'], second: ['have', 'missing'], waiting: 'dont-have', underWay: 'dont-have' },
  { first: ['have', 'missing'], second: ['have', 'here'], waiting: 'have', underWay: 'have' },
  { first: ['have', 'missing'], second: ['block', 'missing'], waiting: 'dont-have', underWay: 'dont-have' },
  { first: ['have', 'missing'], second: ['block', 'here'], waiting: 'block', underWay: 'block' },
  { first: ['have', 'here'], second: ['have', 'missing'], waiting: 'have', underWay: '' },
  { first: ['have', 'here'], second: ['have', 'here'], waiting: 'have', underWay: '' },
  { first: ['have', 'here'], second: ['block', 'missing'], waiting: 'dont-have', underWay: 'dont-have' },
  { first: ['have', 'here'], second: ['block', 'here'], waiting: 'block', underWay: 'block' },
  { first: ['block', 'missing'], second: ['have', 'missing'], waiting: 'dont-have', underWay: 'dont-have' },
  { first: ['block', 'missing'], second: ['have', 'here'], waiting: 'block', underWay: 'block' },
  { first: ['block', 'missing'], second: ['block', 'missing'], waiting: 'dont-have', underWay: 'dont-have' },
  { first: ['block', 'missing'], second: ['block', 'here'], waiting: 'block', underWay: 'block' },
  { first: ['block', 'here'], second: ['have', 'missing'], waiting: 'block', underWay: '' },
  { first: ['block', 'here'], second: ['have', 'here'], waiting: 'block', underWay: '' },
  { first: ['block', 'here'], second: ['block', 'missing'], waiting: 'block', underWay: '' },
  { first: ['block', 'here'], second: ['block', 'here'], waiting: 'block', underWay: '' }
]

for (const { first, second, waiting, underWay } of CHANGING) {
  test(`${first.join(', ')}, then ${second.join(', ')}: ${waiting}, and ${underWay === '' ? 'nothing' : underWay} after an answer that is on its way`, async () => {
    for (const [isTaken, expected] of [[false, waiting], [true, underWay]] as const) {
      const serving = new Serving(new MemoryStore(), { maxAbsenceAge: 0 })
      const ask = ([wantType, where]: typeof first): void => {
        serving.store.delete(cidOf(1))
        serving.store.put(...where === 'here' ? [blockOf(1)] : [])
        serving.wants(wantBlock(cidOf(1), { wantType, sendDontHave: true }))
      }

      ask(first)
      const taken = isTaken ? serving.server.presencesFor(serving.peer) ?? serving.envelope() : undefined
      ask(second)
      taken?.sent()
      const { blocks, haves, dontHaves } = await serving.deliver()
      assert.equal([...blocks.map(() => 'block'), ...haves.map(() => 'have'), ...dontHaves.map(() => 'dont-have')].join(), expected)
    }
  })
}
