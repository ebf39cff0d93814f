/**
 * What one exchange thinks another holds of its wants is what that one's ledger
 * holds, but for what it is going to cancel when there is something else to say.
 *
 * It must hold at once whenever the wire between the two is quiet and each
 * `isSettled` towards the other. It need not, and comes right
 *
 * - after a reset: what was sent within `resendInterval` is said again, by a
 *   sender that makes pauses; until then the sender is not settled;
 * - when a peer was given up: when it is heard of again, or has something new;
 * - when a store is slow: once it has answered, which is part of being settled.
 *
 * It does not come right by itself
 *
 * - where the serving side does not serve, or did not for a while, keeps fewer wants
 *   (`maxWantsPerPeer`, `maxWants`), or shorter CIDs (`maxCidSize`), than the
 *   wanting side tells it of: what was turned away, evicted or ignored is held no
 *   more;
 * - when what was lost was sent longer ago than `resendInterval`, or more than
 *   three times; when one of the two was stopped and started before the other
 *   noticed; when a block was sent whose bytes are not what its CID says.
 */
import type { Exchange } from '../../bitswap.ts'
import { EntryState } from '../../client/wantlist-entry.ts'
import type { Entry } from '../../client/wantlist-entry.ts'
import { WantType } from '../../message/message.ts'
import { cidOfRequest } from '../../server/request.ts'
import type { Request } from '../../server/request.ts'
import { cidName, peerName } from './names.ts'
import { isSettled } from './settled.ts'

/** Are both settled towards each other, so that {@link ledgerDifferences} must find none once the wire is quiet? */
export function areSettled (a: Exchange, b: Exchange): boolean {
  return isSettled(a, b.books.self) && isSettled(b, a.books.self)
}

/**
 * Where the two differ about what `wanting` wants of `serving`, as sentences.
 * Empty when they agree, or do not know of each other.
 */
export function ledgerDifferences (wanting: Exchange, serving: Exchange): string[] {
  const known = wanting.books.client.board.peers.get(serving.books.self.toString())
  const account = serving.books.server.run?.engine.account(wanting.books.self)
  const differences: string[] = []

  if (known == null || account == null) {
    return differences
  }

  const [wants, holds] = [peerName(wanting.books.self.toString()), peerName(serving.books.self.toString())]
  const held = byMultihash(account.requests.values())

  for (const entry of known.wants.entries.values()) {
    const request = held.get(entry.key)
    const type = known.abilities.have ? entry.wantType : WantType.Block

    if (entry.toldAs != null && request == null) {
      differences.push(`${holds} does not hold the want-${type} for ${cidName(entry.cid)} that ${wants} told it of`)
    } else if (request != null && isPlain(entry) && request.wantType !== type) {
      differences.push(`${holds} holds a want-${request.wantType} for ${cidName(entry.cid)}, ${wants} told it of a want-${type}`)
    }
  }

  for (const [key, request] of held) {
    if (known.wants.entries.get(key)?.toldAs == null && !known.wants.cancels.has(key)) {
      differences.push(`${holds} holds a want-${request.wantType} for ${cidName(cidOfRequest(request))} that ${wants} does not want of it`)
    }
  }

  return differences
}

/** The peer was told of it as it is now: its type may have changed since otherwise. */
function isPlain ({ toldAs, state }: Readonly<Entry>): boolean {
  return toldAs != null && (state === EntryState.Sent || state === EntryState.Refused)
}

function byMultihash (requests: Iterable<Request>): Map<string, Request> {
  const held = new Map<string, Request>()

  for (const request of requests) {
    held.set(request.multihash, request)
  }

  return held
}
