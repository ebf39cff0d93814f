import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { BitswapRouting } from 'ts-bitswap'

const LATENCY = 20

test('a provider that routing names is dialled and asked, and one that cannot be reached is passed over', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [bob, stranger] = await net.instances(2, { connected: 'none' })
  const [block] = await randomBlocks(1)
  let asked = 0
  const routing: BitswapRouting = {
    async * findProviders () {
      asked++
      yield { id: stranger.peer, multiaddrs: [] }
      yield { id: bob.peer, multiaddrs: [] }
    }
  }
  const [alice] = await net.instances(1, { routing })

  await stranger.bitswap.stop()
  bob.hold(block)
  const found: string[] = []
  const bytes = await net.clock.run(alice.bitswap.getBlock(block.cid, { onProgress: event => { found.push(event.type) } }), { limit: 1000 })

  assert.deepEqual(bytes, block.bytes)
  assert.equal(asked, 1)
  assert.deepEqual(found, ['bitswap:want', 'bitswap:find-providers', 'bitswap:found-provider', 'bitswap:block', 'bitswap:unwant'])
  await net.close()
})

test('a router that hangs and ignores its signal keeps nobody from failing fast', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const routing: BitswapRouting = {
    findProviders: () => ({ [Symbol.asyncIterator]: () => ({ next: async () => new Promise(() => {}) }) })
  }
  const [alice] = await net.instances(1, { routing })
  const [block] = await randomBlocks(1)

  await assert.rejects(net.clock.run(alice.bitswap.getBlock(block.cid, { failFast: true }), { limit: 11_000 }), { name: 'BlockUnavailableError' })
  assert.equal(net.clock.now(), 10_000)
  await net.close()
})
