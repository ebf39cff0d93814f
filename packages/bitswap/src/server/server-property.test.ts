/**
 * Peers, a store and streams that do whatever a seed tells them, in any order:
 * whatever happens, no want is lost, nothing is sent that was not wanted, and in
 * the end nothing is left behind.
 */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { blockOf, cidOf, Serving, settled, SizingStore, SlowStore, wantBlock } from '../../test/support/serving.ts'
import { SeededRandom } from '../core/random.ts'
import type { Block, WantEntry } from '../message/message.ts'
import type { Delivery } from './block-lane.ts'

const BLOCKS = 20
const SIZES = [0, 1, 1024, 1025, 3000, 5000]
const LIMITS = {
  targetMessageSize: 4000,
  maxReadAheadPerPeer: 5000,
  maxReadAhead: 8000,
  maxReadsPerPeer: 3,
  maxConcurrentReads: 4,
  storeTimeout: 1000,
  storeAttempts: 2,
  storeRetryDelay: 100
}

interface Taken {
  peer: PeerId
  delivery: Delivery
  blocks: Block[]
  haves: CID[]
}

class Chaos {
  readonly random: SeededRandom
  readonly serving: Serving<SlowStore>
  /** What each peer wants by what it has said and was sent: CID to want. Undefined while it is not connected. */
  readonly #wanted: Map<PeerId, Map<string, WantEntry> | undefined> = new Map()
  readonly #underWay: Taken[] = []
  readonly #waiting: Set<PeerId> = new Set()
  bytesSent = 0

  constructor (seed: number) {
    this.random = new SeededRandom(seed)
    this.serving = new Serving<SlowStore>(seed % 2 === 0 ? new SlowStore() : new SizingStore(), LIMITS)

    for (const peer of [this.serving.peer, this.serving.other]) {
      this.#wanted.set(peer, new Map())
    }

    for (let block = 0; block < BLOCKS; block += 2) {
      this.serving.store.memory.put(this.#block(block))
    }
  }

  #block (block: number): Block {
    return blockOf(block, SIZES[block % SIZES.length])
  }

