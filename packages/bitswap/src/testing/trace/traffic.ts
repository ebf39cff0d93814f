/**
 * How much went from one peer to another. Counted as it comes, so that it is
 * exact whatever else is kept of a run.
 */
import { PresenceType, WantType } from '../../message/message.ts'
import type { ReceivedMessage } from '../../message/message.ts'

export interface Traffic {
  /** Whole messages. */
  messages: number
  /** As they arrived: with the lengths between messages, and with what is no message. */
  bytes: number
  wantBlocks: number
  wantHaves: number
  cancels: number
  haves: number
  dontHaves: number
  blocks: number
  /** Of the blocks alone, without what they are wrapped in. */
  blockBytes: number
}

export function noTraffic (): Traffic {
  return { messages: 0, bytes: 0, wantBlocks: 0, wantHaves: 0, cancels: 0, haves: 0, dontHaves: 0, blocks: 0, blockBytes: 0 }
}

/** What one message adds, but for `bytes`: those are counted as they arrive. */
export function trafficOf (message: ReceivedMessage): Traffic {
  const traffic = noTraffic()
  traffic.messages = 1
  traffic.cancels = message.cancels.length
  traffic.blocks = message.blocks.length

  for (const { wantType } of message.wants) {
    traffic[wantType === WantType.Block ? 'wantBlocks' : 'wantHaves']++
  }

  for (const { type } of message.presences) {
    traffic[type === PresenceType.Have ? 'haves' : 'dontHaves']++
  }

  for (const { bytes } of message.blocks) {
    traffic.blockBytes += bytes.byteLength
  }

  return traffic
}

/** Adds to `sum` in place. */
export function addTraffic (sum: Traffic, traffic: Readonly<Traffic>): void {
  sum.messages += traffic.messages
  sum.bytes += traffic.bytes
  sum.wantBlocks += traffic.wantBlocks
  sum.wantHaves += traffic.wantHaves
  sum.cancels += traffic.cancels
  sum.haves += traffic.haves
  sum.dontHaves += traffic.dontHaves
  sum.blocks += traffic.blocks
  sum.blockBytes += traffic.blockBytes
}
