/**
 * A trace to read: a line for each message and event.
 *
 * ```
 *     20.5  alice → bob    want-block …3k2h4q7a …9w8e7r6t; cancel …x5t2u8ya
 *     61.0  bob → alice    block …3k2h4q7a (8000 B)
 *     90.0  -- disconnected alice bob
 * ```
 *
 * Times are milliseconds, to the microsecond. Of CIDs the last 8 characters are
 * shown, of peers without a name the last 6. `full` is a message whose wants are
 * all that is wanted; `empty` one that says nothing of any CID.
 *
 * Not for: reading back. That is `Trace.toJSON`.
 */
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { NetworkEvent } from './network-observer.ts'
import type { TraceRecord } from './trace-log.ts'
import type { TraceEntry } from './trace-message.ts'
import { FactType } from './trace-query.ts'
import type { TraceFact, TraceFilter } from './trace-query.ts'

/** CIDs of one kind in a line; those after them are only counted. */
export const MAX_LISTED = 8

const TIME_WIDTH = 8

/** Between the peers and what was said. */
const GAP = '    '

interface Line {
  time: string
  /** Of a message; an event has none, and keeps no column free for it. */
  route: string | undefined
  text: string
}

/** By the text of the peer id. */
export type PeerNames = ReadonlyMap<string, string>

/** The lines of what the filter lets through, joined; no line feed at the end. */
export function timeline (records: Iterable<TraceRecord>, filter: TraceFilter, names: PeerNames): string {
  const lines: Line[] = []

  for (const record of records) {
    if ('what' in record) {
      if (filter.matchesEvent(record)) {
        lines.push(eventLine(record, names))
      }
    } else if (filter.matchesEntry(record)) {
      lines.push(messageLine(record, filter, names))
    }
  }

  const timeWidth = widest(lines.map(({ time }) => time), TIME_WIDTH)
  const routeWidth = widest(lines.map(({ route }) => route ?? ''), 0)

  return lines.map(({ time, route, text }) => {
    const column = route == null ? '' : route.padEnd(routeWidth) + GAP

    return `${time.padStart(timeWidth)}  ${column}${text}`
  }).join('\n')
}

function widest (texts: readonly string[], least: number): number {
  return texts.reduce((width, text) => Math.max(width, text.length), least)
}

function eventLine ({ time, what, nodes, detail }: NetworkEvent, names: PeerNames): Line {
  const parts = ['--', what, ...nodes.map(node => nameOf(node, names)), ...detail == null ? [] : [detail]]

  return { time: formatTime(time), route: undefined, text: parts.join(' ') }
}

function messageLine (entry: TraceEntry, filter: TraceFilter, names: PeerNames): Line {
  const facts = filter.facts(entry)
  const parts = Object.values(FactType).map(what => factsText(what, facts.filter(fact => fact.what === what))).filter(text => text !== '')

  if (parts.length === 0) {
    parts.push('empty')
  }

  if (!filter.selectsFacts) {
    parts.push(...remarks(entry))
  }

  return {
    time: formatTime(entry.time),
    route: `${nameOf(entry.from, names)} → ${nameOf(entry.to, names)}`,
    text: (entry.full ? 'full ' : '') + parts.join('; ')
  }
}

/** Of the message as a whole, so not for when only a part of it is asked for. */
function remarks ({ pendingBytes, malformed }: TraceEntry): string[] {
  return [
    ...pendingBytes > 0 ? [`${pendingBytes} B pending`] : [],
    ...malformed > 0 ? [`${malformed} malformed`] : []
  ]
}

function factsText (what: FactType, facts: readonly TraceFact[]): string {
  if (facts.length === 0) {
    return ''
  }

  const shown = facts.slice(0, MAX_LISTED).map(({ cid, size }) => shortCID(cid) + (size == null ? '' : ` (${size} B)`))
  const more = facts.length > MAX_LISTED ? ` and ${facts.length - MAX_LISTED} more` : ''

  return `${what} ${shown.join(' ')}${more}`
}

function shortCID (cid: CID | undefined): string {
  return cid == null ? 'unnamed' : `…${cid.toString().slice(-8)}`
}

function nameOf (peer: PeerId, names: PeerNames): string {
  const text = peer.toString()

  return names.get(text) ?? text.slice(-6)
}

/** With one to three decimals, as many as it takes. */
function formatTime (time: number): string {
  return time.toFixed(3).replace(/0{1,2}$/, '')
}
