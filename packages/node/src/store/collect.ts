/** Anything a block store takes or gives as the bytes of a block. */
export type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/**
 * Joins the pieces of a block. A single piece is not copied.
 *
 * Stops reading once there is more than `maxSize` bytes, and returns what it
 * has: the caller checks the size, and says what was too large.
 */
export async function collect (source: Pieces, maxSize: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let size = 0

  for await (const piece of source) {
    pieces.push(piece)
    size += piece.byteLength

    if (size > maxSize) {
      break
    }
  }

  const [first] = pieces

  if (first != null && pieces.length === 1) {
    return first
  }

  const joined = new Uint8Array(size)
  let offset = 0

  for (const piece of pieces) {
    joined.set(piece, offset)
    offset += piece.byteLength
  }

  return joined
}
