/** Short words for what a wantlist (`PeerWants`) is told, and says. Blocks are numbers. */
import type { CID } from 'multiformats/cid'
import { PeerWants } from '../src/client/peer-wants.ts'
import type { WantsBatch } from '../src/client/wantlist-entry.ts'
import { multihashKey } from '../src/core/cid-map.ts'
import { WantType } from '../src/message/message.ts'
import { randomBlocks } from '../src/testing/random-blocks.ts'

export const modern = { have: true, prefix: true }
export const cids = (await randomBlocks(10, { size: 8 })).map(block => block.cid)
export const keys = cids.map(multihashKey)

export function want (wants: PeerWants, i: number, wantType: WantType = WantType.Block): void {
  wants.want({ key: keys[i], cid: cids[i], priority: 1 }, wantType)
}

export interface Said { full: boolean, wants: string[], cancels: number[] }

export function number (cid: CID): number {
  return cids.findIndex(other => other.equals(cid))
}

/** What a message says, in short. */
export function said (batch: WantsBatch | undefined): Said | undefined {
  if (batch == null) {
    return undefined
  }

  const { full, wants, cancels } = batch.message

  return { full, wants: wants.map(entry => `${number(entry.cid)} ${entry.wantType}`), cancels: cancels.map(number) }
}

/** A list whose first, full message has been said. */
export function opened (maxSize: number = 1024): PeerWants {
  const wants = new PeerWants(maxSize)

  want(wants, 9)
  wants.take(modern)
  wants.blockReceived(keys[9] as string)

  return wants
}
