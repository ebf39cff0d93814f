/** Single blocks, chains of them, wants that wait and wants that end, between our library and Kubo. */
import assert from 'node:assert/strict'
import * as dagCbor from '@ipld/dag-cbor'
import { multiaddr } from '@multiformats/multiaddr'
import { CID } from 'multiformats/cid'
import { after, before, test } from 'node:test'
import type { BitswapNode } from 'ts-bitswap-node'
import { addChain } from './harness/chain.ts'
import { randomBytes } from './harness/data.ts'
import { Kubo } from './harness/kubo.ts'
import { addressOf, startNode } from './harness/ours.ts'

const MIB = 1024 * 1024
const CHAIN = 500

let kubo: Kubo
let node: BitswapNode

before(async () => {
  [kubo, node] = await Promise.all([Kubo.start(), startNode()])
  await node.libp2p.dial(multiaddr(kubo.address))
})

after(async () => { await Promise.all([kubo.stop(), node.stop()]) })

async function rawBlock (size: number, seed: number): Promise<{ cid: CID, bytes: Uint8Array }> {
  const bytes = randomBytes(size, seed)

  return { cid: CID.parse(await Kubo.cidOf(bytes)), bytes }
}

test('a block of 2 MiB goes from Kubo to us', async () => {
  const { cid, bytes } = await rawBlock(2 * MIB, 1)
  await kubo.putBlock(bytes)

  assert.deepEqual(await node.bitswap.getBlock(cid), bytes)
})

test('a block of 2 MiB goes from us to Kubo', async () => {
  const { cid, bytes } = await rawBlock(2 * MIB, 2)
  await node.bitswap.addBlock({ cid, bytes })

  assert.deepEqual(await kubo.block(cid.toString()), bytes)
})

test('a block that is asked for as CIDv0 and as CIDv1 arrives as either, in both directions', async () => {
  const theirs = CID.parse(await kubo.add(import.meta.filename, '--cid-version=0', '--raw-leaves=false'))
  const bytes = await node.bitswap.getBlock(theirs.toV1())

  assert.deepEqual(await node.bitswap.getBlock(theirs), bytes)

  const ours = await rawBlock(5_000, 3)
  const v0 = CID.createV0(ours.cid.multihash as Parameters<typeof CID.createV0>[0])
  await node.bitswap.addBlock({ cid: ours.cid, bytes: ours.bytes })

  assert.deepEqual(await kubo.block(v0.toString()), ours.bytes)
})

test(`a chain of ${CHAIN} blocks comes from Kubo, one after the other`, async context => {
  const root = await addChain(kubo, { blocks: CHAIN, size: 2_000, seed: 4 })
  const session = node.bitswap.newSession()
  const start = performance.now()
  let next: CID | null = CID.parse(root)
  let index = 0

  while (next != null) {
    const block: { index: number, next: CID | null } = dagCbor.decode(await session.getBlock(next))

    assert.equal(block.index, index++)
    next = block.next
  }

  session.close()
  assert.equal(index, CHAIN)
  context.diagnostic(`${((performance.now() - start) / CHAIN).toFixed(2)} ms a block`)
})

test('a want of ours waits until Kubo adds the block', async () => {
  const { cid, bytes } = await rawBlock(1_000, 5)
  const arrived = node.bitswap.getBlock(cid)

  await kubo.wanted(node.peerId.toString(), cid.toString())
  await kubo.putBlock(bytes)

  assert.deepEqual(await arrived, bytes)
})

test('a want of Kubo waits until we add the block', async () => {
  const { cid, bytes } = await rawBlock(1_000, 6)
  const { peerId } = node
  const [connection] = node.libp2p.getConnections()
  assert.ok(connection != null)
  const arrived = kubo.block(cid.toString())

  while (!node.bitswap.wantlistForPeer(connection.remotePeer).some(want => want.cid.equals(cid))) {
    // a round trip to Kubo is the waiting
    await kubo.wantlistOf(peerId.toString())
  }

  await node.bitswap.addBlock({ cid, bytes })

  assert.deepEqual(await arrived, bytes)
})

test('a cancelled want disappears from the wantlist that Kubo keeps of us', async () => {
  const { cid } = await rawBlock(1_000, 7)
  const controller = new AbortController()
  const arrived = node.bitswap.getBlock(cid, { signal: controller.signal })

  await kubo.wanted(node.peerId.toString(), cid.toString())
  controller.abort(new Error('no longer'))

  await assert.rejects(arrived, { message: 'no longer' })
  await kubo.unwanted(node.peerId.toString(), cid.toString())
})

test('a want that Kubo cancels disappears from the wantlist that we keep of it', async () => {
  const { cid } = await rawBlock(1_000, 8)
  const [connection] = node.libp2p.getConnections()
  assert.ok(connection != null)
  const wanted = (): boolean => node.bitswap.wantlistForPeer(connection.remotePeer).some(want => want.cid.equals(cid))
  const controller = new AbortController()
  const arrived = kubo.block(cid.toString(), controller.signal)

  while (!wanted()) {
    await kubo.wantlistOf(node.peerId.toString())
  }

  controller.abort()
  await assert.rejects(arrived, { name: 'AbortError' })

  while (wanted()) {
    await kubo.wantlistOf(node.peerId.toString())
  }
})

test('what was sent is in the ledger of both', async () => {
  const { cid, bytes } = await rawBlock(100_000, 9)
  const [connection] = node.libp2p.getConnections()
  assert.ok(connection != null)
  const before = node.bitswap.ledgerForPeer(connection.remotePeer)?.sent ?? 0
  await node.bitswap.addBlock({ cid, bytes })
  await kubo.block(cid.toString())

  assert.equal(node.bitswap.ledgerForPeer(connection.remotePeer)?.sent, before + bytes.length)
  assert.ok(addressOf(node).includes(node.peerId.toString()))
})
