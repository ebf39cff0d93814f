/**
 * Reads protobuf from bytes that may lie in several fragments, without joining
 * them. Only what the Bitswap schema needs: varints, booleans, 32 bit integers,
 * bytes and submessages; anything else is skipped.
 * https://protobuf.dev/programming-guides/encoding/
 *
 * Not for: knowing the schema (`schema.ts`), or writing (`encode.ts`).
 *
 * Limits: groups nest {@link MAX_GROUP_DEPTH} deep. Whatever cannot be parsed
 * throws MalformedMessageError, because what follows cannot be found.
 */
import { MalformedMessageError } from './errors.ts'
import type { Uint8ArrayList } from 'uint8arraylist'

/** As protobuf implementations commonly limit recursion. */
export const MAX_GROUP_DEPTH: number = 100

/** The low three bits of a tag. 6 and 7 do not exist. */
export const WireType = { Varint: 0, Fixed64: 1, Bytes: 2, GroupStart: 3, GroupEnd: 4, Fixed32: 5 } as const
export type WireType = typeof WireType[keyof typeof WireType]

/** A 64 bit varint takes at most ten bytes; negative 32 bit integers do take them. */
const MAX_VARINT_SIZE = 10

const NOTHING = new Uint8Array(0)

export class ProtobufReader {
  readonly #fragments: Uint8Array[]
  /** Index of the fragment after `#fragment`. */
  #next: number = 1
  #fragment: Uint8Array
  /** Position in the whole of the first byte of `#fragment`. */
  #base: number = 0
  #offset: number = 0
  /** Where reading in `#fragment` must stop: its end, or that of the submessage. */
  #stop: number = 0
  /** Position in the whole where the submessage ends. */
  #end: number

  constructor (bytes: Uint8Array | Uint8ArrayList) {
    this.#fragments = bytes instanceof Uint8Array ? [bytes] : [...bytes]
    this.#end = bytes.byteLength
    this.#fragment = this.#fragments[0] ?? NOTHING
    this.#limit()
  }

  /** How far it has read, in the whole. */
  get position (): number {
    return this.#base + this.#offset
  }

  /** Is there another field in this submessage? */
  get more (): boolean {
    return this.#offset < this.#stop || this.left > 0
  }

  /** Bytes to come in this submessage. */
  get left (): number {
    return this.#end - this.position
  }

  /**
   * Goes into the submessage that starts here, with its length.
   *
   * @returns what to hand to {@link leave} once there is no `more`
   */
  enter (): number {
    const size = this.size()
    const outer = this.#end

    this.#end = this.position + size
    this.#limit()

    return outer
  }

  leave (outer: number): void {
    this.#end = outer
    this.#limit()
  }

  /** Field number × 8 + wire type, to be compared with the tags of the schema. */
  tag (): number {
    const tag = this.#varint()

    if (tag < 8 || tag > 0xffff_ffff) {
      throw new MalformedMessageError(`no field has the tag ${tag}, at byte ${this.position}`)
    }

    return tag
  }

  bool (): boolean {
    return this.#varint() !== 0
  }

  /** Takes the low 32 of up to 64 bits, as protobuf says. */
  int32 (): number {
    let value = 0

    for (let i = 0; i < MAX_VARINT_SIZE; i++) {
      const byte = this.#byte()

      if (i < 5) {
        value |= (byte & 0x7f) << (7 * i)
      }

      if (byte < 0x80) {
        return value
      }
    }

    throw this.#tooLong()
  }

  /** A length, known to lie within the submessage. */
  size (): number {
    const size = this.#varint()

    this.#need(size)

    return size
  }

