/** The codec held against another implementation of protobuf, with the schema of the specification. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { anyCID, anyMessage, toHex } from '../../test/support/messages.ts'
import { decodeMessage, encodedSize, encodeMessage } from './codec.ts'
import { encodePrefix } from './prefix.ts'
import type { Message } from './message.ts'

const { root } = protobuf.parse(
  `
  syntax = "proto3";

  message Message {
    message Wantlist {
      enum WantType { Block = 0; Have = 1; }

      message Entry {
        bytes block = 1;
        int32 priority = 2;
        bool cancel = 3;
        WantType wantType = 4;
        bool sendDontHave = 5;
      }

      repeated Entry entries = 1;
      bool full = 2;
    }

    message Block {
      bytes prefix = 1;
      bytes data = 2;
    }

    enum BlockPresenceType { Have = 0; DontHave = 1; }

    message BlockPresence {
      bytes cid = 1;
      BlockPresenceType type = 2;
    }

    Wantlist wantlist = 1;
    repeated bytes blocks = 2;
    repeated Block payload = 3;
    repeated BlockPresence blockPresences = 4;
    int32 pendingBytes = 5;
  }
`,
  { keepCase: true }
)
const MessageType = root.lookupType('Message')

/** The message as protobufjs has it. */
function toPlain (message: Message): Record<string, unknown> {
  return {
    wantlist: {
      entries: [
        ...message.wants.map(({ cid, priority, wantType, sendDontHave }) => ({
          block: toHex(cid.bytes),
          priority,
          cancel: false,
          wantType: wantType === 'have' ? 1 : 0,
          sendDontHave
        })),
        ...message.cancels.map(cid => ({ block: toHex(cid.bytes), priority: 0, cancel: true, wantType: 0, sendDontHave: false }))
      ],
      full: message.full
    },
    blocks: [],
    payload: message.blocks.map(({ cid, bytes }) => ({ prefix: toHex(encodePrefix(cid)), data: toHex(bytes) })),
    blockPresences: message.presences.map(({ cid, type }) => ({ cid: toHex(cid.bytes), type: type === 'have' ? 0 : 1 })),
    pendingBytes: message.pendingBytes
  }
}

/** With bytes as hex, so that it does not matter which class they have. */
function decodePlain (bytes: Uint8Array): unknown {
  const plain = MessageType.toObject(MessageType.decode(bytes), { defaults: true })

  return JSON.parse(JSON.stringify(plain, (_, value: unknown) => {
    const isBuffer = typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value

    return value instanceof Uint8Array ? toHex(value) : isBuffer ? toHex(value.data as Uint8Array) : value
  }))
}

function bytesOf (message: Message): Uint8Array {
  const plain = toPlain(message)

  return MessageType.encode(MessageType.fromObject(JSON.parse(JSON.stringify(plain), (key, value: unknown) => {
    return ['block', 'prefix', 'data', 'cid'].includes(key) ? Buffer.from(value as string, 'hex') : value
  }) as Record<string, unknown>)).finish()
}

test('protobufjs reads what we write', () => {
  fc.assert(fc.property(anyMessage, message => {
    assert.deepEqual(decodePlain(encodeMessage(message, 'v1').subarray()), toPlain(message))
  }))
})

test('protobufjs reads the blocks we write in v0', () => {
  fc.assert(fc.property(anyMessage, message => {
    const { wantlist } = toPlain(message)
    const blocks = message.blocks.map(({ bytes }) => toHex(bytes))

    assert.deepEqual(decodePlain(encodeMessage(message, 'v0').subarray()), {
      wantlist,
      blocks,
      payload: [],
      blockPresences: [],
      pendingBytes: 0
    })
  }))
})

test('we read what protobufjs writes, with its defaults written out or not', () => {
  fc.assert(fc.property(anyMessage, message => {
    const bytes = bytesOf(message)
    const received = decodeMessage(bytes)
    const own = decodeMessage(encodeMessage(message, 'v1'))

    assert.deepEqual({ ...received, size: 0 }, { ...own, size: 0 })
    assert.equal(received.malformed, 0)
    assert.ok(encodedSize(message, 'v1') <= bytes.byteLength, 'we leave out what is at its default')
  }))
})

test('we read presences and wants of kinds to come as protobufjs writes them', () => {
  fc.assert(fc.property(anyCID, fc.integer({ min: 2, max: 0x7fff_ffff }), (cid, type) => {
    const received = decodeMessage(MessageType.encode(MessageType.create({
      wantlist: { entries: [{ block: cid.bytes, wantType: type }, { block: cid.bytes, wantType: -type }] },
      blockPresences: [{ cid: cid.bytes, type }]
    })).finish())

    assert.deepEqual(received.wants.map(({ wantType }) => wantType), ['have'])
    assert.deepEqual(received.presences, [])
    assert.equal(received.malformed, 1)
  }))
})
