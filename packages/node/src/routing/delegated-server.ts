/**
 * A server of the delegated routing API, as it is asked over HTTP: what it lists
 * at a path, as it comes. What that means is not known here.
 *
 * Limits: a request takes as long as its signal lets it; as many at once as are
 * asked for; sizes as in `delegated-answer.ts`; three redirects, none from https
 * to http.
 */
import { DelegatedRoutingError } from './errors.ts'
import { VERSION } from '../version.ts'
import { MAX_DOCUMENT_SIZE, readDocument, readLines } from './delegated-answer.ts'
import type { ListName } from './delegated-answer.ts'

const MAX_REDIRECTS = 3

const HEADERS = { accept: 'application/x-ndjson, application/json;q=0.8', 'user-agent': `ts-bitswap-node/${VERSION}` }

export class DelegatedServer {
  /** Its URL, as it was given. */
  readonly name: string
  readonly #base: string

  /** @param url - of the server, with or without `/routing/v1` */
  constructor (url: string) {
    const base = url.replace(/[?#].*$/, '').replace(/\/+$/, '')

    this.name = url
    this.#base = base.endsWith('/routing/v1') ? base : `${base}/routing/v1`
  }

  /**
   * What it lists there, each as it comes, `undefined` for what cannot be read.
   *
   * @param path - below `/routing/v1`
   * @param list - as it is called where the answer is one document
   * @throws DelegatedRoutingError
   */
  async * list (path: string, list: ListName, signal: AbortSignal | undefined): AsyncGenerator {
    const response = await this.#fetch(`${this.#base}${path}`, signal)

    if (response.status === 404 || response.status === 204) { // nobody is known
      await response.body?.cancel()
      return
    }

    try {
      yield * this.#records(response, list)
    } finally {
      // an answer that is not read to its end would keep its connection
      if (response.body?.locked === false) {
        await response.body.cancel()
      }
    }
  }

  async #fetch (url: string, signal: AbortSignal | undefined): Promise<Response> {
    let target = url

    for (let left = MAX_REDIRECTS; ; left--) {
      const response = await this.#request(target, signal)
      const location = response.headers.get('location')

      if (response.ok || response.status === 404) {
        return response
      }

      await response.body?.cancel()

      if (response.status < 300 || response.status >= 400 || location == null) {
        throw new DelegatedRoutingError(this.name, `answered with status ${response.status}`, { status: response.status, retryAfter: retryAfter(response.headers.get('retry-after')) })
      }

      target = this.#redirect(target, location, left)
    }
  }

  async #request (url: string, signal: AbortSignal | undefined): Promise<Response> {
    try {
      return await fetch(url, { headers: HEADERS, redirect: 'manual', ...signal == null ? {} : { signal } })
    } catch (error) {
      signal?.throwIfAborted()

      throw new DelegatedRoutingError(this.name, `cannot be reached: ${innermost(error)}`, { cause: error })
    }
  }

  #redirect (from: string, location: string, left: number): string {
    const target = URL.canParse(location, from) ? new URL(location, from) : undefined

    if (target == null || !/^https?:$/.test(target.protocol) || (from.startsWith('https:') && target.protocol !== 'https:')) {
      throw new DelegatedRoutingError(this.name, `leads to ${JSON.stringify(location.slice(0, 200))}, where it is not followed`)
    }

    if (left <= 0) {
      throw new DelegatedRoutingError(this.name, `leads on more than ${MAX_REDIRECTS} times`)
    }

    return target.href
  }

  async * #records (response: Response, list: ListName): AsyncGenerator {
    const type = response.headers.get('content-type') ?? ''

    if (response.body == null) {
      return
    }

    if (type.startsWith('application/x-ndjson')) {
      yield * readLines(response.body)
    } else if (type.startsWith('application/json')) {
      const records = await readDocument(response.body, list)

      if (records == null) {
        throw new DelegatedRoutingError(this.name, `answers what is no JSON document of up to ${MAX_DOCUMENT_SIZE / 1_048_576} MiB`)
      }

      yield * records
    } else {
      throw new DelegatedRoutingError(this.name, `answers with ${type === '' ? 'no content type' : type.slice(0, 100)}: is it the URL of a delegated routing server?`)
    }
  }
}

/** In milliseconds; of seconds or a date, as HTTP has it. */
export function retryAfter (header: string | null, now: number = Date.now()): number | undefined {
  if (header == null) {
    return undefined
  }

  const delay = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now

  return Number.isFinite(delay) ? Math.max(0, delay) : undefined
}

/** What fetch wraps: it only says that it failed. */
function innermost (error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error)
  }

  return error.cause instanceof Error ? innermost(error.cause) : (error as { code?: string }).code ?? error.message
}
