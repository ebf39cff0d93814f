/**
 * The bytes of a block, as a store hands them over: in pieces, mostly one. What
 * is no piece is refused: a store of another version hands over bytes, whose
 * pieces are numbers, and would have us send empty blocks.
 */

/** How many bytes they have; Infinity when more than `max`: the rest is not asked for. */
export function sizeOf (pieces: Iterable<Uint8Array>, max: number): number {
  let size = 0

  for (const piece of pieces) {
    size += lengthOf(piece)

    if (size > max) {
      return Infinity
    }
  }

  return size
}

/** Their bytes in one piece. Undefined when they are more than `max`: the rest is not asked for. */
export function collect (pieces: Iterable<Uint8Array>, max: number): Uint8Array | undefined {
  const list: Uint8Array[] = []
  let size = 0

  for (const piece of pieces) {
    list.push(piece)
    size += lengthOf(piece)

    if (size > max) {
      return undefined
    }
  }

  return join(list, size)
}

/** As {@link collect}. */
export async function collectAsync (pieces: AsyncIterable<Uint8Array>, max: number): Promise<Uint8Array | undefined> {
  const list: Uint8Array[] = []
  let size = 0

  for await (const piece of pieces) {
    list.push(piece)
    size += lengthOf(piece)

    if (size > max) {
      return undefined
    }
  }

  return join(list, size)
}

function lengthOf ({ byteLength }: Uint8Array): number {
  if (byteLength == null) {
    throw new TypeError('the block store handed over what are no pieces of a block')
  }

  return byteLength
}

/** One piece is not copied. */
function join (pieces: Uint8Array[], size: number): Uint8Array {
  const [first] = pieces

  if (first != null && pieces.length === 1) {
    return first
  }

  const bytes = new Uint8Array(size)
  let offset = 0

  for (const piece of pieces) {
    bytes.set(piece, offset)
    offset += piece.byteLength
  }

  return bytes
}
