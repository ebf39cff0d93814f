import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { identity } from 'multiformats/hashes/identity'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap'
import { collect } from '../support/collect.ts'

const LATENCY = 20

function names (blocks: Block[]): string[] {
  return blocks.map(block => block.cid.toString()).toSorted()
}

test('a block comes from the one peer that has it, in one round trip once the streams are open', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [first, second] = await randomBlocks(2)

  bob.hold(first, second)
  assert.deepEqual(await net.clock.run(alice.bitswap.getBlock(first.cid)), first.bytes)
  const start = net.clock.now()
  assert.deepEqual(await net.clock.run(alice.bitswap.getBlock(second.cid)), second.bytes)

  assert.equal(alice.store.count, 2)
  assert.equal(net.clock.now() - start, 2 * LATENCY)
  await net.close()
})

test('a block that is here is not asked of anybody', async () => {
  const net = new VirtualNetwork()
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)

  alice.hold(block)
  assert.deepEqual(await net.clock.run(alice.bitswap.getBlock(block.cid)), block.bytes)
  assert.deepEqual((await collect(alice.bitswap.getBlocks([block.cid]))).map(block => block.bytes), [block.bytes])
  assert.equal(bob.bitswap.stat().messagesReceived, 0)
  await net.close()
})

test('an identity CID is its own block, and asked of nobody', async () => {
  const net = new VirtualNetwork()
  const [alice, bob] = await net.instances(2)
  const bytes = new Uint8Array([1, 2, 3])
  const cid = CID.createV1(raw.code, identity.digest(bytes))

  assert.deepEqual(await alice.bitswap.getBlock(cid), bytes)
  await alice.bitswap.addBlock({ cid, bytes })
  assert.equal(alice.store.count, 0)
  assert.equal(bob.bitswap.stat().messagesReceived, 0)
  await net.close()
})

test('an empty block is a block', async () => {
  const net = new VirtualNetwork()
  const [alice, bob] = await net.instances(2)
  const cid = await bob.put(new Uint8Array(0))

  assert.deepEqual(await net.clock.run(alice.bitswap.getBlock(cid)), new Uint8Array(0))
  await net.close()
})

test('a thousand parallel calls make one message, and one batch of blocks', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2, { client: { initialWindow: 1024 } })
  const blocks = await randomBlocks(1000, { size: 100 })

  bob.hold(...blocks)
  const got = await net.clock.run(Promise.all(blocks.map(async block => alice.bitswap.getBlock(block.cid))))

  assert.deepEqual(got, blocks.map(block => block.bytes))
  assert.equal(alice.bitswap.stat().messagesSent, 1)
  assert.equal(alice.bitswap.stat().dupBlksReceived, 0)
  await net.close()
})

test('many blocks come as they arrive, each once, however often it was named', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(300, { size: 2000 })
  const cids = blocks.map(block => block.cid)

  bob.hold(...blocks)
  const got = await net.clock.run(collect(alice.bitswap.getBlocks([...cids, ...cids])))

  assert.deepEqual(names(got), names(blocks))
  assert.equal(alice.bitswap.stat().dupBlksReceived, 0)
  assert.equal(alice.bitswap.stat().sessions, 0)
  await net.close()
})

test('CIDs may come from a stream that ends late', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(3)
  const got: Block[] = []

  async function * chain (): AsyncGenerator<CID> {
    for (const [i, block] of blocks.entries()) {
      yield block.cid
      // the next is named only once this one has come
      while (got.length <= i) {
        await new Promise<void>(resolve => { net.clock.timer(1, resolve) })
      }
    }
  }

  bob.hold(...blocks)
  await net.clock.run((async () => {
    for await (const block of alice.bitswap.getBlocks(chain())) {
      got.push(block)
    }
  })())

  assert.deepEqual(got, blocks)
  await net.close()
})

