/** Private networks between real nodes, over loopback. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { someBlock } from '../../test/blocks.ts'
import { LOOPBACK, startHost } from '../../test/hosts.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { swarmKeyHint } from './connect-hint.ts'
import { privateNetworkParts } from './libp2p-parts.ts'
import { resolvePrivateNetworkOptions } from './options.ts'
import { generateSwarmKey, writeSwarmKey } from './swarm-key.ts'
import type { PrivateNetworkInit } from './options.ts'
import type { PrivateNetworkParts } from './libp2p-parts.ts'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { StartedHost } from '../../test/hosts.ts'
import type { TestContext } from 'node:test'

const WEBSOCKETS = `${LOOPBACK}/ws`
const BLOCK_SIZE = 1_048_576
const BLOCKS = 16

async function parts (init: PrivateNetworkInit): Promise<PrivateNetworkParts> {
  return privateNetworkParts(resolvePrivateNetworkOptions(init))
}

async function swarmKey (t: TestContext): Promise<string> {
  const path = join(await temporaryFolder(t), 'swarm.key')

  await writeSwarmKey(path, generateSwarmKey())

  return path
}

async function failure (host: StartedHost, addresses: Multiaddr[]): Promise<unknown> {
  return host.libp2p.dial(addresses).then(() => assert.fail('connected'), (error: unknown) => error)
}

/** With TLS who dials is done before the other side has looked at who it is; then the connection ends. */
async function refusedBy (host: StartedHost, dialler: StartedHost): Promise<void> {
  const closed = Promise.withResolvers<void>()

  dialler.libp2p.addEventListener('connection:close', () => { closed.resolve() })

  try {
    await dialler.libp2p.dial(host.libp2p.getMultiaddrs())
    await closed.promise
  } catch (error) {
    assert.ok(error instanceof Error)
  }

  assert.deepEqual(dialler.libp2p.getConnections(), [])
}

async function add (host: StartedHost, seed: number): Promise<Array<Awaited<ReturnType<typeof someBlock>>>> {
  const blocks = await Promise.all(Array.from({ length: BLOCKS }, async (_, index) => someBlock(BLOCK_SIZE, seed + index)))

  for (const block of blocks) {
    await host.bitswap.addBlock(block)
  }

  return blocks
}

for (const [name, listen] of [['TCP', LOOPBACK], ['WebSockets', WEBSOCKETS]] as const) {
  test(`16 MiB go both ways at once between two nodes with the same swarm key, over ${name}`, async t => {
    const key = await swarmKey(t)
    const alice = await startHost(t, { listen: [listen], parts: await parts({ swarmKey: key }) })
    const bob = await startHost(t, { listen: [], parts: await parts({ swarmKey: key }) })
    const [hers, his] = await Promise.all([add(alice, 1), add(bob, 100)])

    await bob.libp2p.dial(alice.libp2p.getMultiaddrs())
    await Promise.all([[bob, hers], [alice, his]].map(async ([host, blocks]) => {
      const { bitswap } = host as StartedHost
      const wanted = blocks as typeof hers
      const got = await Promise.all(wanted.map(async ({ cid }) => bitswap.getBlock(cid)))

      assert.deepEqual(got, wanted.map(({ bytes }) => bytes))
    }))
    assert.equal(alice.libp2p.getConnections().length, 1)
  })
}

test('a peer with another swarm key cannot connect, and the reason hints at it', async t => {
  const alice = await startHost(t, { listen: [LOOPBACK, WEBSOCKETS], parts: await parts({ swarmKey: await swarmKey(t) }) })
  const mallory = await startHost(t, { parts: await parts({ swarmKey: await swarmKey(t) }) })

  assert.equal(swarmKeyHint(await failure(mallory, alice.libp2p.getMultiaddrs()), true), ' (its swarm key may be another one than ours)')
  assert.deepEqual(alice.libp2p.getConnections(), [])
})

