/**
 * The counters, for whoever collects metrics through libp2p. They are counted
 * where things happen and only read here, when the collector asks: all from
 * `stat()`, so that both say the same.
 */
import type { Metrics } from '@libp2p/interface'
import type { Stat } from './api.ts'
import type { DurationSummary } from './core/durations.ts'
import type { ProvideStat } from './providing/provide-stat.ts'
import type { ServerStat } from './server/server-stat.ts'

type Current = 'wants' | 'pendingBytes' | 'readAheadBytes' | 'activeBytes' | 'overdueReads' | 'longestWait'

/**
 * Registers counters (`bitswap_total`, `bitswap_network_total`,
 * `bitswap_server_total`, `bitswap_providing_total`), sizes (`bitswap_current`,
 * `bitswap_server_current`, `bitswap_providing_current`), and how long things took
 * (`bitswap_server_milliseconds`), one label each.
 */
export function registerMetrics (metrics: Metrics, stat: () => Stat): void {
  metrics.registerCounterGroup('bitswap_total', {
    label: 'counter',
    help: 'What Bitswap has sent and received since it was created: messages, blocks, bytes',
    calculate: () => numbersOf(stat(), ['sessions'])
  })
  metrics.registerMetricGroup('bitswap_current', {
    label: 'size',
    help: 'How many blocks Bitswap wants, peers want something of it, and sessions are open',
    calculate: () => {
      const { wantlist, peers, sessions } = stat()

      return { wantlist: wantlist.length, peers: peers.length, sessions }
    }
  })
  metrics.registerCounterGroup('bitswap_network_total', {
    label: 'counter',
    help: 'What went over the streams of Bitswap since it was created, and what failed',
    calculate: () => numbersOf(stat().network)
  })
  registerServer(metrics, () => stat().server)
  registerProviding(metrics, () => stat().providing)
}

function registerServer (metrics: Metrics, stat: () => ServerStat): void {
  metrics.registerCounterGroup('bitswap_server_total', {
    label: 'counter',
    help: 'What was done for peers since Bitswap was created: answers, wants that made room, denials, what the store was asked',
    calculate: () => {
      const now = stat()

      return numbersOf(now, Object.keys(currentOf(now)))
    }
  })
  metrics.registerMetricGroup('bitswap_server_current', {
    label: 'size',
    help: 'Wants of peers, bytes they are to be sent, reads of the store that take long, and for how many milliseconds the peer has waited that has waited longest',
    calculate: () => currentOf(stat())
  })
  metrics.registerMetricGroup('bitswap_server_milliseconds', {
    label: 'time',
    help: 'How long blocks waited to be sent, and how long the block store took; since Bitswap was created',
    calculate: () => {
      const { queueWait, storeLatency } = stat()

      return { ...timesOf('queueWait', queueWait), ...timesOf('storeLatency', storeLatency) }
    }
  })
}

function registerProviding (metrics: Metrics, stat: () => ProvideStat): void {
  metrics.registerCounterGroup('bitswap_providing_total', {
    label: 'counter',
    help: 'CIDs that were announced to routing since Bitswap was created, that were given up, and that had no room in the queue',
    calculate: () => {
      const { provided, failed, dropped } = stat()

      return { provided, failed, dropped }
    }
  })
  metrics.registerMetricGroup('bitswap_providing_current', {
    label: 'size',
    help: 'CIDs that wait to be announced, for how many milliseconds the oldest has and until the last is, and how far the sweep is and how late',
    calculate: () => {
      const { queued, inFlight, retrying, oldest = 0, remaining = 0, paused, sweep: { progress, behind } } = stat()

      return { queued, inFlight, retrying, oldest, remaining, paused: paused ? 1 : 0, progress, behind }
    }
  })
}

function currentOf ({ wants, pendingBytes, readAheadBytes, activeBytes, overdueReads, longestWait }: ServerStat): Record<Current, number> {
  return { wants, pendingBytes, readAheadBytes, activeBytes, overdueReads, longestWait }
}

function timesOf (name: string, { total, longest, median, percentile99 }: DurationSummary): Record<string, number> {
  return { [`${name}_total`]: total, [`${name}_longest`]: longest, [`${name}_median`]: median, [`${name}_percentile99`]: percentile99 }
}

function numbersOf (stat: object, except: readonly string[] = []): Record<string, number> {
  return Object.fromEntries(Object.entries(stat).filter(([name, value]) => typeof value === 'number' && !except.includes(name)))
}
