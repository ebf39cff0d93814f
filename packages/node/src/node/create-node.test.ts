import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Key } from 'interface-datastore/key'
import { someBlock, someBytes } from '../../test/blocks.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { openRepo } from '../store/repo.ts'
import { createNode } from './create-node.ts'
import { Encrypter } from './options.ts'
import type { BitswapNode, NodeComponents } from './create-node.ts'
import type { NodeInit } from './options.ts'
import type { TestContext } from 'node:test'

async function startNode (t: TestContext, init: NodeInit = {}, components: NodeComponents = {}): Promise<BitswapNode> {
  const node = await createNode(init, components)

  t.after(async () => { await node.stop() })
  await node.start()

  return node
}

const listen = ['/ip4/127.0.0.1/tcp/0']

test('a block goes from one node to another, over TCP', async t => {
  const seed = await startNode(t, { listen })
  const fetcher = await startNode(t)
  const { cid, bytes } = await someBlock(300_000)

  await seed.bitswap.addBlock({ cid, bytes })
  assert.deepEqual(await fetcher.bitswap.getBlock(cid, { providers: [seed.addresses()] }), bytes)
  assert.equal(await fetcher.repo.blockstore.has(cid), true)
})

test('a block goes over WebSockets as well', async t => {
  const seed = await startNode(t, { listen: ['/ip4/127.0.0.1/tcp/0/ws'] })
  const fetcher = await startNode(t)
  const { cid, bytes } = await someBlock(10)

  await seed.bitswap.addBlock({ cid, bytes })
  assert.deepEqual(await fetcher.bitswap.getBlock(cid, { providers: [seed.addresses()] }), bytes)
})

for (const [encrypters, encryption] of [
  [[Encrypter.Tls, Encrypter.Noise], '/tls/1.0.0'],
  [[Encrypter.Noise, Encrypter.Tls], '/noise'],
  [[Encrypter.Noise], '/noise']
] as const) {
  test(`who dials offers ${encrypters.join(' before ')}`, async t => {
    const seed = await startNode(t, { listen })
    const fetcher = await startNode(t, { encrypters })
    const connection = await fetcher.libp2p.dial(seed.addresses())

    assert.equal(connection.encryption, encryption)
  })
}

test('a node in a repo is the same peer every time', async t => {
  const repo = await temporaryFolder(t)
  const first = await createNode({ repo })
  await first.stop()
  const second = await createNode({ repo })
  await second.stop()

  assert.ok(first.peerId.equals(second.peerId))
})

test('a node holds its repo until it is stopped, which may be done twice', async t => {
  const repo = await temporaryFolder(t)
  const node = await createNode({ repo })

  await node.start()
  await assert.rejects(createNode({ repo }), { name: 'RepoInUseError' })
  await node.stop()
  await node.stop()

  await (await openRepo(repo)).close()
})

test('what was exchanged with a peer is known to a node in a repo after it was started again', async t => {
  const repo = await temporaryFolder(t)
  const { cid, bytes } = await someBlock(1_000)
  const seed = await startNode(t, { listen })
  const first = await createNode({ repo })

  await seed.bitswap.addBlock({ cid, bytes })
  await first.start()
  await first.bitswap.getBlock(cid, { providers: [seed.addresses()] })
  await first.stop()

  const second = await startNode(t, { repo })
  await second.libp2p.dial(seed.addresses())
  const receipt = second.bitswap.ledgerForPeer(seed.peerId)
  assert.deepEqual([receipt?.received, receipt?.exchanged], [1_000, 1])
})

test('a node may fetch and not serve', async t => {
  const seed = await startNode(t, { listen })
  const leech = await startNode(t, { listen, bitswap: { server: false } })
  const [{ cid, bytes }, hers] = [await someBlock(1_000), await someBlock(2_000)]

  await seed.bitswap.addBlock({ cid, bytes })
  await leech.bitswap.addBlock(hers)
  assert.deepEqual(await leech.bitswap.getBlock(cid, { providers: [seed.addresses()] }), bytes)
  await assert.rejects(seed.bitswap.getBlock(hers.cid, { providers: [leech.addresses()], onlyProviders: true, failFast: true }), { name: 'BlockUnavailableError' })
})

