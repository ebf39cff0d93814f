import type { AbortOptions } from '@libp2p/interface'
import type { Blockstore } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'

/**
 * A block out of a store, or undefined when the store lacks it. Stays
 * synchronous where the store is: a memory store costs no promise.
 *
 * @throws whatever the store throws but `NotFoundError`
 */
export function readBlock (store: Pick<Blockstore, 'get'>, cid: CID, options?: AbortOptions): Uint8Array | undefined | Promise<Uint8Array | undefined> {
  try {
    const chunks = store.get(cid, options)

    if (Symbol.iterator in chunks) {
      return join([...chunks as Iterable<Uint8Array>])
    }

    return readAsync(chunks)
  } catch (error) {
    return ignoreNotFound(error)
  }
}

async function readAsync (chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> {
  const all: Uint8Array[] = []

  try {
    for await (const chunk of chunks) {
      all.push(chunk)
    }
  } catch (error) {
    return ignoreNotFound(error)
  }

  return join(all)
}

function ignoreNotFound (error: unknown): undefined {
  if (error instanceof Error && error.name === 'NotFoundError') {
    return undefined
  }

  throw error
}

/** A single piece is handed on as it is: it is never copied. */
function join (chunks: Uint8Array[]): Uint8Array {
  const [first] = chunks

  if (chunks.length === 1 && first != null) {
    return first
  }

  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0))
  let offset = 0

  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }

  return bytes
}