test('a peer without a swarm key is not let in, nor dialled', async t => {
  const alice = await startHost(t, { parts: await parts({ swarmKey: await swarmKey(t) }) })
  const mallory = await startHost(t)

  await assert.rejects(alice.libp2p.dial(mallory.libp2p.getMultiaddrs()), {
    name: 'PrivateHandshakeError',
    message: `the peer at ${mallory.libp2p.getMultiaddrs()[0]} does not take part in this private network: it used no swarm key`
  })
  assert.match(swarmKeyHint(await failure(mallory, alice.libp2p.getMultiaddrs()), false), /no swarm key/)
  assert.deepEqual(alice.libp2p.getConnections(), [])
})

test('other failures have no such hint', async t => {
  const alice = await startHost(t)
  const bob = await startHost(t)
  const addresses = bob.libp2p.getMultiaddrs()

  await bob.libp2p.stop()
  assert.equal(swarmKeyHint(await failure(alice, addresses), true), '')
  assert.equal(swarmKeyHint('text', true), '')

  const timeout = new DOMException('too long', 'TimeoutError')

  assert.match(swarmKeyHint(new AggregateError([new Error('refused'), timeout]), true), /another one/)
  assert.equal(swarmKeyHint(timeout, false), '')
})

test('only peers that are allowed are dialled, whether the address names them or not', async t => {
  const [bob, mallory] = [await startHost(t), await startHost(t)]
  const alice = await startHost(t, { listen: [], parts: await parts({ allowPeers: [bob.libp2p.peerId.toCID().toString()] }) })
  const [hers] = mallory.libp2p.getMultiaddrs()
  const refused = { name: 'PeerNotAllowedError', message: `${mallory.libp2p.peerId} is not among the peers that are allowed` }

  await alice.libp2p.dial(bob.libp2p.getMultiaddrs())
  await assert.rejects(alice.libp2p.dial(mallory.libp2p.getMultiaddrs()), refused)
  await assert.rejects(alice.libp2p.dial(mallory.libp2p.peerId), refused)
  await assert.rejects(alice.libp2p.dial(hers?.decapsulate('/p2p') as Multiaddr), refused)
  assert.deepEqual(alice.libp2p.getPeers().map(String), [bob.libp2p.peerId.toString()])
})

test('only peers that are allowed are let in, and others are spoken to by no protocol', async t => {
  const bob = await startHost(t, { listen: [] })
  const mallory = await startHost(t, { listen: [] })
  const alice = await startHost(t, { parts: await parts({ allowPeers: [bob.libp2p.peerId.toString()] }) })
  const identified: string[] = []

  alice.libp2p.addEventListener('peer:identify', ({ detail }) => { identified.push(detail.peerId.toString()) })
  await refusedBy(alice, mallory)

  const { cid, bytes } = await someBlock(1_000)

  await alice.bitswap.addBlock({ cid, bytes })
  await bob.libp2p.dial(alice.libp2p.getMultiaddrs())
  assert.deepEqual(await bob.bitswap.getBlock(cid), bytes)
  assert.deepEqual(identified, [bob.libp2p.peerId.toString()])
  assert.deepEqual(alice.libp2p.getPeers().map(String), identified)
})

test('with an empty list nobody is let in, and nobody dialled', async t => {
  const alice = await startHost(t, { parts: await parts({ allowPeers: [] }) })
  const bob = await startHost(t)

  await refusedBy(alice, bob)
  await assert.rejects(alice.libp2p.dial(bob.libp2p.getMultiaddrs()), { name: 'PeerNotAllowedError' })
})

test('without either a libp2p is given nothing', async () => {
  assert.deepEqual(await parts({}), {})
  await assert.rejects(parts({ swarmKey: '/nowhere/swarm.key' }), { name: 'SwarmKeyError' })
})

test('options that are wrong are refused', async () => {
  const id = peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toString()

  for (const [init, option] of [
    [{ swarmKey: 1 as never }, 'swarmKey'],
    [{ allowPeers: ['nobody'] }, 'allowPeers'],
    [{ allowPeers: [id, ''] }, 'allowPeers'],
    [{ allowPeers: true as never }, 'allowPeers']
  ] as const) {
    assert.throws(() => resolvePrivateNetworkOptions(init), { name: 'InvalidOptionError', option: `privateNetwork.${option}` })
  }

  assert.deepEqual(resolvePrivateNetworkOptions({ allowPeers: [id] }), { swarmKey: '', allowPeers: [id] })
})
