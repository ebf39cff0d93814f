/** The examples of docs/protocol.md are what the codec writes and reads. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { decodeMessage, encodeFrame, encodeMessage, MAX_CID_SIZE, MAX_ENTRIES, MAX_MESSAGE_SIZE, Unframer } from '../src/message/index.ts'
import { hex, messageOf, toHex } from './support/messages.ts'
import { VECTORS } from './support/vectors.ts'

const text = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8')
const examples = [...text.matchAll(/^```hex (.+)\n([^`]+)^```$/gm)].map(([, name = '', bytes = '']) => ({ name, bytes: hex(bytes) }))
const frame = examples.find(({ name }) => name.startsWith('frame'))

test('the page has its examples', () => {
  assert.equal(examples.length, 8)
  assert.equal(text.match(/```hex/g)?.length, examples.length)
})

for (const { name, bytes } of examples.filter(example => example !== frame)) {
  test(`example: ${name}`, () => {
    const vector = VECTORS.find(candidate => candidate.name === name)

    assert.ok(vector !== undefined, `no such vector: ${name}`)
    assert.equal(toHex(bytes), toHex(encodeMessage(vector.message, vector.format).subarray()))

    const { wants, cancels, presences, blocks, malformed } = decodeMessage(bytes)

    assert.deepEqual({ wants, cancels, presences }, {
      wants: vector.message.wants,
      cancels: vector.message.cancels,
      presences: vector.message.presences
    })
    assert.deepEqual(blocks.map(block => block.bytes), vector.message.blocks.map(block => block.bytes))
    assert.equal(malformed, 0)
  })
}

test('example of a frame', () => {
  assert.ok(frame !== undefined)
  assert.equal(toHex(frame.bytes), toHex(encodeFrame(messageOf({}), 'v1').subarray()))

  const unframer = new Unframer()
  unframer.push(frame.bytes)
  assert.equal(unframer.next()?.byteLength, 2)
})

test('the limits are those the page names', () => {
  assert.equal(MAX_MESSAGE_SIZE, 4 * 1024 * 1024)
  assert.ok(text.includes(`over ${MAX_CID_SIZE} bytes`))
  assert.ok(text.includes(`${String(MAX_ENTRIES).replace(/(?=(\d{3})+$)/g, ' ')} of each`))
})
