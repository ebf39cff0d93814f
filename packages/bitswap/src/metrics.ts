/**
 * The counters, for whoever collects metrics through libp2p. They are counted
 * where things happen and only read here, when the collector asks: all from
 * `stat()`, so that both say the same, and from one for all groups that are asked
 * for together.
 */
import type { Metrics } from '@libp2p/interface'
import type { Stat } from './api.ts'
import type { Clock } from './core/clock.ts'
import type { DurationSummary } from './core/durations.ts'
import type { ServerStat } from './server/server-stat.ts'

type Values = Record<string, number>

/** Makes what a collector asks for the values of a group. */
type Calculated = (read: (stat: Stat) => Values) => () => Values

type Current = 'wants' | 'pendingBytes' | 'readAheadBytes' | 'activeBytes' | 'overdueReads' | 'longestWait'

/**
 * Registers counters (`bitswap_total`, `bitswap_network_total`,
 * `bitswap_server_total`, `bitswap_providing_total`), sizes (`bitswap_current`,
 * `bitswap_server_current`, `bitswap_providing_current`), and how long things took
 * (`bitswap_server_milliseconds`), one label each.
 */
export function registerMetrics (metrics: Metrics, stat: () => Stat, clock: Pick<Clock, 'soon'>): void {
  const calculated = oncePerCollection(stat, clock)

  metrics.registerCounterGroup('bitswap_total', {
    label: 'counter',
    help: 'What Bitswap has sent and received since it was created: messages, blocks, bytes',
    calculate: calculated(now => numbersOf(now, ['sessions']))
  })
  metrics.registerMetricGroup('bitswap_current', {
    label: 'size',
    help: 'How many blocks Bitswap wants, peers want something of it, and sessions are open',
    calculate: calculated(({ wantlist, peers, sessions }) => ({ wantlist: wantlist.length, peers: peers.length, sessions }))
  })
  metrics.registerCounterGroup('bitswap_network_total', {
    label: 'counter',
    help: 'What went over the streams of Bitswap since it was created, and what failed',
    calculate: calculated(({ network }) => numbersOf(network))
  })
  registerServer(metrics, calculated)
  registerProviding(metrics, calculated)
}

/**
 * One `stat()` for all groups that are asked for in a turn of the event loop, as a
 * collector does: it goes through all wants and peers. A group that is asked for
 * again in that turn gets another one.
 */
function oncePerCollection (stat: () => Stat, clock: Pick<Clock, 'soon'>): Calculated {
  let current: Stat | undefined
  let made = 0

  return read => {
    let last = 0

    return () => {
      if (current == null) {
        clock.soon(() => { current = undefined })
      }

      if (current == null || last === made) {
        current = stat()
        made++
      }

      last = made

      return read(current)
    }
  }
}

function registerServer (metrics: Metrics, calculated: Calculated): void {
  metrics.registerCounterGroup('bitswap_server_total', {
    label: 'counter',
    help: 'What was done for peers since Bitswap was created: answers, wants that made room, denials, what the store was asked',
    calculate: calculated(({ server }) => numbersOf(server, Object.keys(currentOf(server))))
  })
  metrics.registerMetricGroup('bitswap_server_current', {
    label: 'size',
    help: 'Wants of peers, bytes they are to be sent, reads of the store that take long, and for how many milliseconds the peer has waited that has waited longest',
    calculate: calculated(({ server }) => currentOf(server))
  })
  metrics.registerMetricGroup('bitswap_server_milliseconds', {
    label: 'time',
    help: 'How long blocks waited to be sent, and how long the block store took; since Bitswap was created',
    calculate: calculated(({ server: { queueWait, storeLatency } }) => ({ ...timesOf('queueWait', queueWait), ...timesOf('storeLatency', storeLatency) }))
  })
}

function registerProviding (metrics: Metrics, calculated: Calculated): void {
  metrics.registerCounterGroup('bitswap_providing_total', {
    label: 'counter',
    help: 'CIDs that were announced to routing since Bitswap was created, that were given up, and that had no room in the queue',
    calculate: calculated(({ providing: { provided, failed, dropped } }) => ({ provided, failed, dropped }))
  })
  metrics.registerMetricGroup('bitswap_providing_current', {
    label: 'size',
    help: 'CIDs that wait to be announced, for how many milliseconds the oldest has and until the last is, and how far the sweep is and how late',
    calculate: calculated(({ providing: { queued, inFlight, retrying, oldest = 0, remaining = 0, paused, sweep: { progress, behind } } }) => {
      return { queued, inFlight, retrying, oldest, remaining, paused: paused ? 1 : 0, progress, behind }
    })
  })
}

function currentOf ({ wants, pendingBytes, readAheadBytes, activeBytes, overdueReads, longestWait }: ServerStat): Record<Current, number> {
  return { wants, pendingBytes, readAheadBytes, activeBytes, overdueReads, longestWait }
}

function timesOf (name: string, { total, longest, median, percentile99 }: DurationSummary): Values {
  return { [`${name}_total`]: total, [`${name}_longest`]: longest, [`${name}_median`]: median, [`${name}_percentile99`]: percentile99 }
}

function numbersOf (stat: object, except: readonly string[] = []): Values {
  return Object.fromEntries(Object.entries(stat).filter(([name, value]) => typeof value === 'number' && !except.includes(name)))
}
