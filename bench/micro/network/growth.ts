/** What a message costs that comes, with few peers connected and many, and with few streams of its peer open and many. */
import type { Doing, Growth } from '../growth/times.ts'
import { Talk } from './talk.ts'

/** In a round: as many as there are streams of many, so that each has its turn. */
const MESSAGES = 4000

async function talk (peers: number, streams: number): Promise<Talk> {
  return await new Talk(peers).start(streams)
}

function saying (say: () => void): Doing {
  return { round: say, count: () => MESSAGES }
}

export const networkGrowth: readonly Growth[] = [
  {
    what: 'a message comes; peers connected',
    small: '10',
    large: '1000',
    limit: 3,
    setUp: async size => {
      const table = await talk(size === 'small' ? 10 : 1000, 2)

      return saying(() => { table.say(MESSAGES) })
    }
  },
  {
    what: 'a message comes; streams of that peer open',
    small: '2',
    large: '1000',
    limit: 3,
    setUp: async size => {
      const table = await talk(1, size === 'small' ? 2 : 1000)

      return saying(() => { table.say(MESSAGES) })
    }
  },
  {
    what: 'a message comes on a stream of its own; others of that peer open',
    small: '2',
    large: '1000',
    limit: 3,
    setUp: async size => {
      const table = await talk(1, size === 'small' ? 2 : 1000)

      return saying(() => { table.sayOnNew(MESSAGES) })
    }
  }
]
