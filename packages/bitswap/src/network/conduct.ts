/**
 * What peers are charged for on the wire, over all of them: what they say, what
 * cannot be read, streams that bring nothing. Outlives their connections, so
 * that it is of no use to leave and come back.
 *
 * Limits: those of `EntryAllowance` and `Charges`.
 */
import type { PeerId } from '@libp2p/interface'
import { Charges } from '../core/charges.ts'
import { EntryAllowance } from './entry-allowance.ts'
import type { NetworkOptions } from './options.ts'
import { PeerConduct } from './peer-conduct.ts'
import type { ConductComponents } from './peer-conduct.ts'

export class Conduct {
  readonly #components: ConductComponents
  readonly #options: NetworkOptions
  readonly #entries: EntryAllowance
  readonly #malformed: Charges
  readonly #streams: Charges

  constructor (components: ConductComponents, options: NetworkOptions) {
    this.#components = components
    this.#options = options
    this.#entries = new EntryAllowance(options)
    this.#malformed = new Charges(options.maxMalformed, options.offenceRecovery)
    this.#streams = new Charges(options.maxEmptyStreams, options.offenceRecovery)
  }

  /** Of one peer, for as long as it is connected. */
  of (peer: PeerId): PeerConduct {
    return new PeerConduct(peer, { ...this.#components, entries: this.#entries, malformed: this.#malformed, streams: this.#streams }, this.#options)
  }
}
