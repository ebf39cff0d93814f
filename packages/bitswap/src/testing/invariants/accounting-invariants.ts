/**
 * No byte is counted twice, and none is lost on the way from the counters of
 * the parts to those users see: the totals of an exchange, the receipts it
 * keeps of peers, and what the wire carried.
 *
 * A block that was sent, lost, and sent again counts twice as sent, for it was
 * written twice; one that could not be written does not count.
 */
import type { Exchange } from '../../bitswap.ts'
import { peerName } from './names.ts'

/** Of complete messages, as the codec reads them: blocks it drops are not counted. */
export interface Carried {
  messages: number
  blocks: number
  /** Bytes of these blocks. */
  blockBytes: number
}

/** What a wire has carried between an exchange and one of its peers, from their first connection on. */
export interface WireTotals {
  /** Handed to the exchange, to their last byte. */
  readonly arrived: Readonly<Carried>
  /** Taken from the exchange, to their last byte, whatever became of them. */
  readonly left: Readonly<Carried>
}

export interface AccountingContext {
  /**
   * By peer id, for every peer the exchange was ever connected to. Left out:
   * only the exchange's own counters are compared.
   */
  wire?: ReadonlyMap<string, WireTotals>

  /**
   * Is this a quiet moment in a life in which no stream was reset, no peer
   * parted and nobody stopped? Then all must be equal that may be less otherwise.
   *
   * @default false
   */
  lossless?: boolean
}

/** What does not hold, as sentences. Empty when all adds up. */
export function accountingViolations (exchange: Exchange, { wire, lossless = false }: AccountingContext = {}): string[] {
  const violations = ownViolations(exchange)

  if (wire != null) {
    violations.push(...wireViolations(exchange, wire, lossless), ...receiptViolations(exchange, wire, lossless))
  }

  return violations
}

/** At any time: receipts sum up to the totals, of which duplicates and unwanted blocks are a part each. */
function ownViolations ({ books: { server: { scores, stats: served }, client: { stats } } }: Exchange): string[] {
  const total = scores.total()
  const wantedBlocks = stats.blocksReceived - stats.dupBlksReceived - stats.unwantedBlocksReceived
  const wantedData = stats.dataReceived - stats.dupDataReceived - stats.unwantedDataReceived

  return [
    ...differs('bytes sent', served.dataSent, 'by the receipts', total.sent),
    ...differs('wanted bytes received', wantedData, 'by the receipts', total.received),
    ...differs('blocks sent, or received and wanted', served.blocksSent + wantedBlocks, 'by the receipts', total.exchanged)
  ]
}

function wireViolations (exchange: Exchange, wire: ReadonlyMap<string, WireTotals>, lossless: boolean): string[] {
  const stat = exchange.stat()
  const { malformed } = exchange.books.client.stats
  const [arrived, left] = [sum(wire, 'arrived'), sum(wire, 'left')]
  const compare = lossless ? differs : exceeds

  return [
    ...compare('bytes of blocks received', stat.dataReceived + stat.malformedDataReceived, 'arrived', arrived.blockBytes),
    ...compare('blocks received', stat.blocksReceived + malformed, 'arrived', arrived.blocks),
    ...compare('messages received', stat.messagesReceived, 'arrived', arrived.messages),
    ...compare('bytes of blocks sent', stat.dataSent, 'left', left.blockBytes),
    ...compare('blocks sent', stat.blocksSent, 'left', left.blocks),
    ...compare('messages sent', stat.messagesSent, 'left', left.messages)
  ]
}

function receiptViolations (exchange: Exchange, wire: ReadonlyMap<string, WireTotals>, lossless: boolean): string[] {
  const { scores } = exchange.books.server

  return [...wire].flatMap(([key, { arrived, left }]) => {
    const receipt = scores.get(key) ?? { sent: 0, received: 0 }
    const compareSent = lossless ? differs : exceeds

    return [
      ...compareSent(`bytes sent to ${peerName(key)}`, receipt.sent, 'left', left.blockBytes),
      ...exceeds(`wanted bytes received from ${peerName(key)}`, receipt.received, 'arrived', arrived.blockBytes)
    ]
  })
}

function sum (wire: ReadonlyMap<string, WireTotals>, direction: keyof WireTotals): Carried {
  const total: Carried = { messages: 0, blocks: 0, blockBytes: 0 }

  for (const { [direction]: { messages, blocks, blockBytes } } of wire.values()) {
    total.messages += messages
    total.blocks += blocks
    total.blockBytes += blockBytes
  }

  return total
}

function differs (what: string, counted: number, how: string, expected: number): string[] {
  return counted === expected ? [] : [`${counted} ${what} are counted, ${expected} ${how}`]
}

function exceeds (what: string, counted: number, how: string, most: number): string[] {
  return counted <= most ? [] : [`${counted} ${what} are counted, only ${most} ${how}`]
}
