/** Nodes that reach each other through a relay, over loopback. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { someBlock } from '../../test/blocks.ts'
import { LOOPBACK, startHost } from '../../test/hosts.ts'
import { reachabilityParts } from './libp2p-parts.ts'
import { Relay, resolveReachabilityOptions } from './options.ts'
import { RelaySearch } from './relay-search.ts'
import type { ReachabilityInit } from './options.ts'
import type { RelaySearchComponents } from './relay-search.ts'
import type { HostInit, StartedHost } from '../../test/hosts.ts'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { TestContext } from 'node:test'

async function start (t: TestContext, init: ReachabilityInit, { listen = [LOOPBACK], bitswap = {} }: HostInit = {}): Promise<StartedHost> {
  return startHost(t, { listen, bitswap, parts: await reachabilityParts(resolveReachabilityOptions(init)) })
}

function addressOf ({ libp2p }: StartedHost): string {
  return String(libp2p.getMultiaddrs()[0])
}

/** Of a node that can be reached through relays, so many of them. */
async function relayed ({ libp2p }: StartedHost, count: number = 1): Promise<Multiaddr[]> {
  const found = (): Multiaddr[] => libp2p.getMultiaddrs().filter(address => address.toString().includes('/p2p-circuit'))

  while (found().length < count) {
    await once(libp2p as never, 'transport:listening')
  }

  return found()
}

async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')

  await once(server, 'listening')

  const address = server.address()

  server.close()
  await once(server, 'close')

  return typeof address === 'object' ? address?.port ?? 0 : 0
}

for (const runOnLimitedConnections of [false, true]) {
  test(`a node behind a relay is reached through it, and sends blocks over it only when it may: ${runOnLimitedConnections}`, async t => {
    // how long it waits for a peer to become usable does not matter where it never does
    const bitswap = { network: { runOnLimitedConnections, ...runOnLimitedConnections ? {} : { identifyTimeout: 100 } } }
    const relay = await start(t, { relayServer: true })
    const hidden = await start(t, { relay: Relay.Use, relays: [addressOf(relay)] }, { listen: [], bitswap })
    const dialler = await start(t, { relay: Relay.Use }, { listen: [], bitswap })
    const { cid, bytes } = await someBlock(1_000)

    await hidden.bitswap.addBlock({ cid, bytes })

    const connection = await dialler.libp2p.dial(await relayed(hidden))

    assert.notEqual(connection.limits, undefined)

    const fetched = dialler.bitswap.getBlock(cid, { failFast: true, providers: [hidden.libp2p.peerId], onlyProviders: true })

    if (runOnLimitedConnections) {
      assert.deepEqual(await fetched, bytes)
    } else {
      await assert.rejects(fetched, { name: 'BlockUnavailableError' })
    }
  })
}

test('with hole punching a direct connection takes the place of the relayed one, and blocks go over it', async t => {
  const port = await freePort()
  const relay = await start(t, { relayServer: true })
  const hidden = await start(t, { relay: Relay.Use, relays: [addressOf(relay)], holePunching: true }, { listen: [] })
  // an IP address of loopback is never tried; a name counts as public
  const dialler = await start(t, { holePunching: true, announce: [`/dns4/localhost/tcp/${port}`] }, { listen: [`/ip4/127.0.0.1/tcp/${port}`] })
  const { cid, bytes } = await someBlock(300_000)

  await hidden.bitswap.addBlock({ cid, bytes })

  const relayedConnection = await dialler.libp2p.dial(await relayed(hidden))

  if (relayedConnection.status === 'open') {
    await once(relayedConnection as never, 'close')
  }

  const [direct, ...others] = dialler.libp2p.getConnections(hidden.libp2p.peerId)

  assert.deepEqual([direct?.limits, direct?.direction, others.length], [undefined, 'inbound', 0])
  assert.deepEqual(await dialler.bitswap.getBlock(cid), bytes)
})

test('as many relays are used as may be', async t => {
  const relays = await Promise.all([1, 2, 3].map(async () => start(t, { relayServer: true })))
  const hidden = await start(t, { relay: Relay.Use, relays: relays.map(addressOf), maxRelays: 2 }, { listen: [] })
  const addresses = await relayed(hidden, 2)

  assert.equal(new Set(addresses.map(each => each.toString().split('/p2p/')[1])).size, 2)
})

test('a relay has so many places, and a peer without one is not reached through it', async t => {
  const [relayParts, asked] = [await reachabilityParts(resolveReachabilityOptions({ relayServer: true, maxReservations: 1 })), new Map<string, () => void>()]
  const relay = await startHost(t, { parts: { ...relayParts, connectionGater: { denyInboundRelayReservation: peer => { asked.get(peer.toString())?.(); return false } } } })
  const first = await start(t, { relay: Relay.Use, relays: [addressOf(relay)] }, { listen: [] })
  const address = (await relayed(first))[0]?.toString() ?? ''
  const second = await start(t, { relay: Relay.Use }, { listen: [] })
  const third = await start(t, { relay: Relay.Use }, { listen: [] })
  const hasAsked = new Promise<void>(resolve => { asked.set(second.libp2p.peerId.toString(), resolve) })

  await second.libp2p.dial(multiaddr(addressOf(relay)))
  await hasAsked
  assert.notEqual((await third.libp2p.dial(multiaddr(address))).limits, undefined)
  await assert.rejects(third.libp2p.dial(multiaddr(address.replace(first.libp2p.peerId.toString(), second.libp2p.peerId.toString()))), /NO_RESERVATION/)
})

test('a named relay that is not there holds up neither start nor stop, and is used once it comes', async t => {
  const [port, privateKey] = [await freePort(), await generateKeyPair('Ed25519')]
  const address = `/ip4/127.0.0.1/tcp/${port}/p2p/${peerIdFromPrivateKey(privateKey)}`
  const options = resolveReachabilityOptions({ relay: Relay.Use, relays: [address] })
  const parts = await reachabilityParts(options)
  const relaySearch = (components: RelaySearchComponents): RelaySearch => new RelaySearch(components, options, 20)
  const hidden = await startHost(t, { listen: [], parts: { ...parts, services: { ...parts.services, relaySearch } } })
  const relayParts = await reachabilityParts(resolveReachabilityOptions({ relayServer: true }))
  const come = async (): Promise<StartedHost> => startHost(t, { listen: [`/ip4/127.0.0.1/tcp/${port}`], parts: { ...relayParts, privateKey } })
  const relay = await come()

  await relayed(hidden)

  // and again when it was gone
  await relay.bitswap.stop()
  await relay.libp2p.stop()
  await come()
  await relayed(hidden)
})

test('without relays nobody is asked for a place, and relayed addresses are not dialled', async t => {
  const relay = await start(t, { relayServer: true })
  const hidden = await start(t, { relay: Relay.Use, relays: [addressOf(relay)] }, { listen: [] })
  const dialler = await start(t, {}, { listen: [] })

  await assert.rejects(dialler.libp2p.dial(await relayed(hidden)), { name: 'NoValidAddressesError' })
})
