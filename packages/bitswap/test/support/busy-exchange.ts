/**
 * An exchange with its hands full, for tests of what must hold meanwhile: some
 * wants are asked for, some wait for a peer or their turn, some are looked for,
 * some are being stored; and peers want things of it.
 */
import type { PeerId } from '@libp2p/interface'
import type { Block } from '../../src/api.ts'
import type { Exchange } from '../../src/bitswap.ts'
import type { ClientPeer } from '../../src/client/client-peer.ts'
import type { WantBoard } from '../../src/client/want-board.ts'
import type { Want, WantState } from '../../src/client/want.ts'
import { sleep } from '../../src/core/clock.ts'
import type { Account } from '../../src/server/account.ts'
import type { Request, RequestState } from '../../src/server/request.ts'
import type { ServerRun } from '../../src/server/server-run.ts'
import type { Instance, InstanceInit } from '../../src/testing/instance.ts'
import { randomBlocks } from '../../src/testing/random-blocks.ts'
import { VirtualNetwork } from '../../src/testing/virtual-network.ts'
import { WireCounter } from './wire-counter.ts'

const BLOCKS: readonly Block[] = await randomBlocks(90, { seed: 1, size: 3000 })
/** Few enough that all of them are reached. */
const LIMITS = { initialWindow: 4, maxLooking: 3, maxWantsPerPeer: 32, maxSearches: 2, refreshDelay: 400, maxRefreshDelay: 800 }

export class BusyExchange {
  readonly wire: WireCounter = new WireCounter()
  /** Not checked while it runs: tests break what must hold. */
  readonly net: VirtualNetwork = new VirtualNetwork({ latency: 15, segmentSize: 1000, window: 12000, maxWindow: 12000, check: false, observer: this.wire })
  readonly #init: InstanceInit
  #instances: Instance[] = []
  /** How many blocks came, to anybody. */
  arrived = 0

  constructor (init: InstanceInit = {}) {
    this.#init = init
  }

  /** The busy one: has the second third of the blocks, and wants the others. */
  get alice (): Instance {
    return this.#instances[0]
  }

  /** Has the first third, and wants the second. */
  get bob (): Instance {
    return this.#instances[1]
  }

  /** Has every third block of alice's, and wants all there are. */
  get carol (): Instance {
    return this.#instances[2]
  }

  get exchange (): Exchange {
    return this.alice.bitswap
  }

  get board (): WantBoard {
    return this.exchange.wantBoard
  }

  /** Starts them, and all that is wanted: blocks 60 to 89 are at nobody. */
  async start (): Promise<this> {
    const routing = { findProviders: () => this.#findProviders() }
    const [alice] = await this.net.instances(1, { store: { delay: 5 }, routing, ...this.#init, client: { ...LIMITS, ...this.#init.client } })
    const [bob] = await this.net.instances(1)
    const [carol] = await this.net.instances(1, { client: LIMITS })

    this.#instances = [alice, bob, carol]
    this.#instances.forEach(({ node }) => { this.wire.watch(node) })
    alice.hold(...BLOCKS.slice(30, 60))
    bob.hold(...BLOCKS.slice(0, 30))
    carol.hold(...BLOCKS.filter((_, index) => index % 3 === 0 && index < 60))
    this.net.connect(this.alice.node, this.bob.node)
    this.net.connect(this.alice.node, this.carol.node)
    this.net.connect(this.bob.node, this.carol.node)
    this.#want(this.alice, [...BLOCKS.slice(0, 30), ...BLOCKS.slice(60)])
    this.#want(this.bob, BLOCKS.slice(30, 60))
    this.#want(this.carol, BLOCKS)

    return this
  }

  /** Drives time until this holds. */
  async until (condition: () => boolean): Promise<this> {
    await this.net.clock.run(condition, { limit: 5000 })

    return this
  }

  /** Runs `look` whenever nothing is under way on any wire. Returns how often. */
  async atQuietMoments (look: () => void, until: number): Promise<number> {
    let quiet = 0

    await this.net.clock.run(() => {
      if (this.net.isQuiet) {
        quiet++
        look()
      }

      return this.net.clock.now() >= until
    })

    return quiet
  }

  /** Drives time until there is such a want, and returns it. */
  async want (which: WantState | ((want: Want) => boolean)): Promise<Want> {
    const find = (): Want | undefined => [...this.board.wants.values()].find(want => typeof which === 'string' ? want.state === which : which(want))

    await this.until(() => find() != null)

    return find() as Want
  }

  get run (): ServerRun {
    return this.exchange.books.server.run as ServerRun
  }

  /** Drives time until a peer has such a request, and returns it. */
  async request (which: RequestState | ((request: Request) => boolean)): Promise<Request> {
    const find = (): Request | undefined => [...this.run.engine.ledger.byPeer.values()].flatMap(({ requests }) => [...requests.values()])
      .find(request => typeof which === 'string' ? request.state === which : which(request))

    await this.until(() => find() != null)

    return find() as Request
  }

  account (instance: Instance): Account {
    return this.run.engine.ledger.byPeer.get(instance.peer.toString()) as Account
  }

  peer (instance: Instance): ClientPeer {
    return this.board.peers.get(instance.peer.toString()) as ClientPeer
  }

  #want ({ bitswap }: Instance, blocks: readonly Block[]): void {
    const all = async (): Promise<void> => {
      for await (const { cid } of bitswap.newSession().getBlocks(blocks.map(({ cid }) => cid))) {
        this.arrived += cid.version
      }
    }

    all().catch(() => undefined) // those that nobody has are given up with the instance
  }

  /** Takes its time, and is of no help. */
  async * #findProviders (): AsyncGenerator<{ id: PeerId, multiaddrs: [] }> {
    await sleep(this.net.clock, 200)
    yield { id: this.bob.peer, multiaddrs: [] }
  }
}
