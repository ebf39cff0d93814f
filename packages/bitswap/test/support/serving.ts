/** What the tests of `server/` share: blocks, stores whose answers are held back, a server and the peers that take what they are sent. */
import type { Logger, PeerId } from '@libp2p/interface'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { multihashKey } from '../../src/core/cid-map.ts'
import { SeededRandom } from '../../src/core/random.ts'
import { PresenceType, WantType } from '../../src/message/message.ts'
import type { Block, WantEntry } from '../../src/message/message.ts'
import type { Envelope } from '../../src/server/block-lane.ts'
import type { ServedBlockstore } from '../../src/server/block-reader.ts'
import type { Wantlist } from '../../src/server/intake.ts'
import { resolveServerOptions } from '../../src/server/resolve-options.ts'
import type { ServerInit } from '../../src/server/options.ts'
import { Server } from '../../src/server/server.ts'
import { peerIdFromSeed } from '../../src/testing/peer-ids.ts'
import { VirtualClock } from '../../src/testing/virtual-clock.ts'

/** As interface-store has it: known by its name. */
class NotFoundError extends Error {
  override readonly name = 'NotFoundError'
}

const RAW = 0x55
const DAG_PB = 0x70
const SHA2_256 = 0x12

/** A CIDv1 of a digest made up from the seed: nothing here is hashed. */
export function cidOf (seed: number): CID {
  return CID.createV1(RAW, Digest.create(SHA2_256, new SeededRandom(seed).fillBytes(new Uint8Array(32))))
}

/** The same block by its other name. */
export function cidV0Of (seed: number): CID {
  return CID.createV0(Digest.create(SHA2_256, cidOf(seed).multihash.digest))
}

export function dagPbOf (seed: number): CID {
  return CID.createV1(DAG_PB, cidOf(seed).multihash)
}

export function blockOf (seed: number, size: number = 2000): Block {
  return { cid: cidOf(seed), bytes: new Uint8Array(size).fill(seed) }
}

export function blocksOf (count: number, size?: number): Block[] {
  return Array.from({ length: count }, (_, index) => blockOf(index + 1, size))
}

export function wantBlock (cid: CID, init: Partial<WantEntry> = {}): WantEntry {
  return { cid, priority: 1, wantType: WantType.Block, sendDontHave: false, ...init }
}

export function wantHave (cid: CID, init: Partial<WantEntry> = {}): WantEntry {
  return wantBlock(cid, { wantType: WantType.Have, ...init })
}

/** Answers at once, as a store in memory does. */
export class MemoryStore implements ServedBlockstore {
  readonly blocks: Map<string, Uint8Array> = new Map()
  /** What was called, in order: `has`, `get`, `size`. */
  readonly calls: string[] = []
  /** Thrown by every call while set. */
  failure: Error | undefined

  constructor (...blocks: Block[]) {
    this.put(...blocks)
  }

  put (...blocks: Block[]): void {
    for (const { cid, bytes } of blocks) {
      this.blocks.set(multihashKey(cid), bytes)
    }
  }

  delete (cid: CID): void {
    this.blocks.delete(multihashKey(cid))
  }

  has (cid: CID): boolean {
    this.#called('has')

    return this.blocks.has(multihashKey(cid))
  }

  * get (cid: CID): Generator<Uint8Array> {
    this.#called('get')
    const bytes = this.blocks.get(multihashKey(cid))

    if (bytes == null) {
      throw new NotFoundError()
    }

    yield bytes
  }

  #called (name: string): void {
    this.calls.push(name)

    if (this.failure != null) {
      throw this.failure
    }
  }
}

interface Held {
  name: string
  cid: CID
  /** Lets the call go on. */
  release (): void
}

/** Answers when it is let to: the calls wait in `held`, or go through at once while `isOpen`. */
export class SlowStore implements ServedBlockstore {
  readonly memory: MemoryStore
  readonly held: Held[] = []
  readonly aborted: unknown[] = []
  isOpen = false
  /** Calls of this name are not held back. */
  freely: string | undefined
  mostAtOnce = 0
  #atOnce = 0

  constructor (...blocks: Block[]) {
    this.memory = new MemoryStore(...blocks)
  }

  get calls (): string[] {
    return this.memory.calls
  }

  /** Names of the calls that wait. */
  get waiting (): string[] {
    return this.held.map(({ name }) => name)
  }

  /** Lets the first that wait go on, all unless told how many, and lets what follows from it happen. */
  async release (count: number = Infinity): Promise<void> {
    for (const held of this.held.splice(0, count)) {
      held.release()
    }

    await settled()
  }

  async has (cid: CID, options?: { signal?: AbortSignal }): Promise<boolean> {
    await this.hold('has', cid, options?.signal)

    return this.memory.has(cid)
  }

  async * get (cid: CID, options?: { signal?: AbortSignal }): AsyncGenerator<Uint8Array> {
    await this.hold('get', cid, options?.signal)
    yield * this.memory.get(cid)
  }

  /** Until it is let go on. */
  async hold (name: string, cid: CID, signal?: AbortSignal): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce)
    signal?.addEventListener('abort', () => { this.aborted.push(signal.reason) }, { once: true })

    if (!this.isOpen && this.freely !== name) {
      await new Promise<void>(resolve => { this.held.push({ name, cid, release: resolve }) })
    }

    this.#atOnce--
  }
}

