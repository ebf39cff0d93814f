/**
 * What a stream costs that a peer opens for one message and ends, both ends and
 * the agreeing on it, with few others of the connection open and as many as Kubo
 * keeps. (libp2p looks through all that are open for each frame.)
 */
import type { Growth } from '../growth/times.ts'
import { Ends } from './ends.ts'

/** In a round. */
const STREAMS = 60

export const muxingGrowth: readonly Growth[] = [
  {
    what: 'a stream is agreed on, and ends; others of that connection open',
    small: '2',
    large: '240',
    limit: 3,
    setUp: async size => {
      const ends = new Ends()

      await ends.open(size === 'small' ? 2 : 240)

      return {
        prepare () {
          ends.agreed = 0
        },
        async round () {
          for (const stream of await ends.open(STREAMS)) {
            stream.abort(new Error('it is over'))
          }

          await ends.deliver()
        },
        count () {
          if (ends.agreed !== STREAMS) {
            throw new Error(`${ends.agreed} streams were agreed on of ${STREAMS}`)
          }

          return STREAMS
        }
      }
    }
  }
]
