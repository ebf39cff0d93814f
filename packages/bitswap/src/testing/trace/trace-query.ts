/**
 * Questions to a trace: which messages, and what they say taken apart into
 * facts: who sent what to whom, when.
 */
import { isPeerId } from '@libp2p/interface'
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { multihashKey } from '../../core/cid-map.ts'
import { PresenceType, WantType } from '../../message/message.ts'
import type { NetworkEvent } from './network-observer.ts'
import type { TraceEntry } from './trace-message.ts'

/** A peer, or what stands for one: an instance, a node. */
export type PeerLike = PeerId | { readonly peer: PeerId } | { readonly self: PeerId }

export function peerOf (like: PeerLike): PeerId {
  if (isPeerId(like)) {
    return like
  }

  return 'peer' in like ? like.peer : like.self
}

/** What a message can say of a CID. */
export const FactType = {
  WantBlock: 'want-block',
  WantHave: 'want-have',
  Cancel: 'cancel',
  Have: 'have',
  DontHave: 'dont-have',
  Block: 'block'
} as const
export type FactType = typeof FactType[keyof typeof FactType]

/** One thing that one peer told another. */
export interface TraceFact {
  /** When the message with it had arrived, in milliseconds. */
  time: number
  from: PeerId
  to: PeerId
  /** Counts all streams of the network. */
  stream: number
  what: FactType
  /** Undefined for a block whose hash function is not known. */
  cid: CID | undefined
  /** Of a block, in bytes. */
  size?: number
  /** Of a want: higher is more urgent. */
  priority?: number
}

/** What is left out is not asked about; all that is said must hold. */
export interface TraceQuery {
  from?: PeerLike
  to?: PeerLike
  /** Compared by multihash, as block stores do. */
  cid?: CID
  /** The first millisecond. */
  since?: number
  /** The last millisecond. */
  until?: number
  what?: FactType
}

/** What one peer sent another, in the order in which it arrived; what was said twice is there twice. */
export interface SentCIDs {
  wantBlocks: CID[]
  wantHaves: CID[]
  cancels: CID[]
  haves: CID[]
  dontHaves: CID[]
  /** Those that have a name: see `TraceBlock.cid`. */
  blocks: CID[]
}

/** Takes a message apart: wants, cancels, presences, blocks, each in the order of the message. */
export function factsOf (entry: TraceEntry): TraceFact[] {
  const { time, from, to, stream } = entry
  const fact = (what: FactType, cid: CID | undefined): TraceFact => ({ time, from, to, stream, what, cid })

  return [
    ...entry.wants.map(({ wantType, cid, priority }) => ({ ...fact(wantType === WantType.Block ? FactType.WantBlock : FactType.WantHave, cid), priority })),
    ...entry.cancels.map(cid => fact(FactType.Cancel, cid)),
    ...entry.presences.map(({ type, cid }) => fact(type === PresenceType.Have ? FactType.Have : FactType.DontHave, cid)),
    ...entry.blocks.map(({ cid, size }) => ({ ...fact(FactType.Block, cid), size }))
  ]
}

/** The CIDs of facts, sorted by what was said of them. */
export function sentCIDs (facts: readonly TraceFact[]): SentCIDs {
  const of = (what: FactType): CID[] => facts.filter(fact => fact.what === what).flatMap(({ cid }) => cid ?? [])

  return {
    wantBlocks: of(FactType.WantBlock),
    wantHaves: of(FactType.WantHave),
    cancels: of(FactType.Cancel),
    haves: of(FactType.Have),
    dontHaves: of(FactType.DontHave),
    blocks: of(FactType.Block)
  }
}

/** A query, looked up once for all entries. */
export class TraceFilter {
  readonly #from: PeerId | undefined
  readonly #to: PeerId | undefined
  readonly #multihash: string | undefined
  readonly #since: number
  readonly #until: number
  readonly #what: FactType | undefined

  constructor ({ from, to, cid, since, until, what }: TraceQuery = {}) {
    this.#from = from == null ? undefined : peerOf(from)
    this.#to = to == null ? undefined : peerOf(to)
    this.#multihash = cid == null ? undefined : multihashKey(cid)
    this.#since = since ?? Number.NEGATIVE_INFINITY
    this.#until = until ?? Number.POSITIVE_INFINITY
    this.#what = what
  }

  /** Only some of what a message says can match. */
  get selectsFacts (): boolean {
    return this.#multihash != null || this.#what != null
  }

  /** The facts of a message that match. */
  facts (entry: TraceEntry): TraceFact[] {
    if (!this.#matchesRoute(entry)) {
      return []
    }

    const facts = factsOf(entry)

    return this.selectsFacts ? facts.filter(fact => this.#matchesFact(fact)) : facts
  }

  /** Whether a message was on the way that is asked for, and says something that is. */
  matchesEntry (entry: TraceEntry): boolean {
    return this.#matchesRoute(entry) && (!this.selectsFacts || this.facts(entry).length > 0)
  }

  /** Events are of peers and times; they say nothing of CIDs. */
  matchesEvent ({ time, nodes }: NetworkEvent): boolean {
    return !this.selectsFacts && this.#matchesTime(time) &&
      [this.#from, this.#to].every(peer => peer == null || nodes.some(node => isSame(node, peer)))
  }

  #matchesRoute ({ time, from, to }: TraceEntry): boolean {
    return this.#matchesTime(time) && (this.#from == null || isSame(from, this.#from)) && (this.#to == null || isSame(to, this.#to))
  }

  #matchesTime (time: number): boolean {
    return time >= this.#since && time <= this.#until
  }

  #matchesFact ({ what, cid }: TraceFact): boolean {
    return (this.#what == null || what === this.#what) && (this.#multihash == null || (cid != null && multihashKey(cid) === this.#multihash))
  }
}

/** Mostly one object goes through a whole run. */
function isSame (a: PeerId, b: PeerId): boolean {
  return a === b || a.equals(b)
}
