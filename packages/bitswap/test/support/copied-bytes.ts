/**
 * Counts the bytes that are copied from one array of bytes to another, in pieces
 * of a size that only blocks have: by `set`, `slice` and `Buffer.concat`, by
 * whomever in this process.
 */

/** Smaller pieces are names and lengths. */
const MIN_SIZE = 1024

export class CopiedBytes {
  bytes = 0
  #excepted = false

  /** Calls this, and counts nothing meanwhile. */
  except (call: () => void): void {
    this.#excepted = true
    call()
    this.#excepted = false
  }

  /** Counts until the returned function is called. */
  start (): () => void {
    const { prototype } = Uint8Array
    const { set, slice } = prototype
    const { concat } = Buffer
    const count = (size: number): void => { this.bytes += this.#excepted || size < MIN_SIZE ? 0 : size }

    prototype.set = function (array, offset) {
      count(array.length)
      set.call(this, array, offset)
    }
    prototype.slice = function (start, end) {
      const copy = slice.call(this, start, end)
      count(copy.length)

      return copy
    }
    Buffer.concat = (list, size) => {
      const all = concat(list, size)
      count(all.length)

      return all
    }

    return () => {
      Object.assign(prototype, { set, slice })
      Object.assign(Buffer, { concat })
    }
  }
}
