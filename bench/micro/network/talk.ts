/** A messenger and peers that are connected and say something now and then; nobody answers. No streams but their readers; time stands still. */
import type { PeerId } from '@libp2p/interface'
import { encodeFrame } from 'ts-bitswap/message'
import { peerIdFromSeed, randomCid, VirtualClock } from 'ts-bitswap/testing'
import { SeededRandom } from '../../../packages/bitswap/src/core/random.ts'
import { Messenger } from '../../../packages/bitswap/src/network/messenger.ts'
import type { NetworkStream, StreamReader } from '../../../packages/bitswap/src/network/network.ts'
import { BitswapProtocol } from '../../../packages/bitswap/src/network/protocols.ts'
import { resolveNetworkOptions } from '../../../packages/bitswap/src/network/resolve-options.ts'
import { silentLogger } from '../../../packages/bitswap/src/testing/silent-logger.ts'

/** More than is said in all rounds: nobody is to be held up. */
const MUCH = 1_000_000_000

const WANT = { cid: randomCid(new SeededRandom(1)), priority: 1, wantType: 'block', sendDontHave: true } as const
const FRAME = encodeFrame({ full: false, wants: [WANT], cancels: [], blocks: [], presences: [], pendingBytes: 0 }, 'v1').subarray()

export class Talk {
  readonly #messenger: Messenger
  readonly #peers: readonly PeerId[]
  readonly #readers: StreamReader[] = []
  #next = 0
  /** Messages that came. */
  heard = 0

  constructor (peers: number) {
    this.#peers = Array.from({ length: peers }, (_, i) => peerIdFromSeed(i + 1))
    this.#messenger = new Messenger({ network: NOWHERE, clock: new VirtualClock(), logger: silentLogger() }, resolveNetworkOptions({ entryRate: MUCH, maxEntries: MUCH, totalEntryRate: MUCH }))
  }

  /** Each peer has so many streams open. */
  async start (streams: number): Promise<this> {
    await this.#messenger.start({
      peerConnected: () => {},
      peerDisconnected: () => {},
      peerUnreachable: () => {},
      messageReceived: () => { this.heard++ },
      hasOutgoing: () => false,
      takeOutgoing: () => undefined
    })

    for (const peer of this.#peers) {
      this.#messenger.peerConnected(peer, BitswapProtocol.V120)

      for (let i = 0; i < streams; i++) {
        this.#readers.push(this.#open(peer))
      }
    }

    return this
  }

  /** So many messages, each on the next of all streams. */
  say (count: number): void {
    for (let i = 0; i < count; i++) {
      this.#readers[this.#next++ % this.#readers.length]?.data(FRAME)
    }
  }

  /** So many messages, each on a new stream that ends with it. */
  sayOnNew (count: number): void {
    for (let i = 0; i < count; i++) {
      const reader = this.#open(this.#peers[this.#next++ % this.#peers.length] as PeerId)

      reader.data(FRAME)
      reader.ended()
      reader.closed()
    }
  }

  #open (peer: PeerId): StreamReader {
    const stream = new Silent()

    this.#messenger.streamOpened(peer, stream)

    if (stream.reader == null) {
      throw new Error('the stream was refused')
    }

    return stream.reader
  }
}

/** A stream that takes nothing. */
class Silent implements NetworkStream {
  readonly protocol = BitswapProtocol.V120
  readonly unsent = 0
  reader: StreamReader | undefined

  read (reader: StreamReader): void {
    this.reader = reader
  }

  send (): boolean {
    throw new Error('there is nothing to say')
  }

  async drained (): Promise<void> {}
  async close (): Promise<void> {}
  pause (): void {}
  resume (): void {}
  abort (): void {}
}

const NOWHERE = {
  self: peerIdFromSeed(0),
  start: async (): Promise<void> => {},
  stop: async (): Promise<void> => {},
  peers: (): PeerId[] => [],
  peersIdentified: (): undefined => {},
  openStream: nobody,
  connect: nobody,
  disconnect: (): void => {},
  tag: (): void => {}
}

async function nobody (): Promise<never> {
  throw new Error('nobody is there')
}
