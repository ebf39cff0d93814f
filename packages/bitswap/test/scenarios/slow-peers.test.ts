import assert from 'node:assert/strict'
import { test } from 'node:test'
import { playAllTalk, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'

const LATENCY = 20

/** How long a peer may be silent that owes answers, by default. */
const SILENCE = 5000

test('a silent peer holds up nobody for longer than the timeout', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const [first, second] = await randomBlocks(2)
  const session = alice.bitswap.newSession()

  bob.hold(first)
  await net.clock.run(session.getBlock(first.cid))
  carol.hold(second)
  net.faults.hold(alice.node, bob.node)

  assert.deepEqual(await net.clock.run(session.getBlock(second.cid), { limit: 6000 }), second.bytes)
  await net.close()
})

test('a peer that says HAVE and never sends holds nobody up longer than the timeout', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const liar = await net.rawPeer()
  const [block] = await randomBlocks(1, { size: 5000 })

  playAllTalk(liar)
  net.connect(alice, liar, { latency: 1 }) // it is the first to say that it has it
  bob.hold(block)
  assert.deepEqual(await net.run(alice.bitswap.getBlock(block.cid)), block.bytes)
  assert.deepEqual(liar.words, [`have ${block.cid}`, `block ${block.cid}`])
  assert.ok(net.clock.now() > SILENCE && net.clock.now() < SILENCE + 5 * LATENCY, `${net.clock.now()}`)
  await net.close()
})
