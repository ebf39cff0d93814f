/** What is heard of the table of a DHT, which kad-dht's types do not tell. */
export interface DhtTable {
  readonly size: number
  addEventListener: (type: 'peer:add', listener: () => void) => void
  removeEventListener: (type: 'peer:add', listener: () => void) => void
}

/** Resolves when there is a peer in it; rejects with the reason of the signal. */
export async function firstPeer (table: DhtTable, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()

  if (table.size > 0) {
    return
  }

  await new Promise<void>((resolve, reject) => {
    const end = (settle: () => void) => () => {
      table.removeEventListener('peer:add', added)
      signal?.removeEventListener('abort', aborted)
      settle()
    }
    const added = end(resolve)
    const aborted = end(() => { reject(signal?.reason) })

    table.addEventListener('peer:add', added)
    signal?.addEventListener('abort', aborted, { once: true })
  })
}
