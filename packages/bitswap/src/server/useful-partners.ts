/**
 * Tells the connection manager which peers blocks are exchanged with, so that it
 * closes others first: more of those that go on, and of those that give. (boxo's
 * tag `useful`. Of its tag `queued` there is none: who merely wants something is
 * worth no more than others, or everybody would be.) Taken back when there is
 * nothing to it any more, when they leave, and on stop. Beside what the wanting
 * side says of its sources (`client/useful-peers.ts`): the two are added up.
 *
 * Limits: one entry a connected peer; while any is of use, all are gone through
 * every ten seconds. At most one call a peer each time, and only when its worth
 * changed, or was told long ago.
 */
import type { PeerId } from '@libp2p/interface'
import type { Cancel, Clock } from '../core/clock.ts'
import { WORTH_PERIOD } from './partner-worth.ts'
import type { Receipts } from './receipts.ts'

/** For so many milliseconds a tag outlives a process that is killed. */
const TTL = 600_000

export interface UsefulPartnersComponents {
  clock: Clock
  receipts: Pick<Receipts, 'worth' | 'isWorthNothing'>
  network: {
    /** What a peer is worth to us, when connections are to be closed; undefined takes that back. */
    tag (peer: PeerId, tag: { value: number, ttl: number } | undefined): void
  }
}

interface Partner {
  readonly peer: PeerId
  /** What was told of it last, and when. 0 is nothing. */
  value: number
  toldAt: number
}

export class UsefulPartners {
  readonly #components: UsefulPartnersComponents
  readonly #partners: Map<string, Partner> = new Map()
  #cancelTimer: Cancel | undefined

  constructor (components: UsefulPartnersComponents) {
    this.#components = components
  }

  /** It may be one we know. */
  arrived (peer: PeerId): void {
    const id = peer.toString()

    if (this.#partners.has(id)) {
      return
    }

    const partner = { peer, value: 0, toldAt: 0 }
    this.#partners.set(id, partner)

    if (this.#tell(id, partner)) {
      this.exchanged()
    }
  }

  left (peer: PeerId): void {
    const id = peer.toString()
    const partner = this.#partners.get(id)
    this.#partners.delete(id)

    if (partner != null && partner.value > 0) {
      this.#components.network.tag(peer, undefined)
    }
  }

  /** A block went, with whomever: it counts when the period ends. */
  exchanged (): void {
    const { clock } = this.#components

    this.#cancelTimer ??= clock.timer(WORTH_PERIOD - clock.now() % WORTH_PERIOD, () => {
      this.#cancelTimer = undefined
      this.#tellAll()
    })
  }

  /** To be called when all have left. */
  stop (): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }

  #tellAll (): void {
    let isAnyOfUse = false

    for (const [id, partner] of this.#partners) {
      isAnyOfUse = this.#tell(id, partner) || isAnyOfUse
    }

    if (isAnyOfUse) {
      this.exchanged()
    }
  }

  /** False when there is nothing to tell of this peer until a block goes. */
  #tell (id: string, partner: Partner): boolean {
    const { clock, receipts, network } = this.#components
    const now = clock.now()
    const value = receipts.worth(id, now)
    const isOld = value > 0 && now - partner.toldAt >= TTL / 2

    if (value !== partner.value || isOld) {
      partner.value = value
      partner.toldAt = now
      network.tag(partner.peer, value === 0 ? undefined : { value, ttl: TTL })
    }

    return !receipts.isWorthNothing(id, now)
  }
}
