/**
 * Writes what a look-up names: as lines while it comes (ndjson), or all at once
 * (JSON).
 *
 * Limits: one record at a time is handed to the connection once its buffer is
 * full; a reader that takes nothing for `writeTimeout` is cut off.
 */
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { recordOf } from './record.ts'
import { ContentType, Refusal } from './request.ts'
import type { FoundPeer, PeerRecord } from './record.ts'
import type { LookUp } from './request.ts'
import type { ServerResponse } from 'node:http'

/** Five minutes, as clients assume where nothing is said. */
const FOUND = 'public, max-age=300'

/** Nobody yet: somebody may be about to provide it. */
const NOBODY = 'public, max-age=15'

export interface AnswerOptions {
  maxProviders: number
  writeTimeout: number
}

/** @throws what the look-up throws, as long as nothing was named; and when the reader is gone or does not read */
export async function answer (response: ServerResponse, request: LookUp, peers: AsyncIterable<FoundPeer>, options: AnswerOptions): Promise<void> {
  response.setHeader('Content-Type', request.contentType)
  response.setHeader('Vary', 'Accept')

  if (request.headOnly) {
    response.writeHead(200)
  } else if (request.contentType === ContentType.Ndjson) {
    await writeLines(response, recordsOf(request, peers, options.maxProviders), options.writeTimeout)
  } else {
    await writeAtOnce(response, request, recordsOf(request, peers, options.maxProviders))
  }

  await end(response, options.writeTimeout)
}

/** A refusal has a line of text, and so is told from an answer. */
export async function refuse (response: ServerResponse, { status, message, headers }: Refusal, writeTimeout: number): Promise<void> {
  response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
  response.write(`${message}\n`)
  await end(response, writeTimeout)
}

/** Resolves when all of it was handed to the operating system. */
export async function end (response: ServerResponse, writeTimeout: number): Promise<void> {
  response.end()
  await finished(response, { signal: AbortSignal.timeout(writeTimeout) })
}

async function * recordsOf ({ filter }: LookUp, peers: AsyncIterable<FoundPeer>, maxProviders: number): AsyncGenerator<PeerRecord> {
  let left = maxProviders

  for await (const peer of peers) {
    const record = recordOf(peer, filter)

    if (record != null) {
      yield record
      left--
    }

    if (left === 0) {
      return
    }
  }
}

async function writeLines (response: ServerResponse, records: AsyncIterable<PeerRecord>, writeTimeout: number): Promise<void> {
  for await (const record of records) {
    if (!response.headersSent) {
      response.writeHead(200, { 'Cache-Control': FOUND })
    }

    if (!response.write(`${JSON.stringify(record)}\n`)) {
      await drained(response, writeTimeout)
    }
  }

  if (!response.headersSent) {
    response.writeHead(200, { 'Cache-Control': NOBODY })
  }
}

/** @throws when the reader takes nothing in time, or is gone */
async function drained (response: ServerResponse, writeTimeout: number): Promise<void> {
  const waiting = new AbortController()
  const timer = setTimeout(() => { waiting.abort() }, writeTimeout)
  const abort = (): void => { waiting.abort() }

  response.once('close', abort)

  try {
    await once(response, 'drain', { signal: waiting.signal })
  } finally {
    clearTimeout(timer)
    response.off('close', abort)
  }
}

async function writeAtOnce (response: ServerResponse, { asked }: LookUp, records: AsyncIterable<PeerRecord>): Promise<void> {
  const found = await collected(records)
  const body = JSON.stringify({ ['peer' in asked ? 'Peers' : 'Providers']: found })

  response.writeHead(200, { 'Cache-Control': found.length > 0 ? FOUND : NOBODY, 'Content-Length': Buffer.byteLength(body) })
  response.write(body)
}

/** What failed after something was found is the look-up's end. */
async function collected (records: AsyncIterable<PeerRecord>): Promise<PeerRecord[]> {
  const found: PeerRecord[] = []

  try {
    for await (const record of records) {
      found.push(record)
    }
  } catch (error) {
    if (found.length === 0) {
      throw error
    }
  }

  return found
}
