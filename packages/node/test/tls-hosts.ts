/** Hosts of libp2p over loopback, that tell how their connections are encrypted. */
import type { ConnectionEncrypter, Libp2p, MessageStream, Metrics, SecuredConnection } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import type { TLSComponents } from '@libp2p/tls'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import type { Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { directTls } from '../src/encryption/direct-tls.ts'
import { TlsConnection } from '../src/encryption/tls-connection.ts'

export type Encrypter = (components: TLSComponents) => ConnectionEncrypter

export interface HostInit {
  encrypter?: Encrypter
  listen?: string
  metrics?: Metrics
}

/** A host with nothing but what a connection needs; stops with the test. */
export async function start (t: TestContext, { encrypter = directTls(), listen = '/ip4/127.0.0.1/tcp/0', metrics }: HostInit = {}): Promise<Libp2p> {
  const libp2p = await createLibp2p({
    addresses: { listen: [listen] },
    transports: [tcp(), webSockets()],
    connectionEncrypters: [encrypter],
    streamMuxers: [yamux()],
    ...metrics == null ? {} : { metrics: () => metrics }
  })

  t.after(async () => { await libp2p.stop() })

  return libp2p
}

export function portOf (host: Libp2p): number {
  return Number(host.getMultiaddrs()[0]?.getComponents().find(({ name }) => name === 'tcp')?.value)
}

/** With an error or without. */
export async function closed (socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()

  socket.on('error', () => {})
  socket.once('close', () => { resolve() })

  await promise
}

export type Outcome = 'direct' | 'usual' | Error

/** Tells of each connection how it was encrypted: straight on its socket, as usual, or not at all; and what came of it. */
export function watched (encrypter: Encrypter, tell: (outcome: Outcome, secured?: MessageStream) => void): Encrypter {
  const watch = async (secured: Promise<SecuredConnection>): Promise<SecuredConnection> => {
    secured.then(({ connection }) => { tell(connection instanceof TlsConnection ? 'direct' : 'usual', connection) }, tell)

    return await secured
  }

  return components => {
    const inner = encrypter(components)

    return {
      protocol: inner.protocol,
      secureInbound: async (connection, options) => await watch(inner.secureInbound(connection, options)),
      secureOutbound: async (connection, options) => await watch(inner.secureOutbound(connection, options))
    }
  }
}

export interface WatchedHost {
  server: Libp2p
  port: number
  /** How the first connection to it was encrypted. */
  outcome: Promise<Outcome>
  /** What is spoken on when it was. */
  secured: Promise<MessageStream | undefined>
}

export async function startWatched (t: TestContext, init: HostInit = {}): Promise<WatchedHost> {
  const outcome = Promise.withResolvers<Outcome>()
  const secured = Promise.withResolvers<MessageStream | undefined>()
  const server = await start(t, {
    ...init,
    encrypter: watched(directTls(), (how, connection) => {
      outcome.resolve(how)
      secured.resolve(connection)
    })
  })

  return {
    server,
    port: portOf(server),
    outcome: outcome.promise,
    secured: secured.promise
  }
}
