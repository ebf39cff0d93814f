import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyBlock, anyCID, anyPresence, anyWant, cidOf, cidV0Of, messageOf, wantOf } from '../../test/support/messages.ts'
import { MessageBuilder } from './builder.ts'
import { decodeMessage, encodedSize, encodeMessage } from './codec.ts'
import { blockSize, cancelSize, presenceSize } from './sizes.ts'
import type { Block, Presence } from './message.ts'

const CID_1 = cidOf(1)

function blockOf (number: number): Block {
  return { cid: cidOf(number), bytes: new Uint8Array(10).fill(number) }
}

function presenceOf (number: number, type: Presence['type'] = 'have'): Presence {
  return { cid: cidOf(number), type }
}

/** One thing done to a builder. */
const anyStep: fc.Arbitrary<(builder: MessageBuilder) => void> = fc.oneof(
  anyWant.map(want => (builder: MessageBuilder) => { builder.addWant(want) }),
  anyCID.map(cid => (builder: MessageBuilder) => { builder.addCancel(cid) }),
  anyBlock.map(block => (builder: MessageBuilder) => { builder.addBlock(block) }),
  anyPresence.map(presence => (builder: MessageBuilder) => { builder.addPresence(presence) }),
  fc.boolean().map(full => (builder: MessageBuilder) => { builder.setFull(full) }),
  fc.integer().map(pendingBytes => (builder: MessageBuilder) => { builder.setPendingBytes(pendingBytes) })
)

test('after any steps the size is that of the encoded message', () => {
  fc.assert(fc.property(fc.array(anyStep, { maxLength: 40 }), steps => {
    const builder = new MessageBuilder()

    for (const step of steps) {
      step(builder)

      for (const format of ['v0', 'v1'] as const) {
        assert.equal(builder.size(format), encodedSize(builder.build(), format))
        assert.equal(builder.size(format), encodeMessage(builder.build(), format).byteLength)
      }
    }
  }))
})

test('what is built says nothing twice: a peer that merges reads just that', () => {
  fc.assert(fc.property(fc.array(anyStep, { maxLength: 40 }), steps => {
    const builder = new MessageBuilder()
    steps.forEach(step => { step(builder) })

    const { wants, cancels, presences, blocks } = builder.build()
    const received = decodeMessage(encodeMessage(builder.build(), 'v1'))

    assert.deepEqual(received.wants, wants)
    assert.deepEqual(received.cancels, cancels)
    assert.deepEqual(received.presences, presences)
    assert.equal(received.blocks.length, blocks.length)
    assert.ok(presences.every(({ cid }) => !blocks.some(block => block.cid.equals(cid))))
  }))
})

test('wants for one CID become one', () => {
  const builder = new MessageBuilder()

  assert.equal(builder.addWant(wantOf(CID_1, { priority: 5, wantType: 'have' })), true)
  assert.equal(builder.addWant(wantOf(CID_1, { priority: 3, wantType: 'have', sendDontHave: true })), true)
  assert.deepEqual(builder.build().wants, [wantOf(CID_1, { priority: 3, wantType: 'have', sendDontHave: true })])

  builder.addWant(wantOf(CID_1, { priority: 7 }))
  assert.deepEqual(builder.build().wants, [wantOf(CID_1, { priority: 3, sendDontHave: true })], 'block beats have, sendDontHave stays')

  builder.addWant(wantOf(CID_1, { priority: 8, wantType: 'have' }))
  assert.deepEqual(builder.build().wants, [wantOf(CID_1, { priority: 3, sendDontHave: true })], 'and is not taken back')

  builder.addWant(wantOf(CID_1, { priority: 9 }))
  assert.deepEqual(builder.build().wants, [wantOf(CID_1, { priority: 9, sendDontHave: true })])
})

