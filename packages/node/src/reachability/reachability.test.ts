/** What is announced and served, with real nodes over loopback. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { LOOPBACK, startHost } from '../../test/hosts.ts'
import { keepingLog } from '../../test/log.ts'
import { announceFilter } from './announce-filter.ts'
import { carefulClient, probeSsdp } from './gateway-search.ts'
import { reachabilityParts } from './libp2p-parts.ts'
import { resolveReachabilityOptions } from './options.ts'
import { isPublicAddress } from './public-address.ts'
import type { ReachabilityInit } from './options.ts'
import type { StartedHost } from '../../test/hosts.ts'
import type { IdentifyResult } from '@libp2p/interface'
import type { UPnPNATClient } from '@libp2p/upnp-nat'
import type { TestContext } from 'node:test'

const NAMED = '/dns4/node.example/tcp/4001'
type Gateway = Awaited<ReturnType<UPnPNATClient['getGateway']>>

async function start (t: TestContext, init: ReachabilityInit): Promise<StartedHost> {
  return startHost(t, { parts: await reachabilityParts(resolveReachabilityOptions(init)) })
}

/** What it says of itself when it is asked for its addresses, and what it tells a peer that connects. */
async function announced (t: TestContext, init: ReachabilityInit): Promise<string[]> {
  const { libp2p } = await start(t, init)
  const peer = await startHost(t, { listen: [] })
  const identified = new Promise<IdentifyResult>(resolve => { peer.libp2p.addEventListener('peer:identify', ({ detail }) => { resolve(detail) }) })
  const said = libp2p.getMultiaddrs().map(each => each.toString().replace(`/p2p/${libp2p.peerId}`, ''))

  await peer.libp2p.dial(multiaddr(String(listening(libp2p.getMultiaddrs().map(String)) ?? listenedAt(libp2p))))
  assert.deepEqual((await identified).listenAddrs.map(String), said)

  return said
}

function listening (addresses: string[]): string | undefined {
  return addresses.find(each => each.startsWith('/ip4/127.0.0.1/'))
}

/** Where it listens, whatever it announces: a part of libp2p that has no public way to it. */
function listenedAt ({ components }: { components?: { transportManager: { getAddrs (): unknown[] } } } & object): string {
  return String(components?.transportManager.getAddrs()[0])
}

test('by default what is listened at is announced', async t => {
  assert.match((await announced(t, {})).join(), /^\/ip4\/127\.0\.0\.1\/tcp\/\d+$/)
})

test('given addresses are announced in place of those found, to peers too', async t => {
  assert.deepEqual(await announced(t, { announce: [NAMED], appendAnnounce: ['/dns4/other.example/tcp/1'] }), [NAMED])
})

test('given addresses are announced besides those found', async t => {
  const [found, appended, ...more] = await announced(t, { appendAnnounce: [NAMED] })

  assert.match(found ?? '', /^\/ip4\/127/)
  assert.deepEqual([appended, more], [NAMED, []])
})

test('addresses that are not to be announced are not', async t => {
  assert.deepEqual(await announced(t, { appendAnnounce: [NAMED], noAnnounce: ['/ip4/127.0.0.0/ipcidr/8'] }), [NAMED])
})

test('addresses are left out by how they begin, or by their range', () => {
  const left = (...never: string[]): string[] => announceFilter(never)([
    '/ip4/10.1.2.3/tcp/4001/p2p/12D3KooWBhMbLvQ5qSGMRqMLHLDFuRzHZxL1yQvcHXvCGeF2zvZb', '/ip4/10.1.2.33/tcp/40', '/ip6/fd00::1/tcp/1', NAMED
  ].map(each => multiaddr(each))).map(each => each.toString().split('/tcp')[0] ?? '')

  assert.deepEqual(left('/ip4/10.1.2.3'), ['/ip4/10.1.2.33', '/ip6/fd00::1', '/dns4/node.example'])
  assert.deepEqual(left('/ip4/10.1.2.3/tcp/400'), ['/ip4/10.1.2.3', '/ip4/10.1.2.33', '/ip6/fd00::1', '/dns4/node.example'])
  assert.deepEqual(left('/ip4/10.0.0.0/ipcidr/8', NAMED), ['/ip6/fd00::1'])
  assert.deepEqual(left('/ip6/fc00::/ipcidr/7'), ['/ip4/10.1.2.3', '/ip4/10.1.2.33', '/dns4/node.example'])
})