  #pick<T> (list: readonly T[]): T {
    return list[this.random.int(list.length)] as T
  }

  #entry (): WantEntry {
    return wantBlock(cidOf(this.random.int(BLOCKS)), {
      wantType: this.#pick(['block', 'have']),
      priority: this.random.int(3),
      sendDontHave: this.random.int(2) === 0
    })
  }

  async step (): Promise<void> {
    const peer = this.#pick([...this.#wanted.keys()])
    const steps: Array<() => void | Promise<void>> = [
      () => { this.#want(peer) },
      () => { this.#want(peer) },
      () => { this.#cancel(peer) },
      () => { this.#wantInFull(peer) },
      () => { this.#arrive() },
      () => { this.serving.store.memory.delete(cidOf(this.random.int(BLOCKS))) },
      () => { this.#takePresences(peer) },
      () => { this.#takeBlocks(peer) },
      () => { this.#takeBlocks(peer) },
      () => { this.#end() },
      () => { this.#end() },
      async () => { await this.serving.store.release(1 + this.random.int(3)) },
      async () => { await this.serving.store.release(1 + this.random.int(3)) },
      () => { this.serving.store.memory.failure = this.random.int(4) === 0 ? new Error('no disk') : undefined },
      async () => { await this.serving.clock.advance(this.random.int(400)) },
      () => { this.#reconnect(peer) }
    ]

    await this.#pick(steps)()
  }

  #want (peer: PeerId): void {
    const wants = Array.from({ length: 1 + this.random.int(4) }, () => this.#entry())

    this.serving.from(peer, { wants })
    wants.forEach(want => this.#wanted.get(peer)?.set(want.cid.toString(), want))
  }

  #wantInFull (peer: PeerId): void {
    const wants = Array.from({ length: this.random.int(9) }, () => this.#entry())

    this.serving.from(peer, { full: true, wants })

    if (this.#wanted.get(peer) != null) {
      this.#wanted.set(peer, new Map(wants.map(want => [want.cid.toString(), want])))
    }
  }

  #cancel (peer: PeerId): void {
    const cid = cidOf(this.random.int(BLOCKS))

    this.serving.from(peer, { cancels: [cid] })
    this.#wanted.get(peer)?.delete(cid.toString())
  }

  #arrive (): void {
    const block = this.#block(this.random.int(BLOCKS))

    this.serving.store.memory.put(block)
    this.serving.server.blocksArrived([this.random.int(2) === 0 ? block : { cid: block.cid }])
  }

  #reconnect (peer: PeerId): void {
    if (this.random.int(8) > 0) {
      return
    }

    if (this.#wanted.get(peer) == null) {
      this.serving.server.peerConnected(peer)
      this.#wanted.set(peer, new Map())
    } else {
      this.serving.server.peerDisconnected(peer)
      this.#wanted.set(peer, undefined)
    }
  }

  #takePresences (peer: PeerId): void {
    const delivery = this.serving.server.presencesFor(peer)

    if (delivery != null) {
      this.#underWay.push({ peer, delivery, blocks: [], haves: delivery.presences.filter(({ type }) => type === 'have').map(({ cid }) => cid) })
    }
  }

  /** One at a time, as the streams do. */
  #takeBlocks (peer: PeerId): void {
    if (this.#waiting.has(peer)) {
      return
    }

    this.#waiting.add(peer)
    void Promise.resolve(this.serving.server.envelopeFor(peer)).then(envelope => {
      this.#waiting.delete(peer)

      if (envelope != null) {
        const size = envelope.blocks.reduce((sum, { bytes }) => sum + bytes.byteLength, 0)
        assert.ok(envelope.blocks.length === 1 || (envelope.blocks.length > 1 && size <= LIMITS.targetMessageSize))
        this.#underWay.push({ peer, delivery: envelope, blocks: envelope.blocks, haves: [] })
      }
    }, (error: unknown) => { throw error })
  }

  #end (): void {
    const [taken] = this.#underWay.splice(this.random.int(Math.max(1, this.#underWay.length)), 1)

    if (taken == null) {
      return
    }

    if (this.random.int(3) === 0) {
      taken.delivery.lost(new Error('reset'))
    } else {
      this.#sent(taken)

      if (this.random.int(4) === 0) {
        taken.delivery.lost(new Error('reset soon after'))
      }
    }
  }

  #sent ({ peer, delivery, blocks, haves }: Taken): void {
    const wanted = this.#wanted.get(peer)

    delivery.sent()
    blocks.forEach(({ cid, bytes }) => {
      this.bytesSent += bytes.byteLength
      wanted?.delete(cid.toString())
    })
    haves.filter(cid => wanted?.get(cid.toString())?.wantType === 'have').forEach(cid => wanted?.delete(cid.toString()))
  }

  /** The store works, the streams work, and all happens that is going to. */
  async rest (): Promise<void> {
    const { store, clock, server } = this.serving

    store.memory.failure = undefined
    store.isOpen = true
    await store.release()
    await clock.run()
    // what was given up because the store failed is asked about again when it is announced
    server.blocksArrived(Array.from({ length: BLOCKS }, (_, block) => cidOf(block)).filter(cid => store.memory.has(cid)).map(cid => ({ cid })))

    for (let round = 0; round < 200; round++) {
      await settled()
      await clock.run()
      this.#underWay.splice(0).forEach(taken => { this.#sent(taken) })

      for (const peer of this.#wanted.keys()) {
        this.#takePresences(peer)
        this.#takeBlocks(peer)
      }
    }
  }

  check (): void {
    const { server, store, clock } = this.serving

    for (const [peer, wanted] of this.#wanted) {
      assert.deepEqual([server.hasBlocks(peer), server.hasPresences(peer)], [false, false], 'nothing is left that is due')
      const kept = new Set(server.wantlistForPeer(peer).map(({ cid }) => cid.toString()))

      for (const { cid } of server.wantlistForPeer(peer)) {
        assert.ok(!store.memory.has(cid), 'what is here was sent')
      }

      for (const want of wanted?.values() ?? []) {
        assert.ok(!store.memory.has(want.cid), 'what is here and wanted was sent')
        assert.ok(kept.has(want.cid.toString()), 'what is missing and wanted is remembered')
      }

      assert.ok(wanted != null || kept.size === 0, 'nothing is remembered of who left')
    }

    assert.equal(server.stats.dataSent, this.bytesSent)
    assert.equal(clock.pending, 0)
  }

  /** Nothing that happened holds up what comes next. */
  async checkLiveness (): Promise<void> {
    const { serving } = this
    const blocks = Array.from({ length: 30 }, (_, index) => blockOf(1000 + index, 3000))

    serving.store.memory.put(...blocks)

    for (const peer of this.#wanted.keys()) {
      serving.server.peerConnected(peer)
      serving.from(peer, { wants: blocks.map(({ cid }) => wantBlock(cid)) })
      await settled()
      assert.equal((await serving.deliver(peer)).blocks.length, blocks.length)
    }
  }
}

test('whatever happens, no want is lost and nothing is left behind', async () => {
  for (let seed = 0; seed < 60; seed++) {
    const chaos = new Chaos(seed)

    try {
      for (let step = 0; step < 250; step++) {
        await chaos.step()
      }

      await chaos.rest()
      chaos.check()
      await chaos.checkLiveness()
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause })
    }
  }
})
