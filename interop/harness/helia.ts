/** Helia in a process of its own: the calls of `helia/node.ts`, typed. */
import { fileURLToPath } from 'node:url'
import { Peer } from './calls.ts'
import type { PatientRead, Read } from './patience.ts'

const SCRIPT = fileURLToPath(new URL('../helia/node.ts', import.meta.url))

export interface Timed {
  size: number
  seconds: number
}

export class Helia {
  readonly #peer: Peer

  constructor (peer: Peer) {
    this.#peer = peer
  }

  get address (): string {
    return String(this.#peer.ready.address)
  }

  get id (): string {
    return this.address.split('/').at(-1) ?? ''
  }

  async connect (address: string): Promise<void> {
    await this.#peer.call('connect', { address })
  }

  /** Imports random bytes as a file; the leaves are its blocks of data, in order. */
  async add (size: number, seed: number, options: { cidVersion?: 0 | 1, chunkSize?: number } = {}): Promise<{ cid: string, leaves: string[] }> {
    return this.#peer.call('add', { size, seed, ...options })
  }

  async put (bytes: Uint8Array): Promise<string> {
    return this.#peer.call('put', { base64: Buffer.from(bytes).toString('base64') })
  }

  async block (cid: string): Promise<Read> {
    return this.#peer.call('block', { cid })
  }

  async cat (cid: string): Promise<Read & Timed> {
    return this.#peer.call('cat', { cid })
  }

  /** Reads files, all at once. */
  async readFiles (...cids: string[]): Promise<PatientRead> {
    return this.#peer.call('readFiles', { cids })
  }

  /** What its Bitswap counted with a peer: bytes of all blocks that were in messages, asked for or not. */
  async ledgerOf (peer: string): Promise<{ sent: number, received: number }> {
    return this.#peer.call('ledger', { peer })
  }

  async stop (): Promise<void> {
    await this.#peer.stop()
  }
}

export async function startHelia (...args: string[]): Promise<Helia> {
  return new Helia(await Peer.start(SCRIPT, args))
}
