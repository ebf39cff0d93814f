/**
 * Messages on a stream: each is preceded by its length, an unsigned varint.
 *
 * Not for: what is in a message, or reading from streams.
 *
 * Limits: a message of MAX_MESSAGE_SIZE. What an {@link Unframer} holds is at
 * most one incomplete message, and what of the last `push` has not been taken.
 */
import { Uint8ArrayList } from 'uint8arraylist'
import { encodeWithLength } from './encode.ts'
import { MalformedMessageError, MessageTooLargeError } from './errors.ts'
import { MAX_MESSAGE_SIZE } from './limits.ts'
import { encodedSize } from './sizes.ts'
import type { Message } from './message.ts'
import type { WireFormat } from './sizes.ts'

/** A length of the multiformats kind is at most nine bytes: https://github.com/multiformats/unsigned-varint */
const MAX_LENGTH_SIZE = 9

const NOTHING = new Uint8Array(0)

/** What a fragment costs besides its buffer: a view, the buffer's own object, a place in the list. */
const FRAGMENT_OVERHEAD = 256

/**
 * The message with its length in front, ready to be sent. Blocks are not
 * copied: see {@link encodeMessage}.
 *
 * @throws MessageTooLargeError above MAX_MESSAGE_SIZE; nothing was encoded
 */
export function encodeFrame (message: Message, format: WireFormat): Uint8ArrayList {
  const size = encodedSize(message, format)

  if (size > MAX_MESSAGE_SIZE) {
    throw new MessageTooLargeError(size, MAX_MESSAGE_SIZE)
  }

  return encodeWithLength(message, format, size)
}

/**
 * Cuts what arrives on a stream into messages. After each `push`, call `next`
 * until it has no more.
 *
 * Costs O(bytes + fragments) however the bytes are cut. Messages come out as
 * views of the fragments; only one that arrived so finely cut, or in such large
 * buffers, that its fragments keep more than twice the largest message alive is
 * gathered into memory of its own, each byte copied once. So a stream never
 * holds on to more than some 3 × `maxSize`, plus what was last pushed.
 */
export class Unframer {
  readonly #maxSize: number
  /** Not taken yet; entries before `#head` are gone. */
  #fragments: Uint8Array[] = []
  #head: number = 0
  /** Where in the fragment at `#head` the untaken bytes begin. */
  #offset: number = 0
  /** Untaken bytes in `#fragments`. */
  #available: number = 0
  /** Memory that `#fragments` keep alive. */
  #held: number = 0

  /** Of the message that is coming; undefined while its length is. */
  #size: number | undefined
  #lengthBytes: number = 0
  #lengthSoFar: number = 0
  #lengthScale: number = 1
  /** The message that is coming, as far as it has come, when it is gathered. */
  #gathered: Uint8Array | undefined
  #gatheredSize: number = 0
  #failure: Error | undefined

  /** @param maxSize - of a message without its length, in bytes */
  constructor (maxSize: number = MAX_MESSAGE_SIZE) {
    this.#maxSize = maxSize
  }

  /** Bytes pushed and not yet taken as messages. */
  get buffered (): number {
    return this.#lengthBytes + this.#gatheredSize + this.#available
  }

  /** Takes bytes, which must not change afterwards: messages will be views of them. */
  push (bytes: Uint8Array | Uint8ArrayList): void {
    if (this.#failure !== undefined) {
      return // `next` has said so, and there is nothing to find in them
    }

    if (bytes instanceof Uint8Array) {
      this.#add(bytes)
    } else {
      for (const fragment of bytes) {
        this.#add(fragment)
      }
    }
  }

  /**
   * The next message, without its length; undefined until all of it is there. An
   * empty message is an empty list.
   *
   * @throws MessageTooLargeError as soon as its length is known, before any of it is buffered
   * @throws MalformedMessageError when the length is not a varint in its shortest form
   */
  next (): Uint8ArrayList | undefined {
    if (this.#failure !== undefined) {
      throw this.#failure
    }

    this.#size ??= this.#readLength()

    if (this.#size === undefined) {
      return undefined
    }

    if (this.#gathered !== undefined) {
      return this.#gather(this.#gathered, this.#size)
    }

    if (this.#available >= this.#size) {
      return this.#finish(this.#takeList(this.#size))
    }

    if (this.#held > 2 * this.#maxSize) {
      this.#gathered = new Uint8Array(this.#size)

      return this.#gather(this.#gathered, this.#size)
    }

    return undefined
  }

