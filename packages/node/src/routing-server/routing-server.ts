/**
 * Serves the Delegated Routing V1 HTTP API (`/routing/v1`,
 * https://specs.ipfs.tech/routing/http-routing-v1/) to others on a private
 * network: who has a block, where a peer is. The package
 * `@helia/delegated-routing-v1-http-api-server` stands on a whole Helia, an
 * older one than ours, and on fastify, and so does not serve a node without it.
 *
 * Not for: providing or IPNS over HTTP, encryption, passwords (put a proxy in
 * front). Only GET, HEAD and OPTIONS.
 *
 * Limits: `maxRequests` answers at a time, `maxConnections` connections, of both a
 * part for each client; each look-up and each write with a time limit; more is
 * refused or cut off, nothing waits.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { ListenError } from '../errors.ts'
import { Admission, hostAllowed } from './admission.ts'
import { answer, end, refuse } from './answer.ts'
import { lookUp } from './look-up.ts'
import { parseListen, resolveRoutingServerOptions } from './options.ts'
import { lookUpOf, METHODS, Refusal } from './request.ts'
import type { LookUpComponents } from './look-up.ts'
import type { ListenAt, RoutingServerInit, RoutingServerOptions } from './options.ts'
import type { LookUp } from './request.ts'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Startable } from '@libp2p/interface'

export type RoutingServerComponents = LookUpComponents

/** Bytes of the headers of a request; a browser's have less than 2 KiB. */
const MAX_HEADER_SIZE = 8_192

/** How long a connection may lie idle between two requests, in milliseconds. */
const KEEP_ALIVE_TIMEOUT = 5_000

/** At most how often connections are looked at that take too long with their request, in milliseconds. */
const CHECK_INTERVAL = 1_000

/** Not started. @throws InvalidOptionError */
export function createRoutingServer (components: RoutingServerComponents, init: RoutingServerInit = {}): RoutingServer {
  return new RoutingServer(components, resolveRoutingServerOptions(init))
}

export class RoutingServer implements Startable {
  readonly #components: RoutingServerComponents
  readonly #options: RoutingServerOptions
  readonly #requests: Admission
  readonly #connections: Admission
  /** Of the look-ups under way; no more than `maxRequests`. */
  readonly #lookUps = new Set<AbortController>()
  #server: Server | undefined
  #opening: Promise<void> | undefined
  #url = ''
  #answers = 0
  #onIdle: (() => void) | undefined

  constructor (components: RoutingServerComponents, options: RoutingServerOptions) {
    this.#components = components
    this.#options = options
    this.#requests = new Admission({ max: options.maxRequests, maxPerClient: options.maxRequestsPerClient })
    this.#connections = new Admission({ max: options.maxConnections, maxPerClient: options.maxConnectionsPerClient })
  }

  /** What clients are given, without `/routing/v1`; empty while it does not listen. */
  get url (): string {
    return this.#url
  }

  /** May be called twice, and again after a stop. @throws ListenError */
  async start (): Promise<void> {
    this.#opening ??= this.#open()

    try {
      await this.#opening
    } catch (error) {
      this.#opening = undefined

      throw error
    }
  }

