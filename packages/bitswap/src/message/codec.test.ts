import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyCuts, anyMessage, cut } from '../../test/support/messages.ts'
import { decodeMessage, encodeMessage } from './codec.ts'
import { CIDV0_PREFIX } from './prefix.ts'
import type { WireFormat } from './codec.ts'
import type { Message, ReceivedMessage } from './message.ts'

/** What a peer should read of a message. */
function expected ({ blocks, presences, pendingBytes, ...rest }: Message, format: WireFormat, size: number): ReceivedMessage {
  return {
    ...rest,
    blocks: blocks.map(({ cid, bytes }) => ({
      prefix: format === 'v0'
        ? CIDV0_PREFIX
        : { version: cid.version, codec: cid.code, hash: cid.multihash.code, digestSize: cid.multihash.size },
      bytes
    })),
    presences: format === 'v0' ? [] : presences,
    pendingBytes: format === 'v0' ? 0 : pendingBytes,
    malformed: 0,
    size
  }
}

for (const format of ['v0', 'v1'] as const) {
  test(`any message in ${format} is read as it was written, however it is cut`, () => {
    fc.assert(fc.property(anyMessage, anyCuts, (message, positions) => {
      const list = encodeMessage(message, format)
      const bytes = list.subarray()
      const received = expected(message, format, bytes.byteLength)

      assert.deepEqual(decodeMessage(bytes), received)
      assert.deepEqual(decodeMessage(list), received)
      assert.deepEqual(decodeMessage(cut(bytes, positions)), received)
    }))
  })
}

test('a message cut off anywhere is refused, or lacks what came last', () => {
  fc.assert(fc.property(anyMessage, fc.nat(5000), (message, at) => {
    const bytes = encodeMessage(message, 'v1').subarray()
    const end = at % bytes.byteLength

    try {
      const received = decodeMessage(bytes.subarray(0, end))

      assert.ok(received.wants.length <= message.wants.length)
      assert.ok(received.blocks.length <= message.blocks.length)
      assert.equal(received.malformed, 0)
    } catch (error) {
      assert.equal((error as Error).name, 'MalformedMessageError')
    }
  }))
})