test('a consumer that leaves the loop cancels the rest, here and at the peer', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [here, ...missing] = await randomBlocks(5)

  bob.hold(here as Block)
  await net.clock.run((async () => {
    for await (const block of alice.bitswap.getBlocks([here as Block, ...missing].map(block => block.cid))) {
      assert.deepEqual(block, here)
      break
    }
  })())
  await net.clock.advance(LATENCY)

  assert.deepEqual(alice.bitswap.getWantlist(), [])
  assert.deepEqual(bob.bitswap.wantlistForPeer(alice.peer), [])
  await net.close()
})

test('blocks that the consumer does not take are not all held in memory, and none is lost', async () => {
  const net = new VirtualNetwork()
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(24, { size: 1024 * 1024 })
  const stream = alice.bitswap.getBlocks(blocks.map(block => block.cid))

  bob.hold(...blocks)
  const first = await net.clock.run(stream.next())
  await net.clock.run(() => alice.store.count === 24)
  const reads = alice.store.calls.get
  const rest = await net.clock.run(collect(stream))

  assert.deepEqual(names([first.value as Block, ...rest]), names(blocks))
  // 16 MiB were held; the others were read from the store when their turn came
  assert.equal(alice.store.calls.get - reads, 24 - 1 - 16)
  await net.close()
})

test('a want waits for a block that comes later, and gets it unasked', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)
  const got = alice.bitswap.getBlock(block.cid)

  // a first block opens the streams
  await net.clock.run(alice.bitswap.getBlock(await bob.put('first')))
  await net.clock.advance(10_000)
  assert.deepEqual(bob.bitswap.wantlistForPeer(alice.peer).map(want => want.cid.toString()), [block.cid.toString()])
  const added = net.clock.now()
  await bob.bitswap.addBlock(block)

  assert.deepEqual(await net.clock.run(got), block.bytes)
  assert.equal(net.clock.now() - added, LATENCY)
  await net.close()
})

test('a block the user adds ends the want for it here, and at the peers', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [first, second] = await randomBlocks(2)
  const got = [first, second].map(async block => alice.bitswap.getBlock(block.cid))

  await net.clock.advance(1000)
  await alice.bitswap.addBlock(first)
  alice.hold(second)
  alice.bitswap.notifyNewBlocks([second.cid])

  assert.deepEqual(await Promise.all(got), [first.bytes, second.bytes])
  await net.clock.advance(LATENCY)
  assert.deepEqual(bob.bitswap.wantlistForPeer(alice.peer), [])
  await net.close()
})

test('adding a block that is here is a no-op', async () => {
  const net = new VirtualNetwork()
  const [alice] = await net.instances(1)
  const [block] = await randomBlocks(1)

  await alice.bitswap.addBlocks([block, block])
  assert.equal(alice.store.calls.put, 1)
  await net.close()
})

test('blocks that are spread over ten peers are found, each at its holder', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, ...others] = await net.instances(11)
  const blocks = await randomBlocks(100)

  others.forEach((other, i) => { other.hold(...blocks.slice(i * 10, i * 10 + 10)) })
  const got = await net.clock.run(collect(alice.bitswap.getBlocks(blocks.map(block => block.cid))))

  assert.deepEqual(names(got), names(blocks))
  assert.deepEqual(others.map(other => other.bitswap.stat().blocksSent), Array.from(others, () => 10))
  assert.equal(alice.bitswap.stat().dupBlksReceived, 0)
  await net.close()
})

test('peers that have nothing to do with a session hear little of it', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, ...others] = await net.instances(10)
  const [root, ...blocks] = await randomBlocks(101)
  const session = alice.bitswap.newSession()

  bob.hold(root, ...blocks)
  await net.clock.run(session.getBlock(root.cid))

  for (let i = 0; i < 100; i += 10) {
    await net.clock.run(collect(session.getBlocks(blocks.slice(i, i + 10).map(block => block.cid))))
  }

  await net.clock.advance(LATENCY)
  assert.ok(others.every(other => other.bitswap.stat().messagesReceived <= 2))
  assert.deepEqual(session.peers().map(known => [known.peer.toString(), known.blocks]), [[bob.peer.toString(), 101]])
  await net.close()
})

