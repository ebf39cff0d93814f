/** Files and blocks between us and Helia with @helia/bitswap, in both directions. */
import assert from 'node:assert/strict'
import { multiaddr } from '@multiformats/multiaddr'
import { CID } from 'multiformats/cid'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { BitswapNode } from 'ts-bitswap-node'
import { randomBytes, sha256OfFile, temporaryFolder, writeRandomFile } from './harness/data.ts'
import { startHelia, type Helia } from './harness/helia.ts'
import { Kubo } from './harness/kubo.ts'
import { bitswap, serve, startNode } from './harness/ours.ts'

const MIB = 1024 * 1024
const SIZES = [0, 1, 262_144, 300 * 1024, 64 * MIB]

let helia: Helia
let node: BitswapNode

before(async () => {
  [helia, node] = await Promise.all([startHelia(), startNode()])
  await node.libp2p.dial(multiaddr(helia.address))
})

after(async () => { await Promise.all([helia.stop(), node.stop()]) })

function sha256 (bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

for (const size of SIZES) {
  test(`a file of ${size} bytes goes from Helia to us`, async () => {
    await using folder = await temporaryFolder('helia')
    const [sent, got] = [join(folder.path, 'sent'), join(folder.path, 'got')]
    await writeRandomFile(sent, size, 1)
    const { cid } = await helia.add(size, 1)

    await bitswap('--repo', join(folder.path, 'repo'), 'get', cid, '--peer', helia.address, '-o', got)

    assert.equal(await sha256OfFile(got), await sha256OfFile(sent))
  })

  test(`a file of ${size} bytes goes from us to Helia`, async () => {
    await using folder = await temporaryFolder('helia')
    const sent = join(folder.path, 'sent')
    await writeRandomFile(sent, size, 2)
    const served = await serve(join(folder.path, 'repo'), sent)
    const cid = [...served.cids.values()].at(-1)
    assert.ok(cid != null)

    await helia.connect(served.address)
    const read = await helia.cat(cid)

    assert.equal(read.size, size)
    assert.equal(read.sha256, await sha256OfFile(sent))
    assert.equal((await served.stop()).code, 0)
  })
}

test('a want of ours waits until Helia has the block', async () => {
  const bytes = randomBytes(1_000, 3)
  const cid = CID.parse(await Kubo.cidOf(bytes))
  const [first, second] = [await helia.put(randomBytes(1_000, 4)), await helia.put(randomBytes(1_000, 5))]
  const arrived = node.bitswap.getBlock(cid)

  // a block that comes shows that the want went before it
  await node.bitswap.getBlock(CID.parse(first))
  await helia.put(bytes)
  // Helia looks for those who want a block right before it stores it, so not until the next message
  await node.bitswap.getBlock(CID.parse(second))

  assert.deepEqual(await arrived, bytes)
})

test('a want of Helia waits until we have the block', async () => {
  const bytes = randomBytes(1_000, 6)
  const cid = CID.parse(await Kubo.cidOf(bytes))
  const [connection] = node.libp2p.getConnections()
  assert.ok(connection != null)
  const arrived = helia.block(cid.toString())

  while (!node.bitswap.wantlistForPeer(connection.remotePeer).some(want => want.cid.equals(cid))) {
    // a round trip to Helia is the waiting
    await helia.put(new Uint8Array([1]))
  }

  await node.bitswap.addBlock({ cid, bytes })

  assert.deepEqual(await arrived, { size: 1_000, sha256: sha256(bytes) })
})