  /**
   * The next `size` bytes: a view when they lie in one fragment, else a copy.
   * `size` must come from {@link size}.
   */
  bytes (size: number): Uint8Array {
    if (size > 0 && this.#offset === this.#stop) {
      this.#advance() // they may begin, and end, with the next fragment
    }

    if (size <= this.#stop - this.#offset) {
      // not subarray: of a Node Buffer that is another Buffer
      const view = new Uint8Array(this.#fragment.buffer, this.#fragment.byteOffset + this.#offset, size)
      this.#offset += size

      return view
    }

    const copy = new Uint8Array(size)
    this.copy(copy, 0, size)

    return copy
  }

  /** Copies the next `size` bytes to `target`. `size` must come from {@link size}. */
  copy (target: Uint8Array, at: number, size: number): void {
    const end = at + size

    while (at < end) {
      if (this.#offset === this.#stop) {
        this.#advance()
      }

      const fragment = this.#fragment
      let offset = this.#offset
      const count = Math.min(end - at, this.#stop - offset)

      if (count > 64) {
        target.set(fragment.subarray(offset, offset + count), at)
        at += count
        offset += count
      } else {
        // a CID: a loop is cheaper than a view and a call
        for (const last = at + count; at < last; at++) {
          target[at] = fragment[offset++] as number
        }
      }

      this.#offset = offset
    }
  }

  /** Passes over the next `size` bytes. `size` must come from {@link size}. */
  pass (size: number): void {
    while (size > this.#stop - this.#offset) {
      size -= this.#stop - this.#offset
      this.#offset = this.#stop
      this.#advance()
    }

    this.#offset += size
  }

  /** Passes over the field with this tag, which has just been read. */
  skip (tag: number): void {
    if ((tag & 7) === WireType.GroupStart) {
      this.#skipGroup(tag)
    } else {
      this.#skipValue(tag)
    }
  }

  #skipValue (tag: number): void {
    switch (tag & 7) {
      case WireType.Varint:
        this.#varint()
        break
      case WireType.Fixed64:
        this.#need(8)
        this.pass(8)
        break
      case WireType.Bytes:
        this.pass(this.size())
        break
      case WireType.Fixed32:
        this.#need(4)
        this.pass(4)
        break
      default:
        throw new MalformedMessageError(`wire type ${tag & 7} out of place at byte ${this.position}`)
    }
  }

  /** By a list of the open groups, not by recursion: the sender decides how deep it goes. */
  #skipGroup (start: number): void {
    const open = [start]

    while (open.length > 0) {
      const tag = this.tag()

      if ((tag & 7) === WireType.GroupStart) {
        open.push(tag)
      } else if ((tag & 7) === WireType.GroupEnd && open.at(-1) === tag - 1) { // same field: one wire type less
        open.pop()
      } else {
        this.#skipValue(tag)
      }

      if (open.length > MAX_GROUP_DEPTH) {
        throw new MalformedMessageError(`groups nested more than ${MAX_GROUP_DEPTH} deep at byte ${this.position}`)
      }
    }
  }

  /** Exact up to 2^53; beyond it near enough to be refused as a length or a tag. */
  #varint (): number {
    const first = this.#byte()

    if (first < 0x80) {
      return first
    }

    let value = first & 0x7f
    let scale = 0x80

    for (let i = 1; i < MAX_VARINT_SIZE; i++) {
      const byte = this.#byte()
      value += (byte & 0x7f) * scale

      if (byte < 0x80) {
        return value
      }

      scale *= 0x80
    }

    throw this.#tooLong()
  }

  #byte (): number {
    if (this.#offset === this.#stop) {
      this.#advance()
    }

    return this.#fragment[this.#offset++] as number
  }

  #need (size: number): void {
    if (size > this.left) {
      throw new MalformedMessageError(`field of ${size} bytes goes past the end at byte ${this.position}`)
    }
  }

  /** Goes to the fragment that holds the next byte. */
  #advance (): void {
    while (this.#offset === this.#fragment.byteLength && this.#next < this.#fragments.length) {
      this.#base += this.#fragment.byteLength
      this.#fragment = this.#fragments[this.#next++] as Uint8Array
      this.#offset = 0
    }

    this.#limit()

    if (this.#offset === this.#stop) {
      throw new MalformedMessageError(`cut off at byte ${this.position}`)
    }
  }

  #limit (): void {
    this.#stop = Math.min(this.#fragment.byteLength, this.#end - this.#base)
  }

  #tooLong (): MalformedMessageError {
    return new MalformedMessageError(`varint of more than ${MAX_VARINT_SIZE} bytes at byte ${this.position}`)
  }
}