/** A {@link SlowStore} that can tell sizes. */
export class SizingStore extends SlowStore {
  async size (cid: CID, options?: { signal?: AbortSignal }): Promise<number> {
    await this.hold('size', cid, options?.signal)
    this.calls.push('size')
    const bytes = this.memory.blocks.get(multihashKey(cid))

    if (bytes == null) {
      throw new NotFoundError()
    }

    return bytes.byteLength
  }
}

/** All promise callbacks that are ready have run. No time passes. */
export async function settled (): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    await Promise.resolve()
  }
}

export function recordingLog (): Logger & { lines: unknown[][] } {
  const lines: unknown[][] = []
  const record = (...line: unknown[]): void => { lines.push(line) }

  return Object.assign(record, { lines, error: record, trace: record, enabled: true, newScope: recordingLog }) as Logger & { lines: unknown[][] }
}

/** What a peer was sent, in order. */
export interface Delivered {
  haves: CID[]
  dontHaves: CID[]
  blocks: CID[]
  /** Sizes of the messages with blocks. */
  messages: number[]
}

/** A server with one or more peers, and the streams to them. */
export class Serving<S extends ServedBlockstore = MemoryStore> {
  readonly server: Server
  readonly store: S
  readonly clock: VirtualClock = new VirtualClock()
  readonly log: Logger & { lines: unknown[][] } = recordingLog()
  readonly peer: PeerId = peerIdFromSeed(1)
  readonly other: PeerId = peerIdFromSeed(2)
  /** `lane` of every wake for `peer`. */
  readonly wakes: string[] = []
  /** What the connection manager is told: value of a tag, or undefined, by peer id. */
  readonly tags: Array<[string, number | undefined]> = []

  constructor (store: S, init: ServerInit = {}) {
    const sender = {
      wake: (peer: PeerId, lane: string) => {
        if (peer.equals(this.peer)) {
          this.wakes.push(lane)
        }
      }
    }

    const network = { tag: (peer: PeerId, tag: { value: number } | undefined) => { this.tags.push([peer.toString(), tag?.value]) } }

    this.store = store
    this.server = new Server({ blockstore: store, clock: this.clock, log: this.log, sender, network }, resolveServerOptions(init))
    this.server.start()
    this.server.peerConnected(this.peer)
    this.server.peerConnected(this.other)
  }

  /** The peer wants these; nobody waits until the store was asked. */
  wants (...wants: WantEntry[]): void {
    this.from(this.peer, { wants })
  }

  fullWants (...wants: WantEntry[]): void {
    this.from(this.peer, { full: true, wants })
  }

  cancels (...cancels: CID[]): void {
    this.from(this.peer, { cancels })
  }

  /** As {@link wants}; resolves when the store was asked, and is undefined when it has answered already. */
  asking (...wants: WantEntry[]): Promise<void> | undefined {
    return this.server.received(this.peer, { full: false, wants, cancels: [] })
  }

  /** A wantlist of any peer. */
  from (peer: PeerId, wantlist: Partial<Wantlist>): void {
    const pending = this.server.received(peer, { full: false, wants: [], cancels: [], ...wantlist })

    pending?.catch((error: unknown) => { throw error })
  }

  /** Takes the next message of blocks, which must be there at once. */
  envelope (peer: PeerId = this.peer): Envelope {
    const envelope = this.server.envelopeFor(peer)

    if (envelope == null || envelope instanceof Promise) {
      throw new Error('no message is ready')
    }

    return envelope
  }

  /** Takes and writes all there is for a peer, until there is no more or what is left is being read. */
  async deliver (peer: PeerId = this.peer): Promise<Delivered> {
    const delivered: Delivered = { haves: [], dontHaves: [], blocks: [], messages: [] }

    while (this.server.hasBlocks(peer)) {
      const envelope = await this.#take(peer)

      if (envelope == null) {
        break
      }

      delivered.blocks.push(...envelope.blocks.map(({ cid }) => cid))
      delivered.messages.push(envelope.blocks.reduce((sum, { bytes }) => sum + bytes.byteLength, 0))
      envelope.sent()
    }

    for (let presences = this.server.presencesFor(peer); presences != null; presences = this.server.presencesFor(peer)) {
      for (const { cid, type } of presences.presences) {
        (type === PresenceType.Have ? delivered.haves : delivered.dontHaves).push(cid)
      }

      presences.sent()
    }

    return delivered
  }

  /** The next message, or undefined when the store does not come up with it by itself. */
  async #take (peer: PeerId): Promise<Envelope | undefined> {
    const taken = this.server.envelopeFor(peer)
    let envelope: Envelope | undefined

    if (!(taken instanceof Promise)) {
      return taken
    }

    taken.then(value => { envelope = value }, (error: unknown) => { throw error })
    await this.clock.advance(0)

    return envelope
  }

  /** Lines of the log that mention the text. */
  logged (text: string): unknown[][] {
    return this.log.lines.filter(line => String(line[0]).includes(text))
  }
}

/** As strings, in an order that can be compared. */
export function names (cids: Iterable<CID>): string[] {
  return [...cids].map(cid => cid.toString()).sort((a, b) => a < b ? -1 : 1)
}
