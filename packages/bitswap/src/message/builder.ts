/**
 * Puts a message together: says everything once of each CID, and knows the
 * exact encoded size at any moment, so that the caller can stop at a limit.
 *
 * Not for: deciding what to say, or limits. Bounded by what the caller adds.
 *
 * What is merged, by exact CID (CIDv0 and CIDv1 of one hash are two):
 * - wants: a want for the block beats a want-have; a later priority counts
 *   among equals; `sendDontHave` stays once asked for;
 * - a cancel takes the place of a want; a want never that of a cancel, because
 *   a peer that reads both hears the cancel: it has to go in the next message;
 * - a block takes the place of a presence, a presence never that of a block;
 *   a later presence takes the place of an earlier one.
 */
import { CIDIndex } from './cid-index.ts'
import { mergeWant } from './merge-want.ts'
import { blockSize, cancelSize, pendingBytesSize, presenceSize, wantlistSize, wantSize } from './sizes.ts'
import type { Block, Message, Presence, WantEntry } from './message.ts'
import type { WireFormat } from './sizes.ts'
import type { CID } from 'multiformats/cid'

export class MessageBuilder {
  #full: boolean = false
  #pendingBytes: number = 0

  readonly #entryIndex: CIDIndex = new CIDIndex()
  /** By number in the index: a want, or a CID that is cancelled. */
  readonly #entries: Array<{ want: WantEntry } | { cancel: CID }> = []
  #entriesSize: number = 0

  readonly #answerIndex: CIDIndex = new CIDIndex()
  readonly #answers: Array<{ block: Block } | { presence: Presence }> = []
  #blocksSizeV0: number = 0
  #blocksSizeV1: number = 0
  #presencesSize: number = 0

  /**
   * Nothing wanted, cancelled, sent or answered. `full` and pending bytes do
   * not count: a message of these alone is rarely worth sending, though a `full`
   * one without wants does say that nothing is wanted.
   */
  get empty (): boolean {
    return this.#entries.length === 0 && this.#answers.length === 0
  }

  /**
   * Exactly `encodedSize(this.build(), format)`. O(1). A block or presence adds
   * its `blockSize` or `presenceSize` to it; a want or cancel its `wantSize` or
   * `cancelSize`, and up to 3 bytes for the length of the wantlist.
   */
  size (format: WireFormat): number {
    const answersSize = format === 'v0' ? this.#blocksSizeV0 : this.#blocksSizeV1 + this.#presencesSize

    return wantlistSize(this.#entriesSize, this.#full) + answersSize + pendingBytesSize(this.#pendingBytes, format)
  }

  /** The wants of this message are all there are. */
  setFull (full: boolean = true): void {
    this.#full = full
  }

  /** Bytes of blocks that are queued for the receiver and not in this message. */
  setPendingBytes (pendingBytes: number): void {
    this.#pendingBytes = pendingBytes
  }

  /** False, and nothing is changed, when its CID is cancelled in this message: it has to go in the next one. */
  addWant (want: WantEntry): boolean {
    const number = this.#entryIndex.add(want.cid)
    const entry = this.#entries[number]

    if (entry === undefined) {
      this.#entries.push({ want: { ...want } })
      this.#entriesSize += wantSize(want)

      return true
    }

    if ('cancel' in entry) {
      return false
    }

    this.#entriesSize -= wantSize(entry.want)
    mergeWant(entry.want, want)
    this.#entriesSize += wantSize(entry.want)

    return true
  }

  /** Takes the place of a want for this CID. */
  addCancel (cid: CID): void {
    const number = this.#entryIndex.add(cid)
    const entry = this.#entries[number]

    if (entry !== undefined && 'cancel' in entry) {
      return
    }

    if (entry !== undefined) {
      this.#entriesSize -= wantSize(entry.want)
    }

    this.#entries[number] = { cancel: cid }
    this.#entriesSize += cancelSize(cid)
  }

  /** Takes the place of a presence for this CID. False when the block was added before. */
  addBlock (block: Block): boolean {
    const number = this.#answerIndex.add(block.cid)
    const answer = this.#answers[number]

    if (answer !== undefined) {
      if ('block' in answer) {
        return false
      }

      this.#presencesSize -= presenceSize(answer.presence, 'v1')
    }

    this.#answers[number] = { block }
    this.#blocksSizeV0 += blockSize(block, 'v0')
    this.#blocksSizeV1 += blockSize(block, 'v1')

    return true
  }

  /** Takes the place of an earlier presence for this CID. False when the block itself is in the message. */
  addPresence (presence: Presence): boolean {
    const number = this.#answerIndex.add(presence.cid)
    const answer = this.#answers[number]

    if (answer !== undefined) {
      if ('block' in answer) {
        return false
      }

      this.#presencesSize -= presenceSize(answer.presence, 'v1')
    }

    this.#answers[number] = { presence }
    this.#presencesSize += presenceSize(presence, 'v1')

    return true
  }

  /** The message so far, in the order things were first added. May be called again after more. Does not copy blocks. */
  build (): Message {
    const message: Message = {
      full: this.#full,
      wants: [],
      cancels: [],
      blocks: [],
      presences: [],
      pendingBytes: this.#pendingBytes
    }

    for (const entry of this.#entries) {
      if ('want' in entry) {
        message.wants.push({ ...entry.want })
      } else {
        message.cancels.push(entry.cancel)
      }
    }

    for (const answer of this.#answers) {
      if ('block' in answer) {
        message.blocks.push(answer.block)
      } else {
        message.presences.push(answer.presence)
      }
    }

    return message
  }
}
