import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { serviceDependencies } from '@libp2p/interface'
import type { Libp2p } from '@libp2p/interface'
import { createLibp2p } from 'libp2p'
import { TlsConnection } from '../encryption/tls-connection.ts'
import { PromptMuxer } from '../muxing/prompt-muxer.ts'
import { createHost, hostInit } from './libp2p-host.ts'
import { resolveNodeOptions } from './options.ts'

const privateKey = await generateKeyPair('Ed25519')

test('what is set about connections reaches libp2p', () => {
  const init = hostInit(privateKey, resolveNodeOptions({
    listen: ['/ip4/127.0.0.1/tcp/0'],
    maxConnections: 7,
    maxConnectionsPerSecond: 3,
    pingInterval: 1_000,
    pingTimeout: 2_000
  }))

  assert.deepEqual(init.addresses, { listen: ['/ip4/127.0.0.1/tcp/0'] })
  assert.deepEqual(init.connectionManager, { maxConnections: 7, inboundConnectionThreshold: 3, maxIncomingPendingConnections: 3 })
  assert.deepEqual(init.connectionMonitor, { pingInterval: 1_000, pingTimeout: { minTimeout: 2_000, maxTimeout: 2_000 } })
  assert.equal(init.start, false)
})

test('nothing is accepted and nothing found unless it is asked for', () => {
  const init = hostInit(privateKey, resolveNodeOptions())

  assert.deepEqual(init.addresses, { listen: [] })
  assert.equal(init.peerDiscovery, undefined)
  assert.deepEqual(Object.keys(init.services ?? {}), ['identify', 'ping'])
})

test('tls goes straight to the socket, and streams are agreed on in one step', async t => {
  const hosts = await Promise.all([1, 2].map(async () => await createHost(await generateKeyPair('Ed25519'), resolveNodeOptions({ listen: ['/ip4/127.0.0.1/tcp/0'] }), { found: () => {} })))
  const [server, client] = hosts as [Libp2p, Libp2p]

  for (const host of hosts) {
    t.after(async () => { await host.stop() })
    await host.start()
  }

  const { encryption, muxer } = await client.dial(server.getMultiaddrs()) as unknown as { encryption: string, muxer: PromptMuxer }

  assert.equal(encryption, '/tls/1.0.0')
  assert(muxer instanceof PromptMuxer)
  assert((muxer.muxer as unknown as { maConn: unknown }).maConn instanceof TlsConnection)
})

test('a service that needs what tls and streams are for can start', async t => {
  const init = hostInit(privateKey, resolveNodeOptions({ encrypters: ['tls'] }))
  const host = await createLibp2p({
    ...init,
    services: { needy: () => ({ [serviceDependencies]: ['@libp2p/connection-encryption', '@libp2p/stream-multiplexing'] }) }
  })

  t.after(async () => { await host.stop() })
  await host.start()
  assert.equal(host.status, 'started')
})
