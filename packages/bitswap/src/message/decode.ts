/**
 * Bytes to messages. Nothing that comes out has been verified; blocks are bytes
 * with a claim how to name them (`verifyBlock`).
 *
 * Two kinds of wrong input. What is no protobuf throws MalformedMessageError:
 * where the next field begins is not known. A field that is well formed and says
 * nothing we can use (a CID that is none, a prefix no CID has, a presence of a
 * kind we do not know) is left out and counted; its neighbours stay. Fields we
 * do not know are passed over.
 *
 * Limits: MAX_ENTRIES of each kind. Time and memory are proportional to the
 * bytes given, and for a message of entries alone some 15 times as much, for the
 * objects; how many bytes those are is for `frame.ts`.
 */
import { CIDDecoder } from './cid-decoder.ts'
import { CIDIndex } from './cid-index.ts'
import { MAX_ENTRIES } from './limits.ts'
import { mergeWant } from './merge-want.ts'
import { PresenceType, WantType } from './message.ts'
import { CIDV0_PREFIX, MAX_PREFIX_SIZE, parsePrefix } from './prefix.ts'
import { ProtobufReader } from './protobuf.ts'
import { EntryTag, MessageTag, PayloadTag, PresenceTag, WantlistTag, WirePresenceType, WireWantType } from './schema.ts'
import type { Prefix, Presence, ReceivedBlock, ReceivedMessage, WantEntry } from './message.ts'
import type { CID } from 'multiformats/cid'
import type { Uint8ArrayList } from 'uint8arraylist'

/** Of an everyday want: 36 bytes of CID, priority, flags, and their tags. */
const ENTRY_SIZE = 46

/**
 * Reads a message of either format. What it says more than once of one CID is
 * merged, by exact CID:
 * - wants: a want for the block beats a want-have; the later priority counts
 *   among equals; `sendDontHave` stays once asked for;
 * - a cancel beats all wants, whichever comes first;
 * - presences: the last one counts.
 *
 * Blocks are views of the bytes given where they lie in one fragment, else each
 * is copied once: whoever keeps a small one for long should copy it. CIDs are
 * copies. A want of an unknown type counts as a want-have, the cheapest to answer,
 * as boxo has it. Negative pending bytes count as 0.
 *
 * @throws MalformedMessageError when the bytes are no protobuf, or cut off
 */
export function decodeMessage (bytes: Uint8Array | Uint8ArrayList): ReceivedMessage {
  return new MessageDecoder(bytes).decode()
}

class MessageDecoder {
  readonly #reader: ProtobufReader
  readonly #cids: CIDDecoder
  readonly #size: number
  #full: boolean = false
  #pendingBytes: number = 0
  #malformed: number = 0
  readonly #blocks: ReceivedBlock[] = []

  /** Wants and cancels; by number in the index. */
  readonly #entries: WantEntry[] = []
  #entryIndex: CIDIndex | undefined
  /** Numbers of the entries that are cancels. */
  readonly #cancelled: Set<number> = new Set()

  readonly #presences: Presence[] = []
  #presenceIndex: CIDIndex | undefined

  constructor (bytes: Uint8Array | Uint8ArrayList) {
    this.#size = bytes.byteLength
    this.#reader = new ProtobufReader(bytes)
    this.#cids = new CIDDecoder(bytes.byteLength)
  }

  decode (): ReceivedMessage {
    const reader = this.#reader

    while (reader.more) {
      const tag = reader.tag()

      switch (tag) {
        case MessageTag.Wantlist:
          this.#wantlist()
          break
        case MessageTag.Blocks:
          this.#addBlock(CIDV0_PREFIX, reader.bytes(reader.size()))
          break
        case MessageTag.Payload:
          this.#payload()
          break
        case MessageTag.Presences:
          this.#presence()
          break
        case MessageTag.PendingBytes:
          this.#pendingBytes = Math.max(0, reader.int32())
          break
        default:
          reader.skip(tag)
      }
    }

    return this.#message()
  }

  #message (): ReceivedMessage {
    const cancelled = this.#cancelled

