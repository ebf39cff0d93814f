/** What a block costs to send, with few wants queued and many, few peers in turn and many, and few wants waiting for other blocks and many. */
import { randomBlocks } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap/message'
import type { Doing, Growth } from '../growth/times.ts'
import { Queued } from './queued.ts'
import { Waiting } from './waiting.ts'

/** Sent before they are wanted again. */
const SENT = 32

/** How often, in a round. */
const TIMES = 40

/** Arrive in a round. */
const ARRIVING = 20

/** Peers that wait for each block. */
const SHARED = 10

function sending (queued: Queued): Doing {
  let sent = 0

  return {
    round: () => {
      sent = 0

      for (let i = 0; i < TIMES; i++) {
        sent += queued.take(SENT)
        queued.refill()
      }
    },
    count: () => sent
  }
}

/** So many wants of a hundred peers wait for blocks that do not come, while others do. */
async function arriving (wants: number): Promise<Doing> {
  const waiting = new Waiting(100)
  const others = await randomBlocks(wants / SHARED, { size: 32 })
  let [blocks, seed]: [Block[], number] = [[], 1]

  waiting.want(others.map(({ cid }) => cid), SHARED)

  return {
    prepare: async () => {
      blocks = await randomBlocks(ARRIVING, { size: 256, seed: ++seed })
      waiting.want(blocks.map(({ cid }) => cid), SHARED)
    },
    round: () => { waiting.arrive(blocks) },
    count: () => ARRIVING
  }
}

export const serverGrowth: readonly Growth[] = [
  {
    what: 'a block is wanted and sent; wants of that peer in the queue',
    small: '256',
    large: '16384',
    limit: 6, // it is a heap, and what is in it does not stay in the processor's cache
    setUp: size => sending(new Queued(1, size === 'small' ? 256 : 16_384))
  },
  {
    what: 'a block is wanted and sent; peers with 64 wants in the queue',
    small: '2',
    large: '1000',
    limit: 3,
    setUp: size => sending(new Queued(size === 'small' ? 2 : 1000, 64))
  },
  {
    what: `a block arrives for ${SHARED} peers; wants that wait`,
    small: '1000',
    large: '64000',
    limit: 3,
    rounds: 25,
    setUp: async size => await arriving(size === 'small' ? 1000 : 64_000)
  }
]
