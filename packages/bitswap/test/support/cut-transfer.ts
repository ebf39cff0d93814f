/**
 * Blocks that one peer sends to another, whose connection or streams are cut once
 * at some point, or not at all. All must come, what each has counted must be
 * what was written and what came, and none of it may take long.
 */
import assert from 'node:assert/strict'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance, NetworkConditionsInit } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap'
import type { NetworkInit } from '../../src/network/options.ts'
import type { ServerInit } from '../../src/server/options.ts'
import { collect } from './collect.ts'
import { WrittenBlocks } from './written-blocks.ts'

const LATENCY = 10

const BLOCKS: readonly Block[] = await randomBlocks(12, { size: 20_000 })

/** Of all these blocks. */
const BYTES = 12 * 20_000

export interface CutSetting {
  name: string
  conditions: NetworkConditionsInit
  server: ServerInit
  network: NetworkInit
  storeDelay: number
}

export const CUT_SETTINGS: readonly CutSetting[] = [
  { name: 'a thin line', conditions: { rate: 2_000_000 }, server: {}, network: {}, storeDelay: 0 },
  { name: 'windows smaller than a message', conditions: { window: 32_768, maxWindow: 32_768, segmentSize: 8192 }, server: {}, network: { pieceSize: 10_000 }, storeDelay: 0 },
  { name: 'a slow disk and large messages', conditions: { rate: 4_000_000, segmentSize: 6000, streamRoundTrips: 0 }, server: { targetMessageSize: 1_000_000 }, network: {}, storeDelay: 7 }
]

/** What a cut costs at the least, in milliseconds: until the two are connected again, or a stream that failed is opened again, by default. */
const PAUSES = { disconnect: 40, blink: 0, reset: 100, cut: 100 } as const

/** What is done once: to the connection, which a blink gives back at once, or to its streams. */
export interface Cut {
  how: keyof typeof PAUSES
  /** After the last of so many of these. A `cut` is after bytes. */
  after: number
  unit: keyof Transferred
}

export interface Transferred {
  /** That arrived at either of the two. */
  segments: number
  /** That came from the one who sends blocks. */
  bytes: number
  /** Times there was room again for what it had to send. */
  rooms: number
  /** That it took, in milliseconds. */
  time: number
}

/** @throws AssertionError when a block is wrong or missing, something is counted that was not written, or it took too long */
export async function survive (setting: CutSetting, cut: Cut, whole: Transferred): Promise<void> {
  const { time } = await transfer(setting, cut)
  // no more than to begin anew
  const most = 2 * whole.time + PAUSES[cut.how]

  assert.ok(time <= most, `${cut.how} after ${cut.after} ${cut.unit}: ${time} ms, over ${most} ms`)
}

/** @throws AssertionError as {@link survive} */
export async function transfer (setting: CutSetting, cut?: Cut): Promise<Transferred> {
  return await new Transfer(setting, cut).run()
}

class Transfer {
  readonly #setting: CutSetting
  readonly #cut: Cut | undefined
  readonly #transferred: Transferred = { segments: 0, bytes: 0, rooms: 0, time: 0 }
  readonly #net: VirtualNetwork
  /** What the one has sent and the other received at the cut: nothing that is on its way arrives any more. */
  #before = { sent: 0, received: 0 }

  constructor (setting: CutSetting, cut: Cut | undefined) {
    this.#setting = setting
    this.#cut = cut
    this.#net = new VirtualNetwork({
      latency: LATENCY,
      ...setting.conditions,
      trace: { maxEntries: 0 },
      observer: {
        bytesArrived: ({ from, bytes }) => {
          this.#transferred.bytes += this.#giver.peer.equals(from) ? bytes.length : 0

          if (this.#isTimeFor('segments')) {
            this.#net.clock.soon(() => { this.#strike() })
          }
        }
      }
    })
  }

  async run (): Promise<Transferred> {
    const { server, network, storeDelay } = this.#setting
    await this.#net.instances(1)
    await this.#net.instances(1, { server, network, store: { delay: storeDelay } })
    const [net, taker, giver] = [this.#net, this.#taker, this.#giver]
    const written = new WrittenBlocks(giver.node)

    written.onRoom = () => {
      if (this.#isTimeFor('rooms')) {
        this.#strike()
      }
    }
    net.clock.watch(() => { this.#requireWritten(written) })
    net.connect(taker, giver)
    giver.hold(...BLOCKS)

    if (this.#cut?.how === 'cut') {
      net.faults.cutStream(giver, taker, this.#cut.after)
    }

    this.#requireBlocks(await net.run(collect(taker.bitswap.getBlocks(BLOCKS.map(({ cid }) => cid)))))
    this.#transferred.time = net.clock.now()
    await net.advance(2000)
    this.#requireCounted()
    await net.close()

    return this.#transferred
  }

  get #taker (): Instance {
    return this.#net.members[0] as Instance
  }

  get #giver (): Instance {
    return this.#net.members[1] as Instance
  }

  /** One more of these. */
  #isTimeFor (unit: 'segments' | 'rooms'): boolean {
    return ++this.#transferred[unit] === this.#cut?.after && this.#cut.unit === unit
  }

  #strike (): void {
    const [net, taker, giver] = [this.#net, this.#taker, this.#giver]
    const { how } = this.#cut as Cut

    this.#before = { sent: giver.bitswap.stat().dataSent, received: taker.bitswap.stat().dataReceived }

    if (how === 'reset') {
      net.faults.resetStreams(taker, giver)
    } else {
      net.disconnect(taker, giver)
      assert.deepEqual(giver.bitswap.wantlistForPeer(taker.peer), [])
      net.clock.timer(PAUSES[how], () => { net.connect(taker, giver) })
    }
  }

  /** At all times. */
  #requireWritten ({ bytes, count }: WrittenBlocks): void {
    const { dataSent, blocksSent } = this.#giver.bitswap.stat()

    assert.deepEqual([dataSent, blocksSent], [bytes, count])
    assert.equal(this.#giver.bitswap.ledgerForPeer(this.#taker.peer)?.sent ?? 0, bytes)
    assert.ok(this.#taker.bitswap.stat().dataReceived <= bytes)
  }

  #requireBlocks (got: readonly Block[]): void {
    const byName = new Map(got.map(({ cid, bytes }) => [cid.toString(), bytes]))

    assert.equal(got.length, BLOCKS.length)
    BLOCKS.forEach(({ cid, bytes }) => { assert.deepEqual(byName.get(cid.toString()), bytes) })
  }

  /** When it is over: what was cut off is all that was sent and did not come. */
  #requireCounted (): void {
    const [{ bitswap: taker, peer: takerId }, { bitswap: giver, peer: giverId }] = [this.#taker, this.#giver]
    const { dataReceived, dupDataReceived, unwantedDataReceived } = taker.stat()

    assert.equal(dataReceived - dupDataReceived - unwantedDataReceived, BYTES)
    assert.equal(taker.ledgerForPeer(giverId)?.received, BYTES)
    assert.deepEqual(giver.wantlistForPeer(takerId), [])

    switch (this.#cut?.how) {
      case 'cut': // what is on other streams arrives all the same
        break
      case 'reset': // what was written shortly before is written again
        assert.equal(dataReceived - this.#before.received, giver.stat().dataSent - this.#before.sent)
        break
      default:
        assert.equal(dataReceived - this.#before.received, giver.stat().dataSent - this.#before.sent)
        assert.equal(dataReceived, BYTES)
    }
  }
}
