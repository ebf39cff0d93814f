/**
 * Reads what servers of the delegated routing API answer: lines of JSON as they
 * come, or one document. What cannot be read is passed over, as the next line may
 * be good: half a line, one that is too long, a schema that is not known, an
 * address of a kind we do not know.
 *
 * Limits: a line of 64 KiB, a document of 4 MiB, 16 MiB in all: over the first
 * the line is dropped, over the second it is an error, over the third the answer
 * ends.
 */
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { NamedProvider } from 'ts-bitswap'

export const MAX_LINE_SIZE = 65_536
export const MAX_DOCUMENT_SIZE = 4_194_304
export const MAX_ANSWER_SIZE = 16_777_216

/** As the list of a document is called. */
export type ListName = 'Providers' | 'Peers'

/** As it is called among the protocols of a provider. */
const BITSWAP = 'transport-bitswap'

const SCHEMAS: readonly unknown[] = ['peer', 'bitswap', undefined]

interface ProviderRecord {
  Schema?: unknown
  ID?: unknown
  Addrs?: unknown
  Protocols?: unknown
  Protocol?: unknown
}

/** Each line of JSON, read; `undefined` for one that cannot be. */
export async function * readLines (chunks: AsyncIterable<Uint8Array>): AsyncGenerator {
  const decoder = new TextDecoder()
  let [line, total, dropping] = ['', 0, false]

  for await (const chunk of chunks) {
    total += chunk.byteLength

    const parts = `${line}${decoder.decode(chunk, { stream: true })}`.split('\n')

    line = parts.pop() ?? ''

    for (const part of parts) {
      if (!dropping && part.length <= MAX_LINE_SIZE && part.trim() !== '') {
        yield parsed(part)
      }

      dropping = false
    }

    if (line.length > MAX_LINE_SIZE) {
      dropping = true
      line = ''
    }

    if (total > MAX_ANSWER_SIZE) {
      return
    }
  }

  if (!dropping && line.trim() !== '') {
    yield parsed(line)
  }
}

/** What one document lists; undefined when it is none, or too large. */
export async function readDocument (chunks: AsyncIterable<Uint8Array>, list: ListName): Promise<unknown[] | undefined> {
  const decoder = new TextDecoder()
  let text = ''

  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true })

    if (text.length > MAX_DOCUMENT_SIZE) {
      return undefined
    }
  }

  const document = parsed(text) as Partial<Record<ListName, unknown>> | null | undefined

  if (document == null || typeof document !== 'object') {
    return undefined
  }

  return Array.isArray(document[list]) ? document[list] as unknown[] : []
}

/** A provider that speaks Bitswap; undefined when it is another, `null` when it is none. */
export function providerOf (record: unknown): NamedProvider | undefined | null {
  if (typeof record !== 'object' || record === null) {
    return null
  }

  const { Schema, ID, Addrs, Protocols, Protocol } = record as ProviderRecord

  if (!SCHEMAS.includes(Schema)) {
    return undefined
  }

  const protocols = [...Array.isArray(Protocols) ? Protocols as unknown[] : [], ...Protocol == null ? [] : [Protocol]]

  if (protocols.length > 0 && !protocols.includes(BITSWAP)) {
    return undefined
  }

  const id = peerOf(ID)

  return id == null ? null : { id, multiaddrs: addressesIn(Addrs) }
}

/** The addresses of this peer in a record; none when it is one of another peer, or cannot be read. */
export function addressesOf (peer: PeerId, record: unknown): Multiaddr[] {
  const { Schema, ID, Addrs } = (record ?? {}) as ProviderRecord

  return SCHEMAS.includes(Schema) && peerOf(ID)?.equals(peer) === true ? addressesIn(Addrs) : []
}

/** Undefined when it is none, or of a kind we do not know. */
function peerOf (text: unknown): PeerId | undefined {
  try {
    return peerIdFromString(text as string)
  } catch {
    return undefined
  }
}

function addressesIn (list: unknown): Multiaddr[] {
  return (Array.isArray(list) ? list as unknown[] : []).flatMap(addressOf)
}

function addressOf (text: unknown): Multiaddr[] {
  if (typeof text !== 'string' || !text.startsWith('/') || text === '/') {
    return []
  }

  try {
    return [multiaddr(text)]
  } catch {
    return [] // of a kind we do not know: its others may be good
  }
}

function parsed (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