test('a cancel takes the place of a want, a want never that of a cancel', () => {
  const builder = new MessageBuilder()

  builder.addWant(wantOf(CID_1))
  builder.addCancel(CID_1)
  builder.addCancel(CID_1)
  assert.deepEqual(builder.build(), messageOf({ cancels: [CID_1] }))

  assert.equal(builder.addWant(wantOf(CID_1)), false)
  assert.deepEqual(builder.build(), messageOf({ cancels: [CID_1] }))
})

test('a block takes the place of a presence, a presence never that of a block', () => {
  const builder = new MessageBuilder()

  assert.equal(builder.addPresence(presenceOf(1)), true)
  assert.equal(builder.addBlock(blockOf(1)), true)
  assert.deepEqual(builder.build(), messageOf({ blocks: [blockOf(1)] }))

  assert.equal(builder.addPresence(presenceOf(1, 'dont-have')), false)
  assert.deepEqual(builder.build(), messageOf({ blocks: [blockOf(1)] }))
})

test('a block is in the message once, a later presence takes the place of an earlier one', () => {
  const builder = new MessageBuilder()

  builder.addBlock(blockOf(1))
  assert.equal(builder.addBlock(blockOf(1)), false)
  builder.addPresence(presenceOf(2))
  assert.equal(builder.addPresence(presenceOf(2, 'dont-have')), true)

  assert.deepEqual(builder.build(), messageOf({ blocks: [blockOf(1)], presences: [presenceOf(2, 'dont-have')] }))
})

test('one hash under two CIDs is two', () => {
  const builder = new MessageBuilder()

  builder.addWant(wantOf(cidV0Of(1)))
  builder.addCancel(cidV0Of(1).toV1())
  builder.addBlock({ ...blockOf(2), cid: cidV0Of(2) })
  builder.addPresence({ cid: cidV0Of(2).toV1(), type: 'have' })

  assert.deepEqual(builder.build(), messageOf({
    wants: [wantOf(cidV0Of(1))],
    cancels: [cidV0Of(1).toV1()],
    blocks: [{ ...blockOf(2), cid: cidV0Of(2) }],
    presences: [{ cid: cidV0Of(2).toV1(), type: 'have' }]
  }))
})

test('it is empty until something is wanted, cancelled, sent or answered', () => {
  const steps: Array<[string, (builder: MessageBuilder) => void]> = [
    ['want', builder => { builder.addWant(wantOf(CID_1)) }],
    ['cancel', builder => { builder.addCancel(CID_1) }],
    ['block', builder => { builder.addBlock(blockOf(1)) }],
    ['presence', builder => { builder.addPresence(presenceOf(1)) }]
  ]

  for (const [what, step] of steps) {
    const builder = new MessageBuilder()
    builder.setFull()
    builder.setPendingBytes(5)

    assert.equal(builder.empty, true)
    step(builder)
    assert.equal(builder.empty, false, what)
  }
})

test('adding something adds the size it says', () => {
  const builder = new MessageBuilder()
  let size = builder.size('v1')

  builder.addBlock(blockOf(1))
  assert.equal(builder.size('v1'), size += blockSize(blockOf(1), 'v1'))
  builder.addPresence(presenceOf(2, 'dont-have'))
  assert.equal(builder.size('v1'), size += presenceSize(presenceOf(2, 'dont-have'), 'v1'))
  builder.addCancel(CID_1)
  assert.equal(builder.size('v1'), size += cancelSize(CID_1))

  // from the fourth on the length of the wantlist takes two bytes
  for (const number of [2, 3, 4]) {
    builder.addCancel(cidOf(number))
  }

  assert.equal(builder.size('v1'), size + 3 * cancelSize(CID_1) + 1)
})

test('a built message does not change with what is added after', () => {
  const builder = new MessageBuilder()
  const want = wantOf(CID_1)
  builder.addWant(want)
  const built = builder.build()

  builder.addWant(wantOf(CID_1, { priority: 9 }))
  builder.addBlock(blockOf(2))

  assert.deepEqual(built, messageOf({ wants: [wantOf(CID_1)] }))
  assert.equal(want.priority, 1, 'nor does what was handed in')
  assert.equal(builder.build().blocks[0]?.bytes.byteLength, 10)
})
