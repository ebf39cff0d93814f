/**
 * Messages to bytes. Blocks are not copied: what comes out is a list of pieces,
 * with all that is not a block in one allocation, cut where the blocks go.
 *
 * Not for: limits of size, which `frame.ts` has; or merging, which
 * `builder.ts` does: what is said twice is written twice.
 */
import { Uint8ArrayList } from 'uint8arraylist'
import { PresenceType, WantType } from './message.ts'
import { prefixSize, writePrefix } from './prefix.ts'
import { EntryTag, MessageTag, PayloadTag, PresenceTag, WantlistTag, WirePresenceType, WireWantType } from './schema.ts'
import { cancelBodySize, encodedSize, entriesSize, FLAG_SIZE, payloadBodySize, presenceBodySize, toInt32, toPendingBytes, wantBodySize } from './sizes.ts'
import { varintSize, writeVarint } from './varint.ts'
import type { Block, Message, Presence, WantEntry } from './message.ts'
import type { WireFormat } from './sizes.ts'
import type { CID } from 'multiformats/cid'

/**
 * The message as protobuf, without a length prefix. The list holds the very
 * bytes of the blocks, which must not change before it is sent. Fields at their
 * default are left out; numbers that do not fit an int32 become the nearest
 * that does. `v0` drops presences and pending bytes, and the CIDs of blocks:
 * hand it only blocks that CIDv0 can name.
 */
export function encodeMessage (message: Message, format: WireFormat): Uint8ArrayList {
  return new MessageWriter(message, format, encodedSize(message, format)).write()
}

/** As {@link encodeMessage}, with its size, which is `encodedSize(message, format)`, in front as a varint. */
export function encodeWithLength (message: Message, format: WireFormat, size: number): Uint8ArrayList {
  const writer = new MessageWriter(message, format, size + varintSize(size))
  writer.length(size)

  return writer.write()
}

class MessageWriter {
  readonly #message: Message
  readonly #format: WireFormat
  readonly #size: number
  readonly #pieces: Uint8Array[] = []
  /** All bytes but those of blocks. */
  readonly #target: Uint8Array
  /** Where in the target the piece begins that is being written. */
  #start: number = 0
  #offset: number = 0

  constructor (message: Message, format: WireFormat, size: number) {
    let ownSize = size

    for (const block of message.blocks) {
      ownSize -= block.bytes.byteLength
    }

    this.#message = message
    this.#format = format
    this.#size = size
    this.#target = new Uint8Array(ownSize)
  }

  length (size: number): void {
    this.#offset = writeVarint(this.#target, this.#offset, size)
  }

  write (): Uint8ArrayList {
    const { blocks, presences, pendingBytes } = this.#message

    this.#wantlist(this.#message)

    for (const block of blocks) {
      this.#block(block)
    }

    if (this.#format === 'v1') {
      for (const presence of presences) {
        this.#presence(presence)
      }

      this.#int32(MessageTag.PendingBytes, toPendingBytes(pendingBytes))
    }

    this.#cut()

    return Uint8ArrayList.fromUint8Arrays(this.#pieces, this.#size)
  }

  #wantlist (message: Message): void {
    this.#open(MessageTag.Wantlist, entriesSize(message) + (message.full ? FLAG_SIZE : 0))

    for (const want of message.wants) {
      this.#want(want)
    }

    for (const cid of message.cancels) {
      this.#open(WantlistTag.Entries, cancelBodySize(cid))
      this.#cid(EntryTag.Block, cid)
      this.#flag(EntryTag.Cancel, 1)
    }

    if (message.full) {
      this.#flag(WantlistTag.Full, 1)
    }
  }

  #want (want: WantEntry): void {
    this.#open(WantlistTag.Entries, wantBodySize(want))
    this.#cid(EntryTag.Block, want.cid)
    this.#int32(EntryTag.Priority, toInt32(want.priority))

    if (want.wantType === WantType.Have) {
      this.#flag(EntryTag.WantType, WireWantType.Have)
    }

    if (want.sendDontHave) {
      this.#flag(EntryTag.SendDontHave, 1)
    }
  }

  #block (block: Block): void {
    const { cid, bytes } = block

    if (this.#format === 'v0') {
      this.#open(MessageTag.Blocks, bytes.byteLength)
    } else {
      this.#open(MessageTag.Payload, payloadBodySize(block))
      this.#open(PayloadTag.Prefix, prefixSize(cid))
      this.#offset = writePrefix(this.#target, this.#offset, cid)

      if (bytes.byteLength > 0) {
        this.#open(PayloadTag.Data, bytes.byteLength)
      }
    }

    if (bytes.byteLength > 0) {
      this.#cut()
      this.#pieces.push(bytes)
    }
  }

  #presence (presence: Presence): void {
    this.#open(MessageTag.Presences, presenceBodySize(presence))
    this.#cid(PresenceTag.Cid, presence.cid)

    if (presence.type === PresenceType.DontHave) {
      this.#flag(PresenceTag.Type, WirePresenceType.DontHave)
    }
  }

  #cid (tag: number, cid: CID): void {
    const target = this.#target
    const bytes = cid.bytes

    this.#open(tag, bytes.length)

    const start = this.#offset

    // a loop is cheaper than a call for the 36 bytes it usually is
    for (let i = 0; i < bytes.length; i++) {
      target[start + i] = bytes[i] as number
    }

    this.#offset = start + bytes.length
  }

  /** Tag and length of what follows. */
  #open (tag: number, size: number): void {
    this.#target[this.#offset++] = tag
    this.#offset = writeVarint(this.#target, this.#offset, size)
  }

  #flag (tag: number, value: number): void {
    this.#target[this.#offset++] = tag
    this.#target[this.#offset++] = value
  }

  #int32 (tag: number, value: number): void {
    if (value === 0) {
      return
    }

    this.#target[this.#offset++] = tag

    if (value > 0) {
      this.#offset = writeVarint(this.#target, this.#offset, value)
    } else {
      this.#negative(value)
    }
  }

  /** A negative number is written as if it had 64 bits, of which the upper are ones: ten bytes. */
  #negative (value: number): void {
    for (let i = 0; i < 9; i++) {
      this.#target[this.#offset++] = (value & 0x7f) | 0x80
      value >>= 7 // keeps the sign
    }

    this.#target[this.#offset++] = 1
  }

  /** Ends a piece here. */
  #cut (): void {
    if (this.#offset > this.#start) {
      this.#pieces.push(this.#target.subarray(this.#start, this.#offset))
      this.#start = this.#offset
    }
  }
}
