/** What the serving side has done and where it stands, for whoever wants to know why it is slow. */
import type { DurationSummary } from '../core/durations.ts'
import type { ServerRun } from './server-run.ts'
import type { ServerCounters, ServerStats } from './stats.ts'

/** Counters since it was made; the rest is as it is now, and zero while it is stopped. */
export interface ServerStat extends ServerCounters {
  /** Wants of all connected peers, also those for blocks we lack. */
  wants: number
  /** Bytes of blocks peers are going to be sent, but for those whose size is not known, and what is under way. */
  pendingBytes: number
  /** Bytes that were read from the store for them, or are being read. */
  readAheadBytes: number
  /** Bytes of blocks that were handed to streams and have not left. */
  activeBytes: number
  /** Of what `storeOverdue` counts, how much the store is still at. */
  overdueReads: number
  /**
   * Starvation: how long the peer has waited whose stream has had room for
   * longest, and for which there are blocks, in milliseconds.
   */
  longestWait: number
  /** Of blocks that were sent: from the want, or the block's arrival if that came later, until they were put into a message. */
  queueWait: DurationSummary
  /** Of questions to the store, and reads, that were not answered at once: until they were, or were given up. */
  storeLatency: DurationSummary
}

export function serverStatOf (stats: Readonly<ServerStats>, run: ServerRun | undefined): ServerStat {
  return {
    ...stats,
    wants: run?.engine.size ?? 0,
    pendingBytes: run?.engine.accounts().reduce((sum, { pendingBytes }) => sum + pendingBytes, 0) ?? 0,
    readAheadBytes: run?.engine.readAhead ?? 0,
    activeBytes: run?.lane.bytesUnderWay ?? 0,
    overdueReads: run?.reader.overdue ?? 0,
    longestWait: run?.lane.longestWait ?? 0,
    queueWait: stats.queueWait.summary,
    storeLatency: stats.storeLatency.summary
  }
}
