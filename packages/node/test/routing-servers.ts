/** A routing server on loopback for tests, and what asks it. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromMultihash, peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { create } from 'multiformats/hashes/digest'
import { createRoutingServer } from '../src/routing-server/routing-server.ts'
import { someBytes } from './blocks.ts'
import { keepingLog } from './log.ts'
import type { KeptLog } from './log.ts'
import type { FoundPeer } from '../src/routing-server/record.ts'
import type { RoutingServerInit } from '../src/routing-server/options.ts'
import type { RoutingServer, RoutingServerComponents } from '../src/routing-server/routing-server.ts'
import type { PeerId } from '@libp2p/interface'
import type { Socket } from 'node:net'
import type { TestContext } from 'node:test'

export const OURS = '/ip4/10.0.0.1/tcp/4001'

export interface StartedRouting {
  server: RoutingServer
  self: PeerId
  kept: KeptLog
}

/** Knows nobody, and has no block, unless told otherwise. */
export async function startRouting (t: TestContext, components: Partial<RoutingServerComponents> = {}, init: RoutingServerInit = {}): Promise<StartedRouting> {
  const self = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  const kept = keepingLog()
  const server = createRoutingServer({
    routing: {},
    self: { peerId: self, getMultiaddrs: () => [multiaddr(`${OURS}/p2p/${self}`)] },
    hasBlock: () => false,
    log: kept.log,
    ...components
  }, init)

  t.after(async () => { await server.stop() })
  await server.start()

  return { server, self, kept }
}

/** The same peer for the same number. */
export function somePeer (seed: number, addresses: readonly string[] = [`/ip4/10.1.0.1/tcp/${seed % 60_000 + 1}`]): FoundPeer {
  return { id: peerIdFromMultihash(create(0x12, someBytes(32, seed + 1))), multiaddrs: addresses.map(each => multiaddr(each)) }
}

/** A connection of our own, for requests that no client sends; from this address. */
export async function openSocket (t: TestContext, url: string, localAddress?: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), ...localAddress == null ? {} : { localAddress } })

  t.after(() => { socket.destroy() })
  socket.on('error', () => {}) // being cut off is what is tested
  await once(socket, 'connect')

  return socket
}

/** Sends these bytes. @returns the status line of the answer, or nothing when there is none */
export async function exchange (t: TestContext, url: string, text: string, localAddress?: string): Promise<string> {
  const socket = await openSocket(t, url, localAddress)
  let received = ''

  socket.setEncoding('latin1')
  socket.on('data', (data: string) => { received += data })
  socket.write(text)
  await once(socket, 'close')

  return received.split('\r\n')[0] ?? ''
}
