import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { MemoryBlockstore } from 'blockstore-core/memory'
import { multiaddr } from '@multiformats/multiaddr'
import { someBlock } from '../../test/blocks.ts'
import { createNode } from './create-node.ts'
import { LocalSource, PeerSource } from './block-source.ts'
import type { BitswapNode } from './create-node.ts'
import type { SetTimer } from './block-source.ts'
import type { AddressInfo, Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** Timers that fire when the test says so. */
class Timers {
  readonly pending: Array<{ delay: number, callback: () => void }> = []

  readonly set: SetTimer = (delay, callback) => {
    const timer = { delay, callback }

    this.pending.push(timer)

    return () => { this.pending.splice(this.pending.indexOf(timer), this.pending.includes(timer) ? 1 : 0) }
  }

  fire (): void {
    this.pending.shift()?.callback()
  }
}

async function startNode (t: TestContext, listen: string[] = []): Promise<BitswapNode> {
  const node = await createNode({ listen })

  t.after(async () => { await node.stop() })
  await node.start()

  return node
}

async function startPair (t: TestContext): Promise<[seed: BitswapNode, fetcher: BitswapNode]> {
  return [await startNode(t, ['/ip4/127.0.0.1/tcp/0']), await startNode(t)]
}

test('what is in the repo is read, and what is not is named', async () => {
  const store = new MemoryBlockstore()
  const source = new LocalSource(store)
  const here = await someBlock(10, 1)
  const gone = await someBlock(10, 2)

  await store.put(here.cid, here.bytes)

  assert.deepEqual(await source.read(here.cid), here.bytes)
  await assert.rejects(source.read(gone.cid), { name: 'BlockMissingError', cid: gone.cid })
})

test('reads that share a signal end with it, and share what joins it to the end of the source', async t => {
  const [seed, fetcher] = await startPair(t)
  const joins = t.mock.method(AbortSignal, 'any')
  const source = new PeerSource(fetcher.bitswap, { wait: true })
  const [one, other] = [new AbortController(), new AbortController()]
  const gone = [await someBlock(10, 1), await someBlock(10, 2), await someBlock(10, 3)].map(({ cid }) => cid)

  await source.connect(seed.libp2p.getMultiaddrs())
  joins.mock.resetCalls()

  const reads = gone.map(async (cid, index) => await source.read(cid, (index < 2 ? one : other).signal))

  assert.equal(joins.mock.calls.filter(({ arguments: [signals] }) => [...signals].includes(one.signal)).length, 1)
  one.abort(new RangeError('one'))
  other.abort(new RangeError('other'))
  assert.deepEqual((await Promise.allSettled(reads)).map(result => result.status === 'rejected' && (result.reason as Error).message), ['one', 'one', 'other'])
  source.close()
})

test('what is not in the repo comes from the peers that are connected to', async t => {
  const [seed, fetcher] = await startPair(t)
  const source = new PeerSource(fetcher.bitswap)
  const { cid, bytes } = await someBlock(1_000)

  await seed.bitswap.addBlock({ cid, bytes })
  assert.deepEqual(await source.connect(seed.addresses()), [])
  assert.deepEqual(await source.read(cid), bytes)
  assert.deepEqual(source.peers().map(({ peer, blocks }) => [peer.toString(), blocks]), [[seed.peerId.toString(), 1]])
  source.close()
  source.close()
})

test('one peer that can be reached is enough, and it is said of the others why not', async t => {
  const [seed, fetcher] = await startPair(t)
  const source = new PeerSource(fetcher.bitswap)
  const unreachable = multiaddr('/ip4/127.0.0.1/tcp/1')
  const failures = await source.connect([unreachable, ...seed.addresses()])

  assert.deepEqual(failures.map(({ name, addresses }) => [name, addresses]), [['UnreachableError', ['/ip4/127.0.0.1/tcp/1']]])
  assert.match(failures[0]?.message ?? '', /cannot reach \/ip4\/127\.0\.0\.1\/tcp\/1: .*ECONNREFUSED/)
  source.close()
})

test('no peer that can be reached is an error that says why', async t => {
  const fetcher = await startNode(t)
  const source = new PeerSource(fetcher.bitswap)

  await assert.rejects(source.connect([multiaddr('/ip4/127.0.0.1/tcp/1')]), { name: 'UnreachableError', message: /ECONNREFUSED/ })
  await assert.rejects(source.connect([multiaddr('/ip4/127.0.0.1/tcp/1'), multiaddr('/ip4/127.0.0.1/tcp/2')]), {
    name: 'UnreachableError', addresses: ['/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/2']
  })
  source.close()
})

test('a peer that accepts and says nothing is given up after the timeout', async t => {
  const fetcher = await startNode(t)
  const timers = new Timers()
  const source = new PeerSource(fetcher.bitswap, { timeout: 3_000 }, timers.set)
  const { promise: accepted, resolve } = Promise.withResolvers<Socket>()
  const server = createServer(resolve)

  await new Promise<void>(listening => { server.listen(0, '127.0.0.1', listening) })
  t.after(() => { server.close() })

  const connecting = source.connect([multiaddr(`/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}`)])
  const socket = await accepted
  timers.fire()

  await assert.rejects(connecting, { name: 'UnreachableError', message: /no answer within 3 s/ })
  socket.destroy()
  source.close()
})

test('a peer that lacks a block ends the wait at once', async t => {
  const [seed, fetcher] = await startPair(t)
  const source = new PeerSource(fetcher.bitswap)
  const { cid } = await someBlock(10)

  await source.connect(seed.addresses())
  await assert.rejects(source.read(cid), { name: 'BlockUnavailableError', peersAsked: 1 })
  source.close()
})

test('with wait a block is had that the peer gets later', async t => {
  const [seed, fetcher] = await startPair(t)
  const source = new PeerSource(fetcher.bitswap, { wait: true })
  const { cid, bytes } = await someBlock(10)

  await source.connect(seed.addresses())
  const read = source.read(cid)

  // it is known there that we want it: nothing is sent before it is added
  await until(() => seed.bitswap.wantlistForPeer(fetcher.peerId).length > 0)
  await seed.bitswap.addBlock({ cid, bytes })

  assert.deepEqual(await read, bytes)
  source.close()
})

test('when nothing comes it is said who was asked and who was not there, first while it goes on and then as the error', async t => {
  const [seed, fetcher] = await startPair(t)
  const timers = new Timers()
  const said: string[] = []
  const source = new PeerSource(fetcher.bitswap, { wait: true, timeout: 7_000, slowAfter: 3_000, onSlow: message => { said.push(message) } }, timers.set)
  const here = await someBlock(10, 1)
  const { cid } = await someBlock(10, 2)
  const why = `${seed.peerId} does not have it \\(it sent 1 block before\\), /ip4/127\\.0\\.0\\.1/tcp/1 could not be reached; all are asked again in \\d+ s`

  await seed.bitswap.addBlock(here)
  await source.connect([multiaddr('/ip4/127.0.0.1/tcp/1'), ...seed.addresses()])
  await source.read(here.cid)
  const read = source.read(cid)

  await until(() => fetcher.bitswap.explainWant(cid)?.state === 'waiting')
  assert.deepEqual([timers.pending.map(({ delay }) => delay), said], [[3_000], []])
  timers.fire()
  assert.deepEqual(timers.pending.map(({ delay }) => delay), [4_000])
  assert.match(said.join(), new RegExp(`^no block for 3 s, waiting for ${cid}: ${why}$`))
  timers.fire()

  await assert.rejects(read, { name: 'StalledError', cid, timeout: 7_000, message: new RegExp(`^no block came for 7 s while waiting for ${cid}: ${why}$`) })
  assert.deepEqual([timers.pending.length, said.length], [0, 1])
  source.close()
})

test('with a timeout that is no longer than what counts as slow it is only given up', async t => {
  const fetcher = await startNode(t)
  const timers = new Timers()
  const source = new PeerSource(fetcher.bitswap, { wait: true, timeout: 3_000, slowAfter: 3_000 }, timers.set)
  const read = source.read((await someBlock(10)).cid)

  assert.deepEqual(timers.pending.map(({ delay }) => delay), [3_000])
  timers.fire()
  await assert.rejects(read, { name: 'StalledError' })
  source.close()
})

test('the time starts anew with every block, and runs only while something is asked for', async t => {
  const [seed, fetcher] = await startPair(t)
  const timers = new Timers()
  const source = new PeerSource(fetcher.bitswap, { wait: true }, timers.set)
  const here = await someBlock(10, 1)
  const gone = await someBlock(10, 2)
  const ends = new AbortController()

  await seed.bitswap.addBlock(here)
  await source.connect(seed.addresses())
  assert.equal(timers.pending.length, 0)

  const waiting = source.read(gone.cid, ends.signal)
  const [first] = timers.pending
  await source.read(here.cid)

  assert.equal(timers.pending.length, 1)
  assert.notEqual(timers.pending[0], first)

  ends.abort(new Error('enough'))
  await assert.rejects(waiting, /enough/)
  assert.equal(timers.pending.length, 0)
  source.close()
})

test('a block over the bound is refused, and one at the bound is not', async t => {
  const [seed, fetcher] = await startPair(t)
  const source = new PeerSource(fetcher.bitswap, { maxBlockSize: 1_000 })
  const largest = await someBlock(1_000)
  const larger = await someBlock(1_001)

  await seed.bitswap.addBlocks([largest, larger])
  await source.connect(seed.addresses())

  assert.equal((await source.read(largest.cid)).byteLength, 1_000)
  await assert.rejects(source.read(larger.cid), { name: 'BlockTooLargeError', size: 1_001 })
  source.close()
})

/** Comes back when the condition holds; the test runner ends a test in which it never does. */
async function until (condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise(resolve => { setImmediate(resolve) })
  }
}
