/**
 * The handshake of tls on a socket: TLS 1.3, both ends with a certificate that
 * they signed themselves, and what is spoken above agreed on along with it (ALPN).
 * Whose the certificate is, is for the caller to find out.
 */
import { ConnectionClosedError, InvalidCryptoExchangeError } from '@libp2p/interface'
import type { Socket } from 'node:net'
import { connect, TLSSocket } from 'node:tls'
import type { TLSSocketOptions } from 'node:tls'
import { setImmediate } from 'node:timers/promises'

/** What is agreed on when the ends have nothing in common above tls: it is negotiated later. */
const LATER = 'libp2p'

export interface HandshakeInit {
  cert: string
  key: string
  isServer: boolean
  /** That can be spoken above, the best first. */
  protocols: string[]
  /** Ends the handshake, and the socket with it. */
  signal?: AbortSignal | undefined
}

export interface SecuredSocket {
  socket: TLSSocket
  /** As DER; nobody has looked at it. */
  remoteCertificate: Uint8Array
  /** Which of the protocols was agreed on; empty when it is to be negotiated later. */
  protocol: string
}

/**
 * @throws ConnectionClosedError when the other end hangs up
 * @throws InvalidCryptoExchangeError when it has no certificate
 * @throws `signal.reason`, or what Node says of a handshake that failed; the socket is closed then
 */
export async function secureSocket (socket: Socket, init: HandshakeInit): Promise<SecuredSocket> {
  const secured = wrap(socket, init)

  try {
    await handshake(secured, init.signal)

    return { socket: secured, remoteCertificate: certificateOf(secured), protocol: protocolOf(secured) }
  } catch (error) {
    secured.destroy()
    throw error
  }
}

function wrap (socket: Socket, { cert, key, isServer, protocols }: HandshakeInit): TLSSocket {
  const options: TLSSocketOptions = {
    cert,
    key,
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    // nobody but themselves has signed them
    rejectUnauthorized: false
  }

  return isServer
    ? new TLSSocket(socket, { ...options, isServer, requestCert: true, ALPNCallback: ({ protocols: offered }) => chosen(offered, protocols) })
    : connect({ ...options, socket, ALPNProtocols: [...protocols, LATER] })
}

/** What the other end likes best of what we speak; undefined ends the handshake. */
function chosen (offered: string[], spoken: string[]): string | undefined {
  return offered.find(protocol => spoken.includes(protocol)) ?? offered.find(protocol => protocol === LATER)
}

/**
 * Done in a turn of its own: Node runs what waits for the end of a handshake while
 * OpenSSL is still at work below it. Were the socket of the transport closed there,
 * and then this one, OpenSSL would lose what it works on, and the process end with
 * a segmentation fault (Node 24).
 */
async function handshake (socket: TLSSocket, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const abort = (): void => { reject(signal?.reason) }

  // stays: an error of a socket that nobody listens to ends the process
  socket.on('error', reject)
  // what is no tls, after the handshake: at the end that listens Node tells of it only so, and closes nothing
  socket.on('_tlsError', (error: Error) => { socket.destroy(error) })
  socket.once('secure', resolve)
  socket.once('close', () => { reject(new ConnectionClosedError('closed during the tls handshake')) })
  signal?.addEventListener('abort', abort, { once: true })

  try {
    await promise
  } finally {
    signal?.removeEventListener('abort', abort)
    await setImmediate()
  }
}

function certificateOf (socket: TLSSocket): Uint8Array {
  const { raw } = socket.getPeerCertificate() as { raw?: Uint8Array }

  if (raw == null) {
    throw new InvalidCryptoExchangeError('no certificate came in the tls handshake')
  }

  return raw
}

function protocolOf ({ alpnProtocol }: TLSSocket): string {
  return typeof alpnProtocol === 'string' && alpnProtocol !== LATER ? alpnProtocol : ''
}
