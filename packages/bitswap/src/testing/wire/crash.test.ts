import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks } from '../random-blocks.ts'
import { VirtualNetwork } from '../virtual-network.ts'

test('one that is revived before anybody noticed is connected to nobody until it connects anew', async () => {
  const net = new VirtualNetwork({ latency: 20 })
  const [alice, bob] = await net.instances(2)

  await net.advance(100)
  bob.crash({ noticed: Infinity })
  assert.equal(net.isConnected(alice, bob), false)
  await net.run(bob.revive())
  await net.advance(100)
  assert.deepEqual([bob.node.peers().length, bob.bitswap.wantBoard.peers.size], [0, 0])
  assert.equal(alice.node.peers().length, 1)

  net.connect(alice, bob)
  await net.advance(100)
  assert.deepEqual([bob.node.peers().length, bob.bitswap.wantBoard.peers.size], [1, 1])
  await net.close()
})

test('one that is revived can dial who has not noticed', async () => {
  const net = new VirtualNetwork({ latency: 20 })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)

  alice.hold(block)
  await net.advance(100)
  bob.crash({ noticed: Infinity })
  await net.run(bob.revive())
  assert.deepEqual(await net.run(bob.bitswap.getBlock(block.cid, { providers: [alice.peer] }), { limit: 5000 }), block.bytes)
  await net.close()
})
