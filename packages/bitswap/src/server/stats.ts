/** What the serving side counts, all since it was made. Counted in the shell, from what the parts return. */
import { Durations } from '../core/durations.ts'

export interface ServerCounters {
  /** Blocks whose messages were written, and their bytes. */
  blocksSent: number
  dataSent: number
  /** HAVEs and DONT_HAVEs whose messages were written. */
  havesSent: number
  dontHavesSent: number
  /** Messages with blocks that were taken by the streams. */
  envelopes: number
  /** Wants that had to make room for others of the same peer. */
  evicted: number
  /** Wants that had to make room for those of other peers. */
  displaced: number
  /** Wants there was no room for. */
  refused: number
  /** Wants evicted or refused whose peer asked to be told, and cannot be: it reads too slowly. */
  unanswered: number
  /** Wants that were not looked at, as nobody is served (`serve`). */
  unserved: number
  /** Wants the filter denied. */
  denied: number
  /** Times the filter itself failed; they count as denied as well. */
  filterErrors: number
  /** Entries with an identity CID, or one too long. */
  ignored: number
  /** Messages of peers that had left. */
  late: number
  /** Times the store failed or timed out. */
  storeErrors: number
  /** Wants that were given up for now because it failed too often. */
  storeFailures: number
  /** Wants for blocks that are too large to be sent. */
  oversize: number
  /** Messages, of presences or blocks, that were lost. */
  lost: number
  /** Answers that are sent again because the first may not have arrived. */
  restored: number
  /** Times the store was asked for a block. */
  storeReads: number
  /** Times the store was asked whether a block is here, and how large it is. */
  storeLookUps: number
  /** Questions to the store, and reads, that took longer than a second: others were asked and read beside them. */
  storeOverdue: number
}

export interface ServerStats extends ServerCounters {
  /** Of blocks that were sent: from the want, or the block's arrival if that came later, until they were put into a message. */
  queueWait: Durations
  /** Of questions to the store, and reads, that were not answered at once: until they were, or were given up. */
  storeLatency: Durations
}

export function createServerStats (): ServerStats {
  return {
    blocksSent: 0,
    dataSent: 0,
    havesSent: 0,
    dontHavesSent: 0,
    envelopes: 0,
    evicted: 0,
    displaced: 0,
    refused: 0,
    unanswered: 0,
    unserved: 0,
    denied: 0,
    filterErrors: 0,
    ignored: 0,
    late: 0,
    storeErrors: 0,
    storeFailures: 0,
    oversize: 0,
    lost: 0,
    restored: 0,
    storeReads: 0,
    storeLookUps: 0,
    storeOverdue: 0,
    queueWait: new Durations(),
    storeLatency: new Durations()
  }
}