  #add (fragment: Uint8Array): void {
    if (fragment.byteLength === 0) {
      return
    }

    const last = this.#fragments.at(-1)

    this.#held += FRAGMENT_OVERHEAD + (last?.buffer === fragment.buffer ? 0 : fragment.buffer.byteLength)
    this.#available += fragment.byteLength
    this.#fragments.push(fragment)
  }

  #readLength (): number | undefined {
    while (this.#available > 0) {
      const byte = this.#takeByte()

      // multiplied, not shifted: the length may be a lie of more than 32 bits
      this.#lengthSoFar += (byte & 0x7f) * this.#lengthScale
      this.#lengthScale *= 0x80
      this.#lengthBytes++

      if (byte < 0x80) {
        return this.#checkLength(byte)
      }

      if (this.#lengthBytes === MAX_LENGTH_SIZE) {
        throw this.#fail(new MalformedMessageError(`length of a message takes more than ${MAX_LENGTH_SIZE} bytes`))
      }
    }

    return undefined
  }

  #checkLength (lastByte: number): number {
    const size = this.#lengthSoFar

    if (lastByte === 0 && this.#lengthBytes > 1) {
      throw this.#fail(new MalformedMessageError('length of a message is not in its shortest form'))
    }

    if (size > this.#maxSize) {
      throw this.#fail(new MessageTooLargeError(size, this.#maxSize))
    }

    return size
  }

  /** Where the next message begins is not known any more: lets go of everything. */
  #fail (error: Error): Error {
    this.#failure = error
    this.#finish(undefined)
    this.#fragments = []
    this.#head = 0
    this.#available = 0
    this.#held = 0

    return error
  }

  #finish<T> (message: T): T {
    this.#size = undefined
    this.#lengthBytes = 0
    this.#lengthSoFar = 0
    this.#lengthScale = 1
    this.#gathered = undefined
    this.#gatheredSize = 0

    return message
  }

  #gather (gathered: Uint8Array, size: number): Uint8ArrayList | undefined {
    while (this.#gatheredSize < size && this.#available > 0) {
      const piece = this.#takePiece(size - this.#gatheredSize)

      gathered.set(piece, this.#gatheredSize)
      this.#gatheredSize += piece.byteLength
    }

    return this.#gatheredSize === size ? this.#finish(new Uint8ArrayList(gathered)) : undefined
  }

  #takeList (size: number): Uint8ArrayList {
    const pieces: Uint8Array[] = []
    let left = size

    while (left > 0) {
      const piece = this.#takePiece(left)

      pieces.push(piece)
      left -= piece.byteLength
    }

    return Uint8ArrayList.fromUint8Arrays(pieces, size)
  }

  /** What is left of the first fragment, but at most `size` bytes. There must be one. */
  #takePiece (size: number): Uint8Array {
    const fragment = this.#fragments[this.#head] as Uint8Array
    const start = this.#offset
    const count = Math.min(size, fragment.byteLength - start)

    this.#took(fragment, count)

    // not subarray: of a Node Buffer that is another Buffer
    return new Uint8Array(fragment.buffer, fragment.byteOffset + start, count)
  }

  #takeByte (): number {
    const fragment = this.#fragments[this.#head] as Uint8Array
    const byte = fragment[this.#offset] as number

    this.#took(fragment, 1)

    return byte
  }

  #took (fragment: Uint8Array, count: number): void {
    this.#offset += count
    this.#available -= count

    if (this.#offset === fragment.byteLength) {
      this.#drop(fragment)
    }
  }

  /** Lets go of the first fragment, and of its buffer unless the next one shares it. */
  #drop (fragment: Uint8Array): void {
    this.#fragments[this.#head++] = NOTHING
    this.#offset = 0
    this.#held -= FRAGMENT_OVERHEAD

    if (this.#fragments[this.#head]?.buffer !== fragment.buffer) {
      this.#held -= fragment.buffer.byteLength
    }

    if (this.#head === this.#fragments.length) {
      this.#fragments = []
      this.#head = 0
    } else if (this.#head >= 1024 && this.#head * 2 > this.#fragments.length) {
      this.#fragments.splice(0, this.#head) // moves no more than it frees
      this.#head = 0
    }
  }
}
