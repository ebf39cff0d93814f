/** What can be set about serving routing over HTTP: checked once, read everywhere. Times are milliseconds. */
import { InvalidOptionError } from 'ts-bitswap/errors'
import { requireCount, requirePositive } from '../option-checks.ts'

export interface RoutingServerInit {
  /**
   * Where to accept requests, as `host:port`; port 0 takes a free one. What is
   * not loopback is open to all who can reach it: there is neither encryption
   * nor a password.
   *
   * @default '127.0.0.1:0'
   */
  listen?: string

  /**
   * Peers named in one answer; a look-up is ended when it has named so many.
   *
   * @default 100
   */
  maxProviders?: number

  /**
   * How long one look-up may take. What was found by then is the answer. Clients
   * wait 30 s, so less than that.
   *
   * @default 20000
   */
  timeout?: number

  /**
   * How long a reader may take nothing of what was written to it; then it is cut
   * off.
   *
   * @default 10000
   */
  writeTimeout?: number

  /**
   * How long a client may take to send a request, from when it connects; then it
   * is cut off.
   *
   * @default 10000
   */
  requestTimeout?: number

  /**
   * Requests answered at a time. One more is refused with 429.
   *
   * @default 64
   */
  maxRequests?: number

  /**
   * Of them, from one IPv4 address, or from one /64 of IPv6, which is what one
   * client has at least. Behind a proxy all come from one, and in a local network
   * all may have the same /64: these need this as high as `maxRequests`.
   *
   * @default 16
   */
  maxRequestsPerClient?: number

  /**
   * Connections open at a time, idle ones too. One more is closed at once.
   *
   * @default 256
   */
  maxConnections?: number

  /**
   * Of them, from one client, which is who counts as one for
   * `maxRequestsPerClient`. One more of it is closed at once. Behind a proxy, on
   * this machine too, all come from one, and in a local network all may have the
   * same /64: these need this as high as `maxConnections`.
   *
   * @default 64
   */
  maxConnectionsPerClient?: number

  /**
   * Names under which the server may be asked, besides loopback ones: what the
   * `Host` of a request names. Checked when the server listens on loopback, where
   * a web page could otherwise reach it under a name of its own, and wherever
   * else this is not empty. Without ports.
   *
   * @default []
   */
  allowedHosts?: readonly string[]

  /**
   * Web pages of which origin may read the answers: `*` for all, one origin as in
   * `https://app.example`, or nothing for none. With `*` any page that a user of
   * this machine opens can ask which blocks are here.
   *
   * @default '*'
   */
  allowedOrigin?: string

  /**
   * How long `stop` waits for answers that are under way; then they are cut off.
   *
   * @default 1000
   */
  closeTimeout?: number
}

export type RoutingServerOptions = Readonly<Required<RoutingServerInit>>

export const ROUTING_SERVER_DEFAULTS: RoutingServerOptions = Object.freeze({
  listen: '127.0.0.1:0',
  maxProviders: 100,
  timeout: 20_000,
  writeTimeout: 10_000,
  requestTimeout: 10_000,
  maxRequests: 64,
  maxRequestsPerClient: 16,
  maxConnections: 256,
  maxConnectionsPerClient: 64,
  allowedHosts: [],
  allowedOrigin: '*',
  closeTimeout: 1_000
})

/** A host and a port, as `node:net` takes them. */
export interface ListenAt {
  host: string
  port: number
}

const LISTEN_AT = /^(?:\[([\da-fA-F:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/
const MAX_PORT = 65_535

/** Undefined when it is no `host:port`. */
export function parseListen (text: string): ListenAt | undefined {
  const [, bracketed, plain, port] = LISTEN_AT.exec(text) ?? []
  const host = bracketed ?? plain

  return host == null || Number(port) > MAX_PORT ? undefined : { host, port: Number(port) }
}

/** As a browser would send it: scheme, host and port, no more. */
function isOrigin (text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}

export function resolveRoutingServerOptions (init: RoutingServerInit = {}): RoutingServerOptions {
  const options = { ...ROUTING_SERVER_DEFAULTS, ...init }

  if (typeof options.listen !== 'string' || parseListen(options.listen) == null) {
    throw new InvalidOptionError('routingServer.listen', options.listen, 'host:port, as in 127.0.0.1:8080')
  }

  if (!Array.isArray(options.allowedHosts) || options.allowedHosts.some((name: unknown) => typeof name !== 'string' || name === '')) {
    throw new InvalidOptionError('routingServer.allowedHosts', options.allowedHosts, 'a list of host names')
  }

  if (options.allowedOrigin !== '' && options.allowedOrigin !== '*' && !isOrigin(options.allowedOrigin)) {
    throw new InvalidOptionError('routingServer.allowedOrigin', options.allowedOrigin, '*, an origin as in https://app.example, or empty')
  }

  requireCount('routingServer.maxProviders', options.maxProviders)
  requirePositive('routingServer.timeout', options.timeout)
  requirePositive('routingServer.writeTimeout', options.writeTimeout)
  requirePositive('routingServer.requestTimeout', options.requestTimeout)
  requireCount('routingServer.maxRequests', options.maxRequests)
  requireCount('routingServer.maxRequestsPerClient', options.maxRequestsPerClient)
  requireCount('routingServer.maxConnections', options.maxConnections)
  requireCount('routingServer.maxConnectionsPerClient', options.maxConnectionsPerClient)
  requirePositive('routingServer.closeTimeout', options.closeTimeout)

  return Object.freeze(options)
}