test('a node that cannot start lets go of its repo', async t => {
  const repo = await temporaryFolder(t)
  const other = await startNode(t, { listen })
  const [taken] = String(other.addresses()[0]).split('/p2p/')
  const node = await createNode({ repo, listen: [taken ?? ''] })

  await assert.rejects(async () => { await node.start() })
  await (await openRepo(repo)).close()
})

test('options that are wrong are refused before anything is made', async t => {
  const repo = join(await temporaryFolder(t), 'repo')

  await assert.rejects(createNode({ repo, maxConnections: 0 }), { name: 'InvalidOptionError' })
  await assert.rejects(createNode({ repo, bitswap: { server: { maxWantsPerPeer: 0 } } }), { name: 'InvalidOptionError' })
  await (await openRepo(repo)).close()
})

test('a damaged block is not sent, is named, and is fetched anew from who has it', async t => {
  const named: string[] = []
  const repo = await temporaryFolder(t)
  const { cid, bytes } = await someBlock(1_000)
  const damaged = await startNode(t, { repo, listen }, { onCorrupt: ({ message }) => { named.push(message) } })
  const fetcher = await startNode(t, { listen })
  const healthy = await startNode(t, { listen })

  await damaged.bitswap.addBlock({ cid, bytes })
  await writeFile(join(repo, 'blocks', ...pathOf(cid.multihash.bytes)), someBytes(1_000, 2))

  await assert.rejects(fetcher.bitswap.getBlock(cid, { providers: [damaged.addresses()], onlyProviders: true, failFast: true }), {
    name: 'BlockUnavailableError'
  })
  assert.equal(named.length, 1)
  assert.match(named[0] ?? '', new RegExp(cid.toString()))

  await healthy.bitswap.addBlock({ cid, bytes })
  assert.deepEqual(await damaged.bitswap.getBlock(cid, { providers: [healthy.addresses()] }), bytes)
  assert.equal(await damaged.repo.blockstore.has(cid), true)
})

test('a node that announces what is pinned tells of a pin that is damaged', async () => {
  const warned = Promise.withResolvers<string>()
  const node = await createNode({ routing: { lanDht: 'client' }, bitswap: { providing: { strategy: 'pinned' } } }, { onWarning: warned.resolve })

  try {
    await node.repo.datastore.put(new Key('/pins/a/55'), new TextEncoder().encode('{'))
    await node.start()
    assert.equal(await warned.promise, 'not all that is pinned is announced: the pin kept as /pins/a/55 is damaged')
  } finally {
    await node.stop()
  }
})

test('a block with a hash of any kind goes from one node to another', async t => {
  const { CID } = await import('multiformats/cid')
  const { getHasher } = await import('../store/hashers.ts')
  const seed = await startNode(t, { listen })
  const fetcher = await startNode(t)

  for (const code of [0x13, 0x16, 0x1e, 0xb220]) {
    const bytes = someBytes(500, code)
    const cid = CID.createV1(0x55, await (await getHasher(code)).digest(bytes))

    await seed.bitswap.addBlock({ cid, bytes })
    assert.deepEqual(await fetcher.bitswap.getBlock(cid, { providers: [seed.addresses()] }), bytes)
  }
})

function pathOf (multihash: Uint8Array): [folder: string, name: string] {
  const name = base32(multihash)

  return [name.slice(-3, -1), `${name}.data`]
}

/** As RFC 4648 has it, without padding; by hand, so that the test does not trust what it tests. */
function base32 (bytes: Uint8Array): string {
  const bits = Array.from(bytes, byte => byte.toString(2).padStart(8, '0')).join('')

  return (bits.match(/.{1,5}/g) ?? []).map(part => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(part.padEnd(5, '0'), 2)]).join('')
}

test('a logger that is given is that of libp2p, too', async () => {
  const names: string[] = []
  const log = Object.assign(() => {}, { enabled: false, error: () => {}, trace: () => {}, newScope: () => log })
  const node = await createNode({}, { logger: { forComponent: name => {
    names.push(name)

    return log
  } } })

  await node.stop()
  assert.ok(names.includes('libp2p'), names.join(', '))
  assert.ok(names.includes('bitswap:client'), names.join(', '))
})