  /** Ends look-ups, gives answers `closeTimeout` to be written, and closes all connections. May be called twice. */
  async stop (): Promise<void> {
    await this.#opening?.catch(() => undefined) // told to whoever started it

    const server = this.#server

    if (server == null) {
      return
    }

    this.#server = undefined
    this.#opening = undefined
    this.#url = ''

    const closed = once(server, 'close')
    const cutOff = (): void => { server.closeAllConnections() }

    server.close()
    this.#lookUps.forEach(each => { each.abort() })

    const timer = setTimeout(cutOff, this.#options.closeTimeout)

    this.#onIdle = cutOff
    this.#endWhenIdle()
    await closed
    clearTimeout(timer)
  }

  async #open (): Promise<void> {
    const at = parseListen(this.#options.listen) ?? { host: '127.0.0.1', port: 0 }
    const server = this.#createServer()

    await listen(server, at)
    server.on('error', error => { this.#components.log.error('the routing server failed - %e', error) })

    const address = server.address()
    const port = typeof address === 'object' && address != null ? address.port : at.port

    this.#server = server
    this.#url = `http://${at.host.includes(':') ? `[${at.host}]` : at.host}:${port}`
  }

  #createServer (): Server {
    const { requestTimeout, maxConnections } = this.#options
    const server = createServer({
      maxHeaderSize: MAX_HEADER_SIZE,
      requestTimeout,
      headersTimeout: requestTimeout,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
      connectionsCheckingInterval: Math.min(CHECK_INTERVAL, requestTimeout)
    }, (request, response) => {
      this.#answers++
      this.#handle(request, response)
        .catch(async (error: unknown) => { await this.#failed(request, response, error) })
        .finally(() => {
          this.#answers--
          this.#endWhenIdle()
        })
    })

    server.maxConnections = maxConnections
    server.on('connection', socket => { this.#accept(socket) })

    return server
  }

  #accept (socket: Socket): void {
    const client = socket.remoteAddress ?? ''

    if (this.#connections.enter(client)) {
      socket.once('close', () => { this.#connections.leave(client) })
    } else {
      socket.destroy()
    }
  }

  async #handle (request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { allowedOrigin, writeTimeout } = this.#options
    const { method = '', url = '', headers } = request

    if (allowedOrigin !== '') {
      response.setHeader('Access-Control-Allow-Origin', allowedOrigin)
      response.setHeader('Access-Control-Allow-Methods', METHODS)
      response.setHeader('Access-Control-Allow-Headers', '*')
    }

    const wanted = hostAllowed(headers.host, this.#options)
      ? lookUpOf({ method, url, headers })
      : new Refusal(403, 'this server does not go by that name: see allowedHosts')

    if (wanted == null) {
      response.writeHead(204, { Allow: METHODS })
      await end(response, writeTimeout)
    } else if (wanted instanceof Refusal) {
      // what else it may send is of no use
      response.setHeader('Connection', 'close')
      await refuse(response, wanted, writeTimeout)
    } else {
      await this.#admit(request, response, wanted)
    }
  }

  async #admit (request: IncomingMessage, response: ServerResponse, wanted: LookUp): Promise<void> {
    const client = request.socket.remoteAddress ?? ''

    if (!this.#requests.enter(client)) {
      await refuse(response, new Refusal(429, 'too many requests at a time, come again', { 'Retry-After': '1' }), this.#options.writeTimeout)

      return
    }

    try {
      await this.#lookUpAndAnswer(response, wanted)
    } finally {
      this.#requests.leave(client)
    }
  }

  async #lookUpAndAnswer (response: ServerResponse, wanted: LookUp): Promise<void> {
    const { timeout, maxProviders } = this.#options
    const ending = new AbortController()
    const timer = setTimeout(() => { ending.abort() }, timeout)

    this.#lookUps.add(ending)
    response.once('close', () => { ending.abort() })

    try {
      await answer(response, wanted, lookUp(this.#components, wanted.asked, { maxProviders, signal: ending.signal }), this.#options)
    } finally {
      clearTimeout(timer)
      this.#lookUps.delete(ending)
    }
  }

  #endWhenIdle (): void {
    if (this.#answers === 0) {
      this.#onIdle?.()
      this.#onIdle = undefined
    }
  }

  /** Tells the client what it may know, if it can still be told; the rest is for the log. Never rejects. */
  async #failed (request: IncomingMessage, response: ServerResponse, error: unknown): Promise<void> {
    if (response.destroyed || request.socket.destroyed) { // the client is gone: its business
      this.#components.log('a client left before it had its answer')

      return
    }

    this.#components.log.error('answering %s failed - %e', request.url, error)

    if (response.headersSent) {
      response.destroy()
    } else {
      await refuse(response, new Refusal(500, 'the look-up failed'), this.#options.writeTimeout).catch(() => { response.destroy() })
    }
  }
}

async function listen (server: Server, { host, port }: ListenAt): Promise<void> {
  const listening = once(server, 'listening')

  server.listen({ host, port })

  try {
    await listening
  } catch (error) {
    throw new ListenError([`${host}:${port}`], error instanceof Error ? error.message.replace(/^listen /, '') : String(error), { cause: error })
  }
}
