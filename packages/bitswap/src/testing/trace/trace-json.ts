/**
 * A trace as plain objects, for files and other programs: peers and CIDs are
 * text, times milliseconds, sizes bytes. The same run gives the same text.
 */
import type { PresenceType, WantType } from '../../message/message.ts'
import type { NetworkEvent } from './network-observer.ts'
import type { TraceRecord } from './trace-log.ts'
import type { TraceEntry } from './trace-message.ts'
import type { Traffic } from './traffic.ts'

export interface TraceMessageJSON {
  type: 'message'
  time: number
  from: string
  to: string
  stream: number
  size: number
  full: boolean
  wants: Array<{ cid: string, priority: number, wantType: WantType, sendDontHave: boolean }>
  cancels: string[]
  presences: Array<{ cid: string, type: PresenceType }>
  /** Null where the block has no name: see `TraceBlock.cid`. */
  blocks: Array<{ cid: string | null, size: number }>
  pendingBytes: number
  malformed: number
}

export interface TraceEventJSON {
  type: 'event'
  time: number
  what: string
  nodes: string[]
  detail?: string
}

/** Of the whole run, also of what was not kept. */
export interface TraceSummaryJSON {
  type: 'summary'
  hash: string
  /** Messages that were not kept. */
  dropped: number
  /** Events that were not kept. */
  droppedEvents: number
  /** Streams that could not be read to their end. */
  malformed: number
  traffic: Traffic
  /** In the order in which they first sent something. */
  pairs: Array<{ from: string, to: string, traffic: Traffic }>
  /** By peer id. */
  names: Record<string, string>
}

export type TraceRecordJSON = TraceMessageJSON | TraceEventJSON

/** A trace, as one object. */
export interface TraceJSON extends TraceSummaryJSON {
  /** Messages and events, in the order of the run. */
  records: TraceRecordJSON[]
}

export function recordToJSON (record: TraceRecord): TraceRecordJSON {
  return 'what' in record ? eventToJSON(record) : entryToJSON(record)
}

function eventToJSON ({ time, what, nodes, detail }: NetworkEvent): TraceEventJSON {
  return { type: 'event', time, what, nodes: nodes.map(String), ...detail == null ? {} : { detail } }
}

function entryToJSON (entry: TraceEntry): TraceMessageJSON {
  const { time, from, to, stream, size, full, pendingBytes, malformed } = entry

  return {
    type: 'message',
    time,
    from: from.toString(),
    to: to.toString(),
    stream,
    size,
    full,
    wants: entry.wants.map(({ cid, priority, wantType, sendDontHave }) => ({ cid: cid.toString(), priority, wantType, sendDontHave })),
    cancels: entry.cancels.map(String),
    presences: entry.presences.map(({ cid, type }) => ({ cid: cid.toString(), type })),
    blocks: entry.blocks.map(({ cid, size }) => ({ cid: cid?.toString() ?? null, size })),
    pendingBytes,
    malformed
  }
}
