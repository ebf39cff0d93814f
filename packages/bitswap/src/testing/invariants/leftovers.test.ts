import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BusyExchange } from '../../../test/support/busy-exchange.ts'
import { Exchange } from '../../bitswap.ts'
import { SessionState } from '../../client/session-state.ts'
import { withDefaultHashers } from '../../message/hashers.ts'
import { resolveOptions } from '../../options.ts'
import { Providing } from '../../providing/providing.ts'
import { MemoryStore } from '../memory-store.ts'
import { randomBlocks } from '../random-blocks.ts'
import { silentLogger } from '../silent-logger.ts'
import { VirtualNetwork } from '../virtual-network.ts'
import { leftovers } from './leftovers.ts'

test('while wants are open they are left, and after the stop nothing is', async () => {
  const busy = await new BusyExchange().start()

  await busy.net.clock.advance(200)
  assert.match(leftovers(busy.exchange).join(), /\d+ wants,\d+ unresolved wants.*\d+ blocks waited for/)
  await busy.net.clock.run(busy.exchange.stop())
  assert.deepEqual(leftovers(busy.exchange), [])
})

test('when all that was wanted has come nothing is left, also of a peer that left', async () => {
  const net = new VirtualNetwork({ latency: 10 })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(20)

  bob.hold(...blocks)
  await net.clock.run(Promise.all(blocks.map(async ({ cid }) => await alice.bitswap.getBlock(cid))))
  await net.clock.advance(1000)
  assert.deepEqual([...leftovers(alice.bitswap), ...leftovers(bob.bitswap)], [])
  net.disconnect(alice.node, bob.node)
  assert.deepEqual([...leftovers(alice.bitswap), ...leftovers(bob.bitswap)], [])
})

test('what is left of a peer that left is named', async () => {
  const busy = await new BusyExchange().start()
  const { account } = await busy.request('absent')

  account.open = false
  ;(busy.exchange.books.peers as Map<string, unknown>).delete(account.id)
  assert.match(leftovers(busy.exchange).join(), /1 accounts of peers that left,\d+ requests of peers that left/)

  const other = await new BusyExchange().start()
  const asked = await other.request(({ account }) => account.asking > 0)
  assert.ok(other.run.queries.whenAsked(asked.account) instanceof Promise)
  asked.account.open = false
  assert.match(leftovers(other.exchange).join(), /[12] messages waited for by peers that left/)
})

test('what is left after the stop is named', async () => {
  const busy = await new BusyExchange().start()
  await busy.want('asked')
  const [known] = busy.exchange.books.peers.values()
  const [peer, { run }] = [busy.peer(busy.bob), busy.exchange.books.server]

  await busy.net.clock.run(busy.exchange.stop())
  busy.board.sessions.add(new SessionState(99, false))
  busy.board.peers.set(peer.key, peer)
  busy.board.deadlines.set(peer, 1)
  Object.defineProperty(busy.exchange.books.client.driver, 'dueAt', { value: 1 })
  ;(busy.exchange.books.peers as Map<string, unknown>).set('somebody', { ...known, streams: { size: 2 } })
  assert.ok(run != null)
  assert.deepEqual(leftovers(busy.exchange, 3), ['1 sessions', '1 peers on the board', '1 deadlines', '1 timer of the wanting side', '1 peers of the network', '2 streams', '3 timers'])
})

test('an exchange that has stopped has no timer left on its clock', async () => {
  const net = new VirtualNetwork({ latency: 10 })
  const [bob] = await net.instances(1)
  const network = net.createNode()
  const { clock } = network
  const exchange = new Exchange({ network, clock, blockstore: new MemoryStore(), logger: silentLogger(), getHasher: withDefaultHashers(), loadProviding: async () => Providing }, resolveOptions())
  const [{ cid }] = await randomBlocks(1)

  await exchange.start()
  net.connect(network, bob.node)
  const got = exchange.getBlock(cid)
  await net.clock.advance(500)
  assert.ok(clock.pending > 0)
  await Promise.all([assert.rejects(got, { name: 'NotStartedError' }), net.clock.run(exchange.stop())])
  assert.deepEqual(leftovers(exchange, clock.pending), [])
})
