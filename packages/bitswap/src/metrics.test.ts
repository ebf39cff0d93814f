import assert from 'node:assert/strict'
import test from 'node:test'
import type { Metrics } from '@libp2p/interface'
import { VirtualNetwork } from './testing/virtual-network.ts'
import { registerMetrics } from './metrics.ts'

type Values = Record<string, number>

/** What was registered, by name; asked when it is looked at. */
class Collector {
  readonly groups: Map<string, () => Values> = new Map()

  /** As what libp2p hands out, as far as it is used. */
  get metrics (): Metrics {
    const register = (name: string, options: { calculate: () => Values }): void => { this.groups.set(name, options.calculate) }

    return { registerCounterGroup: register, registerMetricGroup: register } as unknown as Metrics
  }

  values (name: string): Values {
    return this.groups.get(name)?.() ?? {}
  }
}

test('a collector sees what stat() says, all of it, as it is when it asks', async () => {
  const net = new VirtualNetwork({ latency: 10 })
  const [alice, bob] = await net.instances(2, { routing: net.routing(), providing: { strategy: 'all' } })
  assert.ok(alice != null && bob != null)
  net.connect(alice, bob)
  const collector = new Collector()
  registerMetrics(collector.metrics, () => bob.bitswap.stat(), net.clock)
  assert.equal(collector.values('bitswap_server_total')['blocksSent'], 0)

  const cid = await bob.put('something')
  await net.run(alice.bitswap.getBlock(cid))
  await net.clock.advance(100)
  const { network, server, providing, wantlist, peers, sessions, ...counters } = bob.bitswap.stat()
  const { wants, pendingBytes, readAheadBytes, activeBytes, overdueReads, longestWait, queueWait, storeLatency, ...done } = server

  assert.deepEqual(collector.values('bitswap_total'), counters)
  assert.deepEqual(collector.values('bitswap_current'), { wantlist: wantlist.length, peers: peers.length, sessions })
  assert.deepEqual(collector.values('bitswap_network_total'), network)
  assert.deepEqual(collector.values('bitswap_server_total'), done)
  assert.deepEqual(collector.values('bitswap_server_current'), { wants, pendingBytes, readAheadBytes, activeBytes, overdueReads, longestWait })
  const times = [['queueWait', queueWait], ['storeLatency', storeLatency]] as const
  assert.deepEqual(collector.values('bitswap_server_milliseconds'), Object.fromEntries(times.flatMap(([name, { total, longest, median, percentile99 }]) => {
    return Object.entries({ total, longest, median, percentile99 }).map(([what, value]) => [`${name}_${what}`, value])
  })))
  assert.deepEqual([done.blocksSent, done.envelopes, queueWait.count, network.messagesSent > 0], [1, 1, 1, true])
  const { provided, failed, dropped, sweep, paused, oldest = 0, remaining = 0, ...sizes } = providing

  assert.deepEqual(collector.values('bitswap_providing_total'), { provided, failed, dropped })
  assert.deepEqual(collector.values('bitswap_providing_current'), { ...sizes, oldest, remaining, paused: Number(paused), ...sweep })
  assert.equal(provided, 1)
  await net.close()
})

test('all groups that are asked for together are of one stat(), and a group that is asked for again of another', async () => {
  const net = new VirtualNetwork()
  const [bob] = await net.instances(1)
  assert.ok(bob != null)
  const collector = new Collector()
  let stats = 0
  const collect = (): void => { [...collector.groups.keys()].forEach(name => { collector.values(name) }) }

  registerMetrics(collector.metrics, () => ({ ...bob.bitswap.stat(), blocksReceived: ++stats }), net.clock)
  assert.equal(stats, 0, 'nothing is counted before somebody asks')

  collect()
  assert.deepEqual([collector.groups.size, stats], [8, 1])
  collect()
  assert.deepEqual(stats, 2, 'a second collection, in the same turn')
  assert.deepEqual(collector.values('bitswap_total')['blocksReceived'], 3, 'as it is now')
  await net.clock.advance(0)
  collector.values('bitswap_current')
  assert.equal(stats, 4, 'in another turn, also of a group that was not asked for before')
  await net.clock.advance(0)
  assert.equal(net.clock.pending, 0)
  await net.close()
})