    return {
      full: this.#full,
      wants: cancelled.size === 0 ? this.#entries : this.#entries.filter((_, number) => !cancelled.has(number)),
      cancels: [...cancelled].map(number => (this.#entries[number] as WantEntry).cid),
      blocks: this.#blocks,
      presences: this.#presences,
      pendingBytes: this.#pendingBytes,
      malformed: this.#malformed,
      size: this.#size
    }
  }

  #wantlist (): void {
    const reader = this.#reader
    const outer = reader.enter()
    const index = this.#entryIndex ?? new CIDIndex(reader.left / ENTRY_SIZE)

    this.#entryIndex = index // another wantlist in the same message goes on with it

    while (reader.more) {
      const tag = reader.tag()

      switch (tag) {
        case WantlistTag.Entries:
          this.#entry(index)
          break
        case WantlistTag.Full:
          this.#full = reader.bool()
          break
        default:
          reader.skip(tag)
      }
    }

    reader.leave(outer)
  }

  #entry (index: CIDIndex): void {
    const reader = this.#reader
    const outer = reader.enter()
    let cid: CID | undefined
    let priority = 0
    let cancel = false
    let wantType: WantType = WantType.Block
    let sendDontHave = false

    while (reader.more) {
      const tag = reader.tag()

      switch (tag) {
        case EntryTag.Block:
          cid = this.#cids.read(reader, reader.size())
          break
        case EntryTag.Priority:
          priority = reader.int32()
          break
        case EntryTag.Cancel:
          cancel = reader.bool()
          break
        case EntryTag.WantType:
          wantType = reader.int32() === WireWantType.Block ? WantType.Block : WantType.Have
          break
        case EntryTag.SendDontHave:
          sendDontHave = reader.bool()
          break
        default:
          reader.skip(tag)
      }
    }

    reader.leave(outer)

    if (cid === undefined || index.size >= MAX_ENTRIES) {
      this.#malformed++
    } else {
      this.#addEntry(index, { cid, priority, wantType, sendDontHave }, cancel)
    }
  }

  #addEntry (index: CIDIndex, entry: WantEntry, cancel: boolean): void {
    const number = index.add(entry.cid)
    const earlier = this.#entries[number]

    if (earlier === undefined) {
      this.#entries.push(entry)
    } else {
      mergeWant(earlier, entry)
    }

    if (cancel) {
      this.#cancelled.add(number)
    }
  }

  #payload (): void {
    const reader = this.#reader
    const outer = reader.enter()
    let prefix: Prefix | undefined
    let bytes: Uint8Array | undefined

    while (reader.more) {
      const tag = reader.tag()

      switch (tag) {
        case PayloadTag.Prefix:
          prefix = this.#prefix(reader.size())
          break
        case PayloadTag.Data:
          bytes = reader.bytes(reader.size())
          break
        default:
          reader.skip(tag)
      }
    }

    reader.leave(outer)

    this.#addBlock(prefix, bytes ?? new Uint8Array(0)) // proto3 leaves out what is empty
  }

  #addBlock (prefix: Prefix | undefined, bytes: Uint8Array): void {
    if (prefix === undefined || this.#blocks.length >= MAX_ENTRIES) {
      this.#malformed++
    } else {
      this.#blocks.push({ prefix, bytes })
    }
  }

  #prefix (size: number): Prefix | undefined {
    if (size > MAX_PREFIX_SIZE) {
      this.#reader.pass(size)

      return undefined
    }

    return parsePrefix(this.#reader.bytes(size))
  }

  #presence (): void {
    const reader = this.#reader
    const outer = reader.enter()
    let cid: CID | undefined
    let type: number = WirePresenceType.Have

    while (reader.more) {
      const tag = reader.tag()

      switch (tag) {
        case PresenceTag.Cid:
          cid = this.#cids.read(reader, reader.size())
          break
        case PresenceTag.Type:
          type = reader.int32()
          break
        default:
          reader.skip(tag)
      }
    }

    reader.leave(outer)

    const known = type === WirePresenceType.Have || type === WirePresenceType.DontHave

    if (cid === undefined || !known || this.#presences.length >= MAX_ENTRIES) {
      this.#malformed++
    } else {
      this.#addPresence({ cid, type: type === WirePresenceType.Have ? PresenceType.Have : PresenceType.DontHave })
    }
  }

  #addPresence (presence: Presence): void {
    this.#presenceIndex ??= new CIDIndex()
    this.#presences[this.#presenceIndex.add(presence.cid)] = presence
  }
}
