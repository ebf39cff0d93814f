/**
 * The counters, for whoever collects metrics through libp2p. They are counted
 * where things happen and only read here, when the collector asks.
 */
import type { Metrics } from '@libp2p/interface'
import type { Stat } from './api.ts'

/** Registers `bitswap_total`, one label a counter, and `bitswap_current`, one label a size. */
export function registerMetrics (metrics: Metrics, stat: () => Stat): void {
  metrics.registerCounterGroup('bitswap_total', {
    label: 'counter',
    help: 'What Bitswap has sent and received since it was created: messages, blocks, bytes',
    calculate: () => Object.fromEntries(Object.entries(stat()).filter(([name, value]) => name !== 'sessions' && typeof value === 'number'))
  })
  metrics.registerMetricGroup('bitswap_current', {
    label: 'size',
    help: 'How many blocks Bitswap wants, peers want something of it, and sessions are open',
    calculate: () => {
      const { wantlist, peers, sessions } = stat()

      return { wantlist: wantlist.length, peers: peers.length, sessions }
    }
  })
}
