/** What has to come out, of the cases in `cases.ts`. Data; `suite/bounds.ts` checks it. */
import { BARE_FROM_KUBO, FROM_KUBO, HELIA, HELIA_CAT, HELIA_SESSION, KUBO, KUBO_IN_MEMORY, OURS, RAW, TO_KUBO } from './cases.ts'
import type { Bound, Measured } from './suite/bounds.ts'

type Limit = Omit<Bound, 'says' | 'of'>

/** 100 MiB. */
const MEMORY = 104.8576

const speed = (name: string, ...entries: string[]): Measured[] => entries.map(entry => ({ case: name, entry, figure: 'speed' }))
const time = (name: string, ...entries: string[]): Measured[] => entries.map(entry => ({ case: name, entry, figure: 'time' }))

/** A limit on the first of what is measured. */
function bound (says: string, [of]: Measured[], limit: Limit): Bound {
  if (of == null) {
    throw new RangeError(`nothing is bound: ${says}`)
  }

  return { says, of, ...limit }
}

const wire = speed('bulk-256k', ...RAW)

const bulk: Bound[] = [
  bound('256 KiB: ours ÷ the best bare stream', speed('bulk-256k', OURS), { largest: wire, atLeast: 0.8 }),
  bound('256 KiB: ours ÷ @helia/bitswap at its best', speed('bulk-256k', OURS), { largest: speed('bulk-256k', HELIA, HELIA_SESSION), atLeast: 2.5 }),
  bound('256 KiB: ours ÷ @helia/bitswap, unixfs.cat', speed('bulk-256k', OURS), { largest: speed('bulk-256k', HELIA_CAT), atLeast: 4 }),
  bound('256 KiB: ours ÷ Kubo', speed('bulk-256k', OURS), { largest: speed('bulk-256k', KUBO), atLeast: 1.2 }),
  bound('16 KiB: ours ÷ the best bare stream', speed('bulk-16k', OURS), { largest: wire, atLeast: 0.6 }),
  bound('16 KiB: ours ÷ @helia/bitswap', speed('bulk-16k', OURS), { largest: speed('bulk-16k', HELIA), atLeast: 5 }),
  bound('16 KiB: ours ÷ Kubo', speed('bulk-16k', OURS), { largest: speed('bulk-16k', KUBO), atLeast: 2 }),
  bound('1 KiB: ours ÷ @helia/bitswap', speed('bulk-1k', OURS), { largest: speed('bulk-1k', HELIA), atLeast: 5 }),
  bound('1 KiB: ours ÷ Kubo', speed('bulk-1k', OURS), { largest: speed('bulk-1k', KUBO), atLeast: 2 })
]

const kubo: Bound[] = [
  bound('256 KiB: ours from Kubo ÷ Kubo from Kubo', speed('bulk-256k', FROM_KUBO), { largest: speed('bulk-256k', KUBO), atLeast: 0.9 }),
  bound('16 KiB: ours from Kubo ÷ Kubo from Kubo', speed('bulk-16k', FROM_KUBO), { largest: speed('bulk-16k', KUBO), atLeast: 0.8 }),
  bound('256 KiB: ours from Kubo ÷ the bare client', speed('bulk-256k', FROM_KUBO), { largest: speed('bulk-256k', BARE_FROM_KUBO), atLeast: 0.85 }),
  bound('16 KiB: ours from Kubo ÷ the bare client', speed('bulk-16k', FROM_KUBO), { largest: speed('bulk-16k', BARE_FROM_KUBO), atLeast: 0.85 }),
  // how fast Kubo writes to its disk says nothing of who sends
  bound('256 KiB: Kubo from ours ÷ Kubo from Kubo', speed('bulk-256k', TO_KUBO), { largest: speed('bulk-256k', KUBO_IN_MEMORY), atLeast: 1 }),
  bound('16 KiB: Kubo from ours ÷ Kubo from Kubo', speed('bulk-16k', TO_KUBO), { largest: speed('bulk-16k', KUBO_IN_MEMORY), atLeast: 1 })
]

const waits: Bound[] = [
  bound('chain: ours ÷ a bare request and answer', time('chain', OURS), { largest: time('chain', 'bare request and answer'), atMost: 3 }),
  bound('chain: ours ÷ Kubo', time('chain', OURS), { largest: time('chain', KUBO), atMost: 0.05 }),
  bound('chain: ours from Kubo ÷ the bare client', time('chain', FROM_KUBO), { largest: time('chain', BARE_FROM_KUBO), atMost: 1.5 }),
  bound('first byte: ours − 5 bare round trips, ms', time('first-byte', OURS), { largest: time('first-byte', 'bare round trip'), minus: 5, atMost: 5 }),
  bound('first byte: ours in a new process, ms', time('first-byte', 'ours, new process'), { atMost: 50 })
]

const several: Bound[] = [
  bound('8 seeds: copies of each block', [{ case: 'seeds', entry: 'ours, 8 seeds', figure: 'copies' }], { atMost: 1.02 }),
  bound('8 seeds: ours ÷ ours from 1 seed', speed('seeds', 'ours, 8 seeds'), { largest: speed('seeds', 'ours, 1 seed'), atLeast: 0.8 })
]

const stores: Bound[] = [
  bound('on disk: ours ÷ the slower of in memory and the store alone', speed('disk', OURS), { smallest: speed('disk', 'in memory', 'the store alone'), atLeast: 0.8 }),
  ...['leechPeak', 'seedPeak'].map(figure => bound(
    `4 GiB on disk: peak of the ${figure === 'seedPeak' ? 'server' : 'client'} − that of the bare stream, MB`,
    [{ case: 'memory', entry: OURS, figure }],
    { largest: [{ case: 'memory', entry: 'bare stream', figure }], minus: 1, atMost: MEMORY }
  ))
]

const peers: Bound[] = [
  bound('idle peers: heap for each − without Bitswap, KiB', [{ case: 'idle-peers', entry: OURS, figure: 'connected' }], {
    largest: [{ case: 'idle-peers', entry: 'without Bitswap', figure: 'connected' }], minus: 1, atMost: 8
  })
]

const packages: Bound[] = [
  bound('bitswap --help − node -e 0, ms', time('start', OURS), { largest: time('start', 'node -e 0'), minus: 1, atMost: 150 }),
  bound('bundle with ours − with libp2p alone, KiB', [{ case: 'bundle', entry: 'libp2p and ours', figure: 'size' }], {
    largest: [{ case: 'bundle', entry: 'libp2p', figure: 'size' }], minus: 1, atMost: 60
  })
]

export const BOUNDS: readonly Bound[] = [...bulk, ...kubo, ...waits, ...several, ...stores, ...peers, ...packages]