test('two full seeds share the work, and nothing comes twice', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const blocks = await randomBlocks(400, { size: 4096 })

  bob.hold(...blocks)
  carol.hold(...blocks)
  await net.clock.run(collect(alice.bitswap.getBlocks(blocks.map(block => block.cid))))

  const [fromBob, fromCarol] = [bob, carol].map(seed => seed.bitswap.stat().blocksSent) as [number, number]
  assert.equal(fromBob + fromCarol, 400)
  assert.ok(Math.min(fromBob, fromCarol) >= 100, `${fromBob} and ${fromCarol}`)
  assert.equal(alice.bitswap.stat().dupBlksReceived, 0)
  await net.close()
})

test('the counters of all sides say the same', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob, carol] = await net.instances(3)
  const [block] = await randomBlocks(1, { size: 5000 })

  bob.hold(block)
  await net.clock.run(alice.bitswap.getBlock(block.cid))
  await net.clock.advance(2000)

  const [a, b, c] = [alice, bob, carol].map(instance => instance.bitswap.stat())
  assert.deepEqual([a?.blocksReceived, a?.dataReceived, a?.dupBlksReceived, a?.blocksSent], [1, 5000, 0, 0])
  assert.deepEqual([b?.blocksSent, b?.dataSent, b?.blocksReceived], [1, 5000, 0])
  assert.deepEqual([c?.blocksSent, c?.blocksReceived], [0, 0])
  assert.equal(a?.messagesSent, (b?.messagesReceived ?? 0) + (c?.messagesReceived ?? 0))
  assert.deepEqual(carol.bitswap.wantlistForPeer(alice.peer), [])
  assert.deepEqual(bob.bitswap.wantlistForPeer(alice.peer), [])

  const [receipt, mirror] = [bob.bitswap.ledgerForPeer(alice.peer), alice.bitswap.ledgerForPeer(bob.peer)]
  assert.deepEqual([receipt?.sent, receipt?.received, receipt?.exchanged, receipt?.value], [5000, 0, 1, 5000])
  assert.deepEqual([mirror?.sent, mirror?.received, mirror?.exchanged, mirror?.value], [0, 5000, 1, 0])
  assert.equal(mirror?.exchangedAgo, 2000)
  assert.ok((receipt?.exchangedAgo ?? 0) > 2000, 'it was written before it arrived')
  assert.equal(bob.bitswap.ledgerForPeer(carol.peer)?.exchangedAgo, undefined)
  await net.close()
})

test('what is going on can be seen from outside', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block, missing] = await randomBlocks(2)
  const seen: string[] = []
  const session = alice.bitswap.newSession()

  bob.hold(block)
  alice.bitswap.addEventListener('block:received', event => { seen.push(`received ${event.detail.size} ${event.detail.duplicate}`) })
  bob.bitswap.addEventListener('block:sent', event => { seen.push(`sent ${event.detail.size}`) })
  const progress: string[] = []
  await net.clock.run(session.getBlock(block.cid, { onProgress: event => { progress.push(event.type) } }))
  const closed = assert.rejects(session.getBlock(missing.cid), { name: 'SessionClosedError' })
  await net.clock.advance(0)

  assert.deepEqual(seen.toSorted(), ['received 1024 false', 'sent 1024'])
  assert.deepEqual(progress, ['bitswap:want', 'bitswap:want-block', 'bitswap:block', 'bitswap:unwant'])
  assert.deepEqual(alice.bitswap.sessionsForBlock(missing.cid).map(session => session.id), [session.id])
  assert.deepEqual(alice.bitswap.getWantBlocks().map(String), [missing.cid.toString()])
  assert.deepEqual(alice.bitswap.getWantHaves(), [])
  session.close()
  await closed
  await net.close()
})
