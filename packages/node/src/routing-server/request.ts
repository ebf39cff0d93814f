/**
 * Makes sense of a request, or says why it is refused. Pure: looks at the method,
 * the path and a few headers.
 */
import { peerIdFromString } from '@libp2p/peer-id'
import { CID } from 'multiformats/cid'
import { filterOf } from './record.ts'
import type { RecordFilter } from './record.ts'
import type { PeerId } from '@libp2p/interface'
import type { IncomingHttpHeaders } from 'node:http'

export const ContentType = { Json: 'application/json', Ndjson: 'application/x-ndjson' } as const
export type ContentType = typeof ContentType[keyof typeof ContentType]

export type Asked = { cid: CID } | { peer: PeerId }

export interface LookUp {
  asked: Asked
  filter: RecordFilter
  contentType: ContentType
  /** Only the headers are wanted. */
  headOnly: boolean
}

/** A refusal: a status and a line for people. */
export class Refusal {
  readonly status: number
  readonly message: string
  readonly headers: Readonly<Record<string, string>>

  constructor (status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    this.status = status
    this.message = message
    this.headers = headers
  }
}

export interface RequestLine {
  method: string
  /** As it came: path and query. */
  url: string
  headers: IncomingHttpHeaders
}

export const METHODS = 'GET, HEAD, OPTIONS'

/** Characters of an id; the longest that are in use have some 120. */
const MAX_ID_LENGTH = 1_024

/** Nothing when the request asks what is allowed (OPTIONS). */
export function lookUpOf ({ method, url, headers }: RequestLine): LookUp | Refusal | undefined {
  if (method === 'OPTIONS') {
    return undefined
  }

  if (method !== 'GET' && method !== 'HEAD') {
    return new Refusal(405, `${method} is not served here, only ${METHODS}`, { Allow: METHODS })
  }

  if (headers['transfer-encoding'] != null || Number(headers['content-length'] ?? 0) > 0) {
    return new Refusal(400, 'a request with a body is not served here')
  }

  const contentType = contentTypeFor(headers.accept)

  if (contentType == null) {
    return new Refusal(406, `only ${ContentType.Json} and ${ContentType.Ndjson} are served here`)
  }

  const [path = '', query = ''] = url.split('?', 2)
  const asked = askedOf(path)

  return asked instanceof Refusal ? asked : { asked, filter: filterOf(new URLSearchParams(query)), contentType, headOnly: method === 'HEAD' }
}

/**
 * Ndjson where it is named, since it comes as it is found; JSON where anything
 * goes; undefined when neither will do.
 */
function contentTypeFor (accept: string | undefined): ContentType | undefined {
  if (accept == null || accept.trim() === '') {
    return ContentType.Json
  }

  const types = accept.toLowerCase().split(',').filter(type => !/;\s*q=0(?:\.0*)?\s*(?:;|$)/.test(type)).map(type => type.split(';')[0]?.trim())

  if (types.includes(ContentType.Ndjson)) {
    return ContentType.Ndjson
  }

  return types.some(type => type === ContentType.Json || type === 'application/*' || type === '*/*') ? ContentType.Json : undefined
}

function askedOf (path: string): Asked | Refusal {
  const [, kind, id = '', ...rest] = /^\/routing\/v1\/([^/]+)(?:\/([^/]*))?(\/.+)?$/.exec(path) ?? []

  if (rest.some(part => part != null) || (kind !== 'providers' && kind !== 'peers')) {
    // not 404: clients take that for "nobody has it"
    return kind === 'ipns' || kind === 'dht'
      ? new Refusal(501, `/routing/v1/${kind} is not served here`)
      : new Refusal(400, 'no such path: /routing/v1/providers/{cid} and /routing/v1/peers/{peer-id} are served here')
  }

  return kind === 'providers' ? parseCid(id) : parsePeer(id)
}

function parseCid (text: string): Asked | Refusal {
  try {
    return { cid: CID.parse(bounded(text)) }
  } catch {
    return new Refusal(422, `${quoted(text)} is no CID`)
  }
}

function parsePeer (text: string): Asked | Refusal {
  try {
    return { peer: peerIdFromString(bounded(text)) }
  } catch {
    return new Refusal(422, `${quoted(text)} is no peer id`)
  }
}

function bounded (text: string): string {
  if (text.length > MAX_ID_LENGTH) {
    throw new RangeError('too long')
  }

  return text
}

function quoted (text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}
