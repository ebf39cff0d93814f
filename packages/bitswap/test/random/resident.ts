/** An instance in a random scenario, with what was done to it so far. */
import { multihashKey } from '../../src/core/cid-map.ts'
import { BitswapProtocol } from '../../src/network/protocols.ts'
import { SERVER_DEFAULTS } from '../../src/server/options.ts'
import type { ServerOptions } from '../../src/server/options.ts'
import type { Instance } from '../../src/testing/instance.ts'
import { BLOCKS } from './contents.ts'

const LARGEST = Math.max(...BLOCKS.map(({ bytes }) => bytes.length))

/** Who was sent nothing for so long may give up, in milliseconds. */
const PATIENCE = 500

export class Resident {
  readonly number: number
  readonly instance: Instance
  /** Blocks that were changed in its store, by number. */
  readonly spoilt: Set<number> = new Set()
  state: 'up' | 'stopped' | 'crashed' = 'up'
  frozen: boolean = false
  /** Is it coming back, and not there yet? */
  starting: boolean = false
  /** Was its store ever made to fail? */
  storeFailed: boolean = false
  /** Was it ever made to answer late, or to lose what it had? */
  storeTroubled: boolean = false
  wasStopped: boolean = false
  /** Was its serving ever switched off? */
  wasOff: boolean = false
  /** In milliseconds of the network. */
  stoppedAt: number = 0

  constructor (number: number, instance: Instance) {
    this.number = number
    this.instance = instance
  }

  get name (): string {
    return this.instance.name
  }

  /** Can its user do anything? */
  get isAwake (): boolean {
    return this.state !== 'crashed' && !this.frozen && !this.starting
  }

  /** May it once have had a block to send, and not when it was to send it again? */
  get mayLack (): boolean {
    return this.storeFailed || this.storeTroubled || this.spoilt.size > 0
  }

  /** Its options as they are at this time. */
  get #server (): ServerOptions {
    return this.instance.bitswap.books.options.server
  }

  /** Does it give anybody anything? */
  get serves (): boolean {
    return this.#server.serve === true
  }

  /** Is the other told when this one lacks a block? Otherwise it has to wait and see. */
  saysNoTo (other: Resident): boolean {
    const isModern = [this, other].every(({ instance }) => instance.node.protocols.includes(BitswapProtocol.V120))

    const { sendDontHaves, serve } = this.#server

    return isModern && sendDontHaves && serve !== 'silent'
  }

  /** May it keep fewer wants of the other than that tells it of? */
  mayForget (other: Resident): boolean {
    const { maxWantsPerPeer, maxWants } = this.#server

    return !this.serves || this.wasOff || maxWants < SERVER_DEFAULTS.maxWants || maxWantsPerPeer < other.instance.options.client.maxWantsPerPeer
  }

  /** In how many milliseconds it may have sent so many bytes to each of so many peers, at the most. */
  uploadTime (bytes: number, peers: number): number {
    const { uploadRate, uploadRatePerPeer } = this.#server

    return 1000 * Math.max(bytes / uploadRatePerPeer, bytes * peers / uploadRate)
  }

  /**
   * Does it send other bytes for some blocks, and little of anything? One that
   * waits gives up before its next block has its turn, and is sent the same
   * other bytes the next time.
   */
  get wastesUpload (): boolean {
    return this.spoilt.size > 0 && this.uploadTime(LARGEST, 1) > PATIENCE
  }

  /** Has it the block, with the right bytes? */
  holds (block: number): boolean {
    const { cid, bytes } = BLOCKS[block]
    const kept = this.instance.store.peek(cid)

    return kept != null && Buffer.compare(kept, bytes) === 0
  }

  /** Blocks it has other bytes for, though nobody changed them, as sentences. */
  wrongBytes (): string[] {
    return BLOCKS.flatMap(({ cid }, block) => {
      const isWrong = this.instance.store.peek(cid) != null && !this.holds(block) && !this.spoilt.has(block)

      return isWrong ? [`${this.name} stored wrong bytes for ${cid}`] : []
    })
  }

  /** Does it want anything of the other? */
  wantsOf (other: Resident): boolean {
    const peer = this.instance.bitswap.wantBoard.peers.get(other.instance.peer.toString())

    return peer != null && (peer.asked.size > 0 || peer.probed.size > 0)
  }

  /** What this one thinks the other holds of it, and what that holds, as keys of multihashes. */
  account (other: Resident): { thought: Set<string>, held: Set<string> } {
    const peer = this.instance.bitswap.wantBoard.peers.get(other.instance.peer.toString())

    return {
      thought: new Set([...peer?.wants.entries.values() ?? []].map(({ cid }) => multihashKey(cid))),
      held: new Set(other.instance.bitswap.wantlistForPeer(this.instance.peer).map(({ cid }) => multihashKey(cid)))
    }
  }
}