test('addresses of local networks, of this machine and of relays are not public', () => {
  for (const address of ['/ip4/8.8.8.8/tcp/1', '/ip6/2606:4700::1/tcp/1', NAMED]) {
    assert.equal(isPublicAddress(multiaddr(address)), true, address)
  }

  for (const address of [LOOPBACK, '/ip4/192.168.1.1/tcp/1', '/ip4/100.64.0.1/tcp/1', '/ip6/::1/tcp/1', '/ip6/fe80::1/tcp/1', '/dns4/localhost/tcp/1', '/p2p-circuit',
    '/ip4/8.8.8.8/tcp/1/p2p/12D3KooWBhMbLvQ5qSGMRqMLHLDFuRzHZxL1yQvcHXvCGeF2zvZb/p2p-circuit']) {
    assert.equal(isPublicAddress(multiaddr(address)), false, address)
  }
})

test('AutoNAT, relay and hole punching are spoken only where they are wanted', async t => {
  const spoken = async (init: ReachabilityInit): Promise<string[]> => (await start(t, init)).libp2p.getProtocols().filter(each => /autonat|circuit|dcutr/.test(each)).sort()

  assert.deepEqual(await spoken({}), [])
  assert.deepEqual(await spoken({ autonat: true }), ['/libp2p/autonat/1.0.0'])
  assert.deepEqual(await spoken({ relayServer: true }), ['/libp2p/circuit/relay/0.2.0/hop'])
  assert.deepEqual(await spoken({ relay: 'use' }), ['/libp2p/circuit/relay/0.2.0/stop'])
  assert.deepEqual(await spoken({ holePunching: true }), ['/libp2p/circuit/relay/0.2.0/stop', '/libp2p/dcutr'])
})

for (const autonat of [false, true]) {
  test(`without a network UPnP is said to be of no use once, and holds up neither start nor stop, AutoNAT ${autonat}`, async t => {
    const probed = Promise.withResolvers<void>()
    const { logger, errors } = keepingLog()
    const parts = await reachabilityParts(resolveReachabilityOptions({ upnp: true, autonat }), {
      async probe () {
        probed.resolve()
        throw new Error('there is no network')
      }
    })
    const host = await startHost(t, { parts: { ...parts, logger } })

    await probed.promise
    await host.libp2p.stop()
    assert.deepEqual(errors, [['no port was opened on a router: %s', 'there is no network']])
  })
}

test('a search that finds no gateway is told once; one that fails too; and none after one was found', async () => {
  const { log, errors } = keepingLog()
  let round = 0
  const client = (rounds: Array<() => AsyncGenerator<Gateway>>): UPnPNATClient => carefulClient({
    getGateway: async () => ({}) as Gateway,
    findGateways: () => rounds[round++]?.() ?? assert.fail('too often')
  }, { log, probe: async () => {} })
  const search = async (careful: UPnPNATClient): Promise<number> => {
    let found = 0

    for await (const gateway of careful.findGateways()) {
      found += gateway == null ? 0 : 1
    }

    return found
  }
  const none = async function * (): AsyncGenerator<Gateway> {}
  const one = async function * (): AsyncGenerator<Gateway> { yield {} as Gateway }
  const failing = async function * (): AsyncGenerator<Gateway> { yield await Promise.reject<Gateway>(new Error('broken')) }
  const first = client([none, none, failing])

  assert.deepEqual([await search(first), await search(first), await search(first)], [0, 0, 0])
  assert.deepEqual(errors, [['no port was opened on a router: %s', 'none was found that speaks UPnP']])
  round = 0
  await search(client([failing]))
  assert.equal(errors[1]?.[1], 'broken')
  round = 0

  const third = client([one, none])

  assert.deepEqual([await search(third), await search(third)], [1, 0])
  assert.equal(errors.length, 2)
})

test('the port of UPnP is tried where there is a network, and nowhere else', async () => {
  const at = (address: string, internal: boolean): Parameters<typeof probeSsdp>[0] => ({ x: [{ address, internal, family: 'IPv4' } as never] })

  await assert.rejects(probeSsdp({}), /there is no network/)
  await assert.rejects(probeSsdp(at('127.0.0.1', true)), /there is no network/)
  await assert.rejects(probeSsdp(at('169.254.1.1', false)), /there is no network/)
  await assert.rejects(probeSsdp(at('192.0.2.1', false)), { code: 'EADDRNOTAVAIL' })
  await probeSsdp(at('127.0.0.1', false))
})
