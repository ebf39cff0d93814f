/** A private network of ours and Kubo: one key file, blocks both ways over TCP and WebSockets, and who has another key stays out. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { MemoryBlockstore } from 'blockstore-core'
import { createLibp2p } from 'libp2p'
import { CID } from 'multiformats/cid'
import { createBitswap, type Bitswap } from 'ts-bitswap'
import { formatSwarmKey, generateSwarmKey, privateNetworkParts, resolvePrivateNetworkOptions, swarmKeyHint } from 'ts-bitswap-node'
import { randomBytes, temporaryFolder } from './harness/data.ts'
import { Kubo } from './harness/kubo.ts'

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

interface Ours {
  dial (address: string): Promise<unknown>
  address: string
  bitswap: Bitswap
}

async function withNode (swarmKey: string, encrypter: typeof tls | typeof noise, use: (ours: Ours) => Promise<void>): Promise<void> {
  const libp2p = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp(), webSockets()],
    connectionEncrypters: [encrypter()],
    streamMuxers: [yamux()],
    services: { identify: identify() },
    ...await privateNetworkParts(resolvePrivateNetworkOptions({ swarmKey }))
  })
  const bitswap = createBitswap({ libp2p, blockstore: new MemoryBlockstore() })

  try {
    await bitswap.start()
    await use({ dial: async address => libp2p.dial(multiaddr(address)), address: String(libp2p.getMultiaddrs()[0]), bitswap })
  } finally {
    await bitswap.stop()
    await libp2p.stop()
  }
}

async function exchangeBlocks (bitswap: Bitswap): Promise<void> {
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

for (const [name, encrypter] of [['TLS', tls], ['Noise', noise]] as const) {
  test(`16 MiB go both ways at once between us and Kubo, we dial, over TCP and ${name}`, async () => {
    await withNode(join(kubo.repo, 'swarm.key'), encrypter, async ({ dial, bitswap }) => {
      await dial(await kuboAddress(/\/tcp\/\d+\/p2p\/\w+$/))
      await exchangeBlocks(bitswap)
    })
  })
}

test('16 MiB go both ways at once between us and Kubo, we dial, over WebSockets', async () => {
  await withNode(join(kubo.repo, 'swarm.key'), tls, async ({ dial, bitswap }) => {
    await dial(await kuboAddress(/\/ws\/p2p\/\w+$/))
    await exchangeBlocks(bitswap)
  })
})

test('16 MiB go both ways at once between us and Kubo, it dials', async () => {
  await withNode(join(kubo.repo, 'swarm.key'), tls, async ({ address, bitswap }) => {
    await kubo.connect(address)
    await exchangeBlocks(bitswap)
  })
})

test('with another key neither reaches the other, and we say what may be the reason', async () => {
  await using folder = await temporaryFolder('private')
  const other = join(folder.path, 'swarm.key')

  await writeFile(other, formatSwarmKey(generateSwarmKey()))
  await withNode(other, tls, async ({ dial, address }) => {
    const error: unknown = await dial(await kuboAddress(/\/tcp\/\d+\/p2p\/\w+$/)).then(() => assert.fail('connected'), (reason: unknown) => reason)

    assert.match(swarmKeyHint(error, true), /another one than ours/)
    await assert.rejects(kubo.connect(address))
  })
})
