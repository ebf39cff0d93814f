/** What a want costs among few wants and many, with few peers connected and many. */
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { BitswapRouting } from 'ts-bitswap'
import type { Block } from 'ts-bitswap/message'
import { peerIdFromSeed, randomBlocks, randomCid } from 'ts-bitswap/testing'
import { SeededRandom } from '../../../packages/bitswap/src/core/random.ts'
import type { Doing, Growth } from '../growth/times.ts'
import { RawPeers } from './raw-peers.ts'

/** Opened or received in a round: no more than may be asked of everybody at once. */
const BATCH = 50

/** Fetched in a round, by one call. */
const FETCHED = 200

/** Searched for in a round. */
const SEARCHED = 50

/** Routing that names nobody. */
const NOBODY: BitswapRouting = { async * findProviders () {} }

const random = new SeededRandom(1)
let seed = 0

async function newBlocks (count: number): Promise<Block[]> {
  return await randomBlocks(count, { seed: ++seed, size: 32 })
}

/** Ten peers, and wants that nobody has. */
function opened (count: number): RawPeers {
  const table = new RawPeers(10)

  while (table.wants < count) {
    table.open(Array.from({ length: BATCH }, () => randomCid(random)))
  }

  return table
}

/** So many wants, of as many sessions or of few, which all are to ask one peer. */
const EXPECTING = 4000

/** Tables of so many wants, for all that is measured on them. */
const tables: Partial<Record<'small' | 'large', RawPeers>> = {}

function amongWants (what: string, doing: (table: RawPeers) => Doing): Growth {
  return {
    what: `${what}; wants open`,
    small: '1000',
    large: '64000',
    limit: 3,
    rounds: 25,
    setUp: size => doing(tables[size] ??= opened(size === 'small' ? 1000 : 64_000))
  }
}

function amongPeers (what: string, doing: (table: RawPeers) => Doing): Growth {
  return {
    what: `${what}; peers connected`,
    small: '10',
    large: '1000',
    limit: 3,
    setUp: size => doing(new RawPeers(size === 'small' ? 10 : 1000))
  }
}

export const clientGrowth: readonly Growth[] = [
  amongWants('a want is opened, and refused by ten peers', table => {
    let blocks: Block[] = []

    return {
      prepare: async () => {
        await table.receive(table.peers[0] as PeerId, blocks)
        blocks = await newBlocks(BATCH)
      },
      round: () => { table.open(blocks.map(({ cid }) => cid)) },
      count: () => BATCH
    }
  }),
  amongWants('a block is received', table => {
    let blocks: Block[] = []

    return {
      prepare: async () => {
        blocks = await newBlocks(BATCH)
        table.open(blocks.map(({ cid }) => cid))
      },
      round: async () => { await table.receive(table.peers[0] as PeerId, blocks) },
      count: () => BATCH
    }
  }),
  amongPeers('a want is refused by one peer of all', table => {
    let [before, blocks]: [number, Block[]] = [0, []]

    return {
      prepare: async () => {
        // what was asked for in vain is not asked for any more
        await table.receive(table.peers[0] as PeerId, blocks)
        blocks = await newBlocks(BATCH)
        before = table.sent.wants
      },
      round: () => { table.open(blocks.map(({ cid }) => cid)) },
      count: () => table.sent.wants - before
    }
  }),
  amongPeers('a block is fetched in a session that has peers', table => {
    let blocks: Block[] = []

    return {
      prepare: async () => {
        blocks = await newBlocks(FETCHED)
        table.hold(blocks)
      },
      round: async () => { await table.fetch(blocks.map(({ cid }) => cid)) },
      count: () => FETCHED
    }
  }),
  {
    what: 'a want is opened, and routing names nobody for it; wants of its session',
    small: '100',
    large: '20000',
    limit: 3,
    rounds: 25,
    setUp: async size => {
      const table = new RawPeers(0, { routing: NOBODY })
      const session = table.client.newSession()
      let cids: CID[] = []
      const search = async (count: number): Promise<void> => {
        cids = Array.from({ length: count }, () => randomCid(random))
        cids.forEach(cid => { session.getBlock(cid).catch(() => undefined) })
        await table.clock.advance(0)
      }

      await search(size === 'small' ? 100 : 20_000)
      cids = []

      return {
        prepare: () => { session.cancelWants(cids) },
        round: async () => { await search(SEARCHED) },
        count: () => SEARCHED
      }
    }
  },
  {
    what: 'a peer comes back, and refuses a want of a session that expects it; such sessions',
    small: '10',
    large: EXPECTING.toString(),
    limit: 3,
    rounds: 9,
    setUp: size => {
      const [table, peer] = [new RawPeers(1), peerIdFromSeed(1, 1)]
      const sessions = Array.from({ length: size === 'small' ? 10 : EXPECTING }, () => table.client.newSession({ providers: [peer] }))

      for (let i = 0; i < EXPECTING; i++) {
        sessions[i % sessions.length]?.getBlock(randomCid(random)).catch(() => undefined)
      }

      table.talk()

      return {
        prepare: () => { table.leave(peer) },
        round: () => { table.connect(peer) },
        count: () => EXPECTING
      }
    }
  }
]
