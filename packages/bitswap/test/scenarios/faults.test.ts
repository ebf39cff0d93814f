import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlockUnavailableError } from 'ts-bitswap'
import { ask, MemoryStore, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Block, BitswapRouting } from 'ts-bitswap'

const LATENCY = 20

async function collect (blocks: AsyncIterable<Block>): Promise<Block[]> {
  const all: Block[] = []

  for await (const block of blocks) {
    all.push(block)
  }

  return all
}

test('a provider that leaves in the middle takes nothing with it: the other seed sends the rest', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const blocks = await randomBlocks(500, { size: 4096 })
  let arrived = 0

  bob.hold(...blocks)
  carol.hold(...blocks)
  alice.bitswap.addEventListener('block:received', () => {
    if (++arrived === 100) {
      net.disconnect(alice.node, bob.node)
    }
  })

  const got = await net.clock.run(collect(alice.bitswap.getBlocks(blocks.map(block => block.cid))))
  assert.equal(got.length, 500)
})

test('a sole provider that leaves and returns at once goes on where it was', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(300, { size: 4096 })
  let arrived = 0

  bob.hold(...blocks)
  alice.bitswap.addEventListener('block:received', () => {
    if (++arrived === 50) {
      net.disconnect(alice.node, bob.node)
      net.clock.timer(30, () => { net.connect(alice.node, bob.node) })
    }
  })

  const got = await net.clock.run(collect(alice.bitswap.getBlocks(blocks.map(block => block.cid))), { limit: 5000 })
  assert.equal(got.length, 300)
})

test('streams that are reset in the middle are opened again, and nothing is lost', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(300, { size: 4096 })
  let arrived = 0

  bob.hold(...blocks)
  alice.bitswap.addEventListener('block:received', () => {
    if (++arrived % 60 === 0) {
      net.faults.resetStreams(alice.node, bob.node)
    }
  })

  const got = await net.clock.run(collect(alice.bitswap.getBlocks(blocks.map(block => block.cid))), { limit: 20_000 })
  assert.equal(got.length, 300)
})

test('idle streams that are reset lose no want', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)
  const got = alice.bitswap.getBlock(block.cid)

  await net.clock.advance(10_000)
  net.faults.resetStreams(alice.node, bob.node)
  await net.clock.advance(10_000)
  await bob.bitswap.addBlock(block)
  assert.deepEqual(await net.clock.run(got, { limit: 1000 }), block.bytes)
})

test('a peer that could not be told what is no longer wanted is told when streams can be opened again', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)
  const caller = new AbortController()
  const got = alice.bitswap.getBlock(block.cid, { signal: caller.signal })
  const held = (): string[] => bob.bitswap.wantlistForPeer(alice.peer).map(({ cid }) => cid.toString())

  await net.clock.advance(1000)
  net.faults.resetStreams(alice.node, bob.node)
  net.faults.failOpening(alice.node, bob.node, ...Array.from({ length: 3 }, () => new Error('too many streams')))
  caller.abort(new Error('never mind'))
  await assert.rejects(net.clock.run(got), { message: 'never mind' })
  await net.clock.advance(9000)
  assert.deepEqual(held(), [block.cid.toString()])
  await net.clock.advance(2000)
  assert.deepEqual(held(), [])
})

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
})

test('connections that were there before the start are used', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)

  bob.hold(block)
  await alice.bitswap.stop()
  await alice.bitswap.start()
  assert.deepEqual(await net.clock.run(alice.bitswap.getBlock(block.cid), { limit: 1000 }), block.bytes)
})

test('a peer that connects later is told what is wanted', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2, { connected: 'none' })
  const blocks = await randomBlocks(3)
  const got = collect(alice.bitswap.getBlocks(blocks.map(block => block.cid)))

  bob.hold(...blocks)
  await net.clock.advance(5000)
  net.connect(alice.node, bob.node)
  assert.equal((await net.clock.run(got, { limit: 1000 })).length, 3)
})

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
})

test('a store that fails rejects the caller with its error, and the next call may succeed', async () => {
  const net = new VirtualNetwork()
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)

  bob.hold(block)
  const got = alice.bitswap.getBlock(block.cid)
  alice.store.failures.push(new Error('disk full'))
  await assert.rejects(net.clock.run(got), /disk full/)
  assert.deepEqual(await net.clock.run(alice.bitswap.getBlock(block.cid)), block.bytes)
})

test('a slow store holds up neither the wants nor the cancels', async () => {
  const net = new VirtualNetwork({ latency: 1 })
  const [bob, carol] = await net.instances(2, { connected: 'none' })
  const [alice] = await net.instances(1, { store: new MemoryStore({ delay: 1000, clock: net.clock }), client: { maxStoringBytes: 20_000 } })
  const blocks = await randomBlocks(30, { size: 4096 })

  bob.hold(...blocks)
  net.connect(alice.node, bob.node)
  net.connect(alice.node, carol.node)
  const got = await net.clock.run(collect(alice.bitswap.getBlocks(blocks.map(block => block.cid))), { limit: 60_000 })
  await net.clock.advance(5000)

  assert.equal(got.length, 30)
  assert.deepEqual(carol.bitswap.wantlistForPeer(alice.peer), [])
  // every 5 blocks at the most were stored at one time
  assert.ok(net.clock.now() >= 6000, `${net.clock.now()}`)
})

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
})

test('what came before a reset counts for less than what comes after it, however slow the store', async () => {
  const net = new VirtualNetwork({ latency: 20 })
  const [bob] = await net.instances(1, { store: { delay: 50 }, server: { maxConcurrentReads: 1 } })
  const raw = await net.rawPeer()
  const [last, ...cids] = (await randomBlocks(20)).map(({ cid }) => cid)

  net.connect(bob, raw)
  // message by message: the store is still asked about the first ones when the stream is gone
  for (const cid of cids) {
    await net.run(ask(raw, bob, [cid]))
  }

  await net.advance(100)
  net.faults.resetStreams(bob, raw)
  await net.run(raw.send(bob, { full: true, wants: [{ cid: last, priority: 1, wantType: 'block', sendDontHave: true }] }))
  await net.advance(5000)

  assert.deepEqual(bob.bitswap.wantlistForPeer(raw.peer).map(({ cid }) => cid.toString()), [last.toString()])
  await net.close()
})
