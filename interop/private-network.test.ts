/** A private network of ours and Kubo: one key file, blocks both ways over TCP and WebSockets, and who has another key stays out. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { CID } from 'multiformats/cid'
import { createNode, Encrypter, formatSwarmKey, generateSwarmKey, type BitswapNode, type NodeInit } from 'ts-bitswap-node'
import { randomBytes, temporaryFolder } from './harness/data.ts'
import { Kubo } from './harness/kubo.ts'
import { addressOf, bitswapChild } from './harness/ours.ts'

const SIZE = 1_048_576
const BLOCKS = 16

let kubo: Kubo
/** Of blocks: none is sent twice. */
let seed = 0

before(async () => {
  // it does not start without a key then
  process.env.LIBP2P_FORCE_PNET = '1'
  kubo = await Kubo.init()
  await kubo.ipfs('config', '--json', 'Addresses.Swarm', JSON.stringify(['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/tcp/0/ws']))
  await writeFile(join(kubo.repo, 'swarm.key'), formatSwarmKey(generateSwarmKey()))
  await kubo.startDaemon()
})

after(async () => { await kubo.stop() })

async function withNode (init: NodeInit, use: (node: BitswapNode) => Promise<void>): Promise<void> {
  const node = await createNode({ listen: ['/ip4/127.0.0.1/tcp/0'], privateNetwork: { swarmKey: join(kubo.repo, 'swarm.key') }, ...init })

  try {
    await node.start()
    await use(node)
  } finally {
    await node.stop()
  }
}

async function exchangeBlocks ({ bitswap }: BitswapNode): Promise<void> {
  const theirs = await Promise.all(Array.from({ length: BLOCKS }, async () => {
    const bytes = randomBytes(SIZE, ++seed)

    return { bytes, cid: CID.parse(await kubo.putBlock(bytes)) }
  }))
  const ours = await Promise.all(Array.from({ length: BLOCKS }, async () => {
    const bytes = randomBytes(SIZE, ++seed)

    return { bytes, cid: CID.parse(await Kubo.cidOf(bytes)) }
  }))

  await bitswap.addBlocks(ours)
  await Promise.all([
    ...theirs.map(async ({ bytes, cid }) => { assert.deepEqual(await bitswap.getBlock(cid), bytes) }),
    ...ours.map(async ({ bytes, cid }) => { assert.deepEqual(await kubo.block(cid.toString()), bytes) })
  ])
}

async function kuboAddress (ending: RegExp): Promise<string> {
  const { Addresses } = await kubo.api<{ Addresses: string[] }>('id')

  return Addresses.find(each => ending.test(each)) ?? assert.fail(`no such address in ${Addresses.join(', ')}`)
}

async function dial ({ libp2p }: BitswapNode, ending: RegExp): Promise<void> {
  await libp2p.dial(multiaddr(await kuboAddress(ending)))
}

for (const encrypter of [Encrypter.Tls, Encrypter.Noise]) {
  test(`16 MiB go both ways at once between us and Kubo, we dial, over TCP and ${encrypter}`, async () => {
    await withNode({ encrypters: [encrypter] }, async node => {
      await dial(node, /\/tcp\/\d+\/p2p\/\w+$/)
      await exchangeBlocks(node)
    })
  })
}

test('16 MiB go both ways at once between us and Kubo, we dial, over WebSockets', async () => {
  await withNode({}, async node => {
    await dial(node, /\/ws\/p2p\/\w+$/)
    await exchangeBlocks(node)
  })
})

test('16 MiB go both ways at once between us and Kubo, it dials', async () => {
  await withNode({}, async node => {
    await kubo.connect(addressOf(node))
    await exchangeBlocks(node)
  })
})

test('with another key neither reaches the other, and the command says what may be the reason', async () => {
  await using folder = await temporaryFolder('private')
  const other = join(folder.path, 'swarm.key')
  await writeFile(other, formatSwarmKey(generateSwarmKey()))

  const cid = await Kubo.cidOf(randomBytes(8, ++seed))
  const failed = await bitswapChild('--repo', join(folder.path, 'repo'), 'get', cid, '--swarm-key', other, '--peer', await kuboAddress(/\/tcp\/\d+\/p2p\/\w+$/)).exited()

  assert.equal(failed.code, 1)
  assert.match(failed.stderr, /^Error: cannot reach .*another one than ours\)$/m)
  await withNode({ privateNetwork: { swarmKey: other } }, async node => { await assert.rejects(kubo.connect(addressOf(node))) })
})
