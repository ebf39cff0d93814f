import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlockUnavailableError } from 'ts-bitswap'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap'
import { collect } from '../support/collect.ts'

const LATENCY = 20

test('a call that fails fast says who was asked and why it did not work', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const [here, missing, other] = await randomBlocks(3)

  bob.hold(here)
  const error: unknown = await net.clock.run(alice.bitswap.getBlock(missing.cid, { failFast: true }), { limit: 1000 }).catch((error: unknown) => error)

  assert.ok(error instanceof BlockUnavailableError)
  assert.equal(error.name, 'BlockUnavailableError')
  assert.equal(error.cid.toString(), missing.cid.toString())
  assert.equal(error.peersAsked, 2)
  assert.deepEqual([bob, carol].map(instance => error.reasons.get(instance.peer.toString())), ['dont-have', 'dont-have'])

  const got: Block[] = []
  await assert.rejects(net.clock.run((async () => {
    for await (const block of alice.bitswap.getBlocks([missing, here, other].map(block => block.cid), { failFast: true })) {
      got.push(block)
    }
  })(), { limit: 1000 }), (error: BlockUnavailableError) => {
    assert.deepEqual(error.missing.map(String).toSorted(), [missing, other].map(block => block.cid.toString()).toSorted())

    return error.name === 'BlockUnavailableError'
  })
  assert.deepEqual(got, [here])
  await net.close()
})

test('with nobody connected a call that fails fast fails at once, any other waits for its signal', async () => {
  const net = new VirtualNetwork()
  const [alice] = await net.instances(1)
  const [block] = await randomBlocks(1)
  const controller = new AbortController()
  const reason = new Error('had enough')

  await assert.rejects(net.clock.run(alice.bitswap.getBlock(block.cid, { failFast: true })), { name: 'BlockUnavailableError', peersAsked: 0 })

  const waiting = alice.bitswap.getBlock(block.cid, { signal: controller.signal })
  await net.clock.advance(100_000)
  controller.abort(reason)
  await assert.rejects(waiting, error => error === reason)
  await assert.rejects(alice.bitswap.getBlock(block.cid, { signal: controller.signal }), error => error === reason)
  await assert.rejects(collect(alice.bitswap.getBlocks([block.cid], { signal: controller.signal })), error => error === reason)
  assert.deepEqual(alice.bitswap.getWantlist(), [])
  await net.close()
})

test('cancelling a want rejects its callers, and reaches the peers', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)
  const session = alice.bitswap.newSession()
  const plain = assert.rejects(alice.bitswap.getBlock(block.cid), { name: 'WantCancelledError', cid: block.cid })
  const inSession = assert.rejects(session.getBlock(block.cid), { name: 'WantCancelledError' })

  await net.clock.advance(1000)
  session.cancelWants([block.cid])
  await inSession
  await net.clock.advance(1000)
  assert.equal(bob.bitswap.wantlistForPeer(alice.peer).length, 1)

  alice.bitswap.cancelWants([block.cid])
  await plain
  await net.clock.advance(1000)
  assert.deepEqual(bob.bitswap.wantlistForPeer(alice.peer), [])
  await net.close()
})

test('of two callers for one block, one may give up and the other gets it', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)
  const controller = new AbortController()
  const [gone, stays] = [alice.bitswap.getBlock(block.cid, { signal: controller.signal }), alice.bitswap.getBlock(block.cid)]

  await net.clock.advance(1000)
  controller.abort()
  await assert.rejects(gone, { name: 'AbortError' })
  await bob.bitswap.addBlock(block)
  assert.deepEqual(await net.clock.run(stays, { limit: 1000 }), block.bytes)
  await net.close()
})

test('stopping rejects who waits, closing a session rejects its callers, and both leave nothing', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)
  const session = alice.bitswap.newSession()
  const waiting = assert.rejects(alice.bitswap.getBlock(block.cid), { name: 'NotStartedError' })
  const inSession = assert.rejects(session.getBlock(block.cid), { name: 'SessionClosedError', session: session.id })
  const stream = assert.rejects(collect(alice.bitswap.getBlocks([block.cid])), { name: 'NotStartedError' })

  await net.clock.advance(1000)
  session.close()
  await inSession
  await assert.rejects(session.getBlock(block.cid), { name: 'SessionClosedError' })
  await net.clock.run(alice.bitswap.stop())
  await Promise.all([waiting, stream])
  await assert.rejects(alice.bitswap.getBlock(block.cid), { name: 'NotStartedError' })
  assert.equal(alice.bitswap.isOnline(), false)

  await net.clock.run(bob.bitswap.stop())
  await net.clock.advance(LATENCY) // what is on the wire arrives nowhere
  assert.equal(net.clock.pending, 0)
  assert.equal(alice.bitswap.stat().sessions, 0)
  await net.close()
})

test('a block larger than the caller allows is refused, and not stored', async () => {
  const net = new VirtualNetwork()
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1, { size: 5000 })

  bob.hold(block)
  await assert.rejects(net.clock.run(alice.bitswap.getBlock(block.cid, { maxSize: 4999 })), { name: 'BlockTooLargeError', size: 5000, maxSize: 4999 })
  assert.equal(alice.store.count, 0)
  assert.deepEqual(await net.clock.run(alice.bitswap.getBlock(block.cid, { maxSize: 5000 })), block.bytes)
  await assert.rejects(alice.bitswap.getBlock(block.cid, { maxSize: 4999 }), { name: 'BlockTooLargeError' })
  await net.close()
})

test('what a caller leaves undefined is as it is by default', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(2)
  const options = Object.fromEntries(['priority', 'maxSize', 'failFast', 'onlyProviders', 'providers', 'signal', 'onProgress'].map(name => [name, undefined]))

  bob.hold(...blocks)
  assert.deepEqual(await net.run(alice.bitswap.getBlock(blocks[0].cid, options)), blocks[0].bytes)
  assert.deepEqual(await net.run(collect(alice.bitswap.getBlocks([blocks[1].cid], options))), [blocks[1]])
  await net.close()
})

test('only the given providers are asked when the caller says so', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [carol] = await net.instances(1)
  const [block, missing] = await randomBlocks(2)

  carol.hold(block)
  bob.hold(block, missing)
  assert.deepEqual(await net.clock.run(alice.bitswap.getBlock(block.cid, { providers: [carol.peer], onlyProviders: true })), block.bytes)
  await assert.rejects(net.clock.run(alice.bitswap.getBlock(missing.cid, { providers: [carol.peer], onlyProviders: true, failFast: true })), { name: 'BlockUnavailableError', peersAsked: 1 })
  assert.equal(bob.bitswap.stat().messagesReceived, 0)
  assert.equal(alice.bitswap.stat().sessions, 0)
  await net.close()
})

test('adding a peer that cannot be reached to a session is an error, and the session goes on', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2, { connected: 'none' })
  const [gone] = await net.instances(1, { connected: 'none' })
  const [block] = await randomBlocks(1)
  const session = alice.bitswap.newSession({ onlyProviders: true })

  bob.hold(block)
  await gone.bitswap.stop()
  await assert.rejects(net.clock.run(session.addPeer(gone.peer)), { name: 'UnsupportedProtocolError' })
  await net.clock.run(session.addPeer(bob.peer))
  assert.deepEqual(await net.clock.run(session.getBlock(block.cid)), block.bytes)
  await net.close()
})
