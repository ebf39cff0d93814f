/**
 * The tls of libp2p, straight on the socket of a TCP connection. That of
 * `@libp2p/tls` stands on any libp2p connection, so that all that is encrypted
 * goes through JavaScript once more on its way to the socket and from it; here
 * Node encrypts and writes in one go. On the wire both are the same:
 * https://github.com/libp2p/specs/blob/master/tls/tls.md
 * What it gains: `docs/performance.md`.
 *
 * Certificates are made and checked by `@libp2p/tls`; a node has one, as in
 * go-libp2p. Whatever is no plain TCP connection is left to `@libp2p/tls` whole:
 * one of a private network, over WebSockets or a relay, or one whose bytes libp2p
 * counts for its metrics.
 */
import { ConnectionClosedError, serviceCapabilities } from '@libp2p/interface'
import type { ConnectionEncrypter, MessageStream, SecureConnectionOptions, SecuredConnection, StreamMuxerFactory } from '@libp2p/interface'
import { tls } from '@libp2p/tls'
import type { TLSComponents } from '@libp2p/tls'
import { generateCertificate, verifyPeerCertificate } from '@libp2p/tls/utils'
import type { Socket } from 'node:net'
import { secureSocket } from './secure-socket.ts'
import { socketOf, takeSocket } from './tcp-socket.ts'
import { TlsConnection } from './tls-connection.ts'

/** A key and a certificate that it signed, as PEM. */
interface Certificate {
  cert: string
  key: string
}

/** To be one of the `connectionEncrypters` of libp2p, in place of `tls()`. */
export function directTls (): (components: TLSComponents) => ConnectionEncrypter {
  return components => new DirectTls(components)
}

class DirectTls implements ConnectionEncrypter {
  /** As that of libp2p, for what needs it. */
  readonly [serviceCapabilities]: string[] = ['@libp2p/connection-encryption']
  readonly protocol: string
  readonly #components: TLSComponents
  readonly #usual: ConnectionEncrypter
  #certificate: Promise<Certificate> | undefined

  constructor (components: TLSComponents) {
    this.#components = components
    this.#usual = tls()(components)
    this.protocol = this.#usual.protocol
  }

  async secureInbound (connection: MessageStream, options: SecureConnectionOptions = {}): Promise<SecuredConnection> {
    const socket = this.#socketOf(connection)

    return socket == null
      ? await this.#usual.secureInbound(connection, options)
      : await this.#secure(connection, socket, true, options)
  }

  async secureOutbound (connection: MessageStream, options: SecureConnectionOptions = {}): Promise<SecuredConnection> {
    const socket = this.#socketOf(connection)

    return socket == null
      ? await this.#usual.secureOutbound(connection, options)
      : await this.#secure(connection, socket, false, options)
  }

  /** Undefined when the connection is none for us. */
  #socketOf (connection: MessageStream): Socket | undefined {
    return this.#components.metrics == null ? socketOf(connection) : undefined
  }

  async #secure (connection: MessageStream, socket: Socket, isServer: boolean, options: SecureConnectionOptions): Promise<SecuredConnection> {
    const { remotePeer: expected, signal, skipStreamMuxerNegotiation = false } = options
    const muxers: Map<string, StreamMuxerFactory> = skipStreamMuxerNegotiation ? new Map<string, StreamMuxerFactory>() : this.#components.upgrader.getStreamMuxers()

    try {
      const certificate = await this.#ownCertificate()

      signal?.throwIfAborted()
      takeSocket(connection, socket)

      const secured = await secureSocket(socket, { ...certificate, isServer, protocols: [...muxers.keys()], signal })
      const remotePeer = await verifyPeerCertificate(secured.remoteCertificate, expected, connection.log)

      signal?.throwIfAborted()
      assertOpen(connection, secured.socket)

      const streamMuxer = muxers.get(secured.protocol)

      return { remotePeer, connection: new TlsConnection(connection, secured.socket), ...streamMuxer == null ? {} : { streamMuxer } }
    } catch (error) {
      connection.abort(error as Error)
      throw error
    }
  }

  /** Made once: of this node, and valid for longer than it runs. */
  async #ownCertificate (): Promise<Certificate> {
    this.#certificate ??= generateCertificate(this.#components.privateKey)

    try {
      return await this.#certificate
    } catch (error) {
      this.#certificate = undefined
      throw error
    }
  }
}

/** What ends while nobody listens would never be told of. @throws ConnectionClosedError */
function assertOpen ({ status }: MessageStream, socket: Socket): void {
  if (status !== 'open' || socket.destroyed || socket.readableEnded) {
    throw new ConnectionClosedError('closed during the tls handshake')
  }
}
