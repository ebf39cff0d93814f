/** A node that fetches and does not serve: what it gets, and what others get of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'

const LATENCY = 20

for (const server of [false, 'silent'] as const) {
  test(`with server: ${String(server)} a node fetches, and gives nothing`, async () => {
    const net = new VirtualNetwork({ latency: LATENCY })
    const [other] = await net.instances(1)
    const [leech] = await net.instances(1, { server })
    const [his, hers] = await randomBlocks(2, { size: 100 })

    net.connect(other, leech)
    leech.hold(hers)
    other.hold(his)
    assert.deepEqual(await net.run(leech.bitswap.getBlock(his.cid)), his.bytes)
    leech.bitswap.notifyNewBlocks([hers.cid])

    const start = net.clock.now()
    await assert.rejects(net.run(other.bitswap.getBlock(hers.cid, { failFast: true })), error => {
      const { reasons } = error as { reasons: Map<string, string> }
      assert.deepEqual([...reasons], [[leech.peer.toString(), server === false ? 'dont-have' : 'silent']])

      return true
    })
    const took = net.clock.now() - start
    assert.ok(server === false ? took <= 4 * LATENCY : took > 500, `${took} ms`)

    const { blocksSent, dataSent, blocksReceived, peers } = leech.bitswap.stat()
    assert.deepEqual([blocksSent, dataSent, blocksReceived, peers], [0, 0, 1, []])
    assert.deepEqual(leech.bitswap.wantlistForPeer(other.peer), [])
    assert.equal(leech.bitswap.ledgerForPeer(other.peer)?.received, his.bytes.length)
    await net.close()
  })
}

test('two that do not serve tell each other so, and end well', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2, { server: false })
  const [block] = await randomBlocks(1)

  bob.hold(block)
  await assert.rejects(net.run(alice.bitswap.getBlock(block.cid, { failFast: true })), { name: 'BlockUnavailableError' })
  await net.close()
})

test('serving can be switched on while others ask, who get what they want when they ask again', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2, { server: false })
  const [block] = await randomBlocks(1)
  const got = alice.bitswap.getBlock(block.cid)

  bob.hold(block)
  await net.advance(1000)
  bob.bitswap.updateServer({ serve: true })
  assert.deepEqual(await net.run(got), block.bytes)
  assert.throws(() => { bob.bitswap.updateServer({ maxReadAhead: 1 } as object) }, { name: 'FixedOptionError', option: 'server.maxReadAhead' })
  await net.close()
})
