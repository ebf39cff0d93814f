/** What is measured. All of it is data: how is in `measure/`, what has to come out in `bounds.ts`. */
import type { Way } from '../interop/harness/ways.ts'
import { firstByte } from './measure/first-byte.ts'
import { idlePeers } from './measure/idle-peers.ts'
import { chainFromKubo, chainFromOurs, requests } from './measure/one-by-one.ts'
import { bundleInOneFile, bundleWith, bundleWithout, startOfCommand, startOfNode } from './measure/package-cost.ts'
import { storeAlone } from './measure/store-alone.ts'
import { transfer } from './measure/transfer.ts'
import type { Transfer } from './measure/transfer.ts'
import { SideName } from './sides/side.ts'
import { Extent } from './suite/case.ts'
import type { Case, Column, Entry } from './suite/case.ts'

const { Ours, Helia, Kubo, Bare } = SideName
const { Quick, Usual, Full } = Extent

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB

const LIST: Way = { by: 'list' }
const SESSION: Way = { by: 'session' }
const WALK: Way = { by: 'walk' }

/** A row of the tables and how it is called there: from whom to whom. */
export const OURS = 'ours'
export const HELIA = '@helia/bitswap'
export const HELIA_SESSION = '@helia/bitswap, session'
export const HELIA_CAT = '@helia/bitswap, unixfs.cat'
export const KUBO = 'Kubo'
export const FROM_KUBO = 'Kubo → ours'
export const KUBO_IN_MEMORY = 'Kubo, repositories in memory'
export const TO_KUBO = 'ours → Kubo, repository in memory'
export const BARE_FROM_KUBO = 'Kubo → bare client'
export const RAW = [64, 256, 1024].map(piece => `bare stream, pieces of ${piece} KiB`)
/** With tls, and with V8, as ours has them. */
export const RAW_AS_OURS = 'bare stream as ours, pieces of 256 KiB'
export const FRAMED = 'bare stream as ours, framed and hashed'
export const KEPT = 'bare stream as ours, framed, hashed and kept'

const SPEED: Column = { figure: 'speed', title: 'MB/s', digits: 0 }
const TIME: Column = { figure: 'time', title: 'ms', digits: 2 }
const PROCESSOR: readonly Column[] = [
  { figure: 'leechCpu', title: 'client CPU, s/GB', digits: 1 },
  { figure: 'seedCpu', title: 'server CPU, s/GB', digits: 1 }
]
const COSTS: readonly Column[] = [
  ...PROCESSOR,
  { figure: 'leechMemory', title: 'client memory, MB/GB', digits: 0 },
  { figure: 'seedMemory', title: 'server memory, MB/GB', digits: 0 },
  { figure: 'messages', title: 'messages/block', digits: 2 },
  { figure: 'overhead', title: 'more bytes/block', digits: 0 }
]

function entry (name: string, plan: Transfer, extent?: Extent, more: Pick<Entry, 'timeout' | 'defect'> = {}): Entry {
  return { name, measure: transfer(plan), ...extent == null ? {} : { extent }, ...more }
}

/** MiB a side fetches of blocks of one size, so that it takes from one to three seconds. */
interface Sizes {
  wire: number
  ours: number
  helia: number
  kubo: number
  /** From Kubo, to ours or the bare client. @default as `kubo` */
  fromKubo?: number
  /** Where ours with Kubo, and the bare client, belong. */
  across: Extent
}

function bulk (name: string, chunkSize: number, { across, fromKubo, ...sizes }: Sizes, more: readonly Entry[] = []): Case {
  const of = (size: number): Transfer['content'] => ({ size: size * MIB, chunkSize })

  return {
    name,
    title: `Blocks of ${chunkSize / KIB} KiB, from one server to one client`,
    extent: Usual,
    columns: [SPEED, ...COSTS],
    own: OURS,
    charted: true,
    entries: [
      entry(OURS, { from: Ours, to: Ours, way: LIST, content: of(sizes.ours) }),
      entry(FRAMED, { from: Bare, to: Bare, way: { by: 'framed' }, content: of(sizes.wire), tuned: true }),
      entry(KEPT, { from: Bare, to: Bare, way: { by: 'kept' }, content: of(sizes.ours), tuned: true }, across),
      entry(HELIA, { from: Helia, to: Helia, way: LIST, content: of(sizes.helia) }),
      entry(KUBO, { from: Kubo, to: Kubo, way: LIST, content: of(sizes.kubo) }),
      entry(FROM_KUBO, { from: Kubo, to: Ours, way: LIST, content: of(fromKubo ?? sizes.kubo) }, across),
      entry(BARE_FROM_KUBO, { from: Kubo, to: Bare, way: LIST, content: of(fromKubo ?? sizes.kubo) }, across),
      entry(KUBO_IN_MEMORY, { from: Kubo, to: Kubo, way: LIST, content: of(sizes.kubo), kuboInMemory: true }, across),
      entry(TO_KUBO, { from: Ours, to: Kubo, way: LIST, content: of(sizes.kubo), kuboInMemory: true }, across),
      ...more
    ]
  }
}

function raw (size: number): Entry[] {
  return RAW.map((name, index) => entry(name, {
    from: Bare, to: Bare, way: { by: 'raw', piece: ([64, 256, 1024][index] ?? 0) * KIB }, content: { size, chunkSize: 256 * KIB }, usualTls: true
  }))
}

const BLOCKS_256K = { size: 256 * MIB, chunkSize: 256 * KIB }
const BLOCKS_64M = { size: 64 * MIB, chunkSize: 256 * KIB }

const bulks: Case[] = [
  {
    ...bulk('bulk-256k', 256 * KIB, { wire: 768, ours: 768, helia: 192, kubo: 384, across: Quick }, [
      ...raw(768 * MIB),
      entry('ours, V8 as it is', { from: Ours, to: Ours, way: LIST, content: { ...BLOCKS_256K, size: 512 * MIB }, tuned: false }, Usual),
      entry(RAW_AS_OURS, { from: Bare, to: Bare, way: { by: 'raw', piece: 256 * KIB }, content: { ...BLOCKS_256K, size: 1024 * MIB }, tuned: true }, Usual),
      entry('@helia/bitswap, V8 as ours', { from: Helia, to: Helia, way: LIST, content: { ...BLOCKS_256K, size: 128 * MIB }, tuned: true }, Full),
      entry(HELIA_SESSION, { from: Helia, to: Helia, way: SESSION, content: { ...BLOCKS_256K, size: 160 * MIB } }, Usual),
      entry(HELIA_CAT, { from: Helia, to: Helia, way: { by: 'cat' }, content: { ...BLOCKS_256K, size: 192 * MIB } }, Usual)
    ]),
    extent: Quick
  },
  bulk('bulk-1m', MIB, { wire: 768, ours: 512, helia: 128, kubo: 256, across: Full }),
  bulk('bulk-16k', 16 * KIB, { wire: 512, ours: 512, helia: 48, kubo: 64, fromKubo: 128, across: Usual }, [
    entry(HELIA_SESSION, { from: Helia, to: Helia, way: SESSION, content: { size: 32 * MIB, chunkSize: 16 * KIB } }, Full)
  ]),
  bulk('bulk-1k', KIB, { wire: 64, ours: 32, helia: 3, kubo: 8, across: Full })
]

const CHAIN = 1_000

const chain: Case = {
  name: 'chain',
  title: 'Blocks of 2 kB that each name the next, one after the other; for each block',
  extent: Quick,
  columns: [TIME],
  less: true,
  own: OURS,
  charted: true,
  entries: [
    { name: OURS, measure: chainFromOurs(CHAIN) },
    { name: 'bare request and answer', measure: requests(CHAIN) },
    { name: FROM_KUBO, measure: chainFromKubo(Ours, CHAIN) },
    { name: BARE_FROM_KUBO, measure: chainFromKubo(Bare, CHAIN) },
    { name: KUBO, measure: chainFromKubo(Kubo, CHAIN / 10) }
  ]
}

const first: Case = {
  name: 'first-byte',
  title: 'The first byte of a file of 1 GiB, from ours, of one who is connected',
  extent: Usual,
  columns: [TIME],
  less: true,
  own: OURS,
  entries: [
    { name: OURS, measure: firstByte(Ours, GIB, { warm: true }) },
    { name: 'ours, new process', measure: firstByte(Ours, GIB) },
    { name: 'bare round trip', measure: requests(500, 1_000) },
    { name: '@helia/bitswap, new process', measure: firstByte(Helia, GIB) },
    { name: 'Kubo, new process', measure: firstByte(Kubo, GIB) }
  ]
}

/** Of a session with several providers, with any number of gets at a time; when it works it takes a third of this. */
const HANGS = { defect: 'a session with several providers may hang (@helia/bitswap 4.0.19)', timeout: 8_000 }

const COPIES: Column = { figure: 'copies', title: 'copies of each block', digits: 2 }

const seeds: Case = {
  name: 'seeds',
  title: 'Blocks of 256 KiB, from several who all have them',
  extent: Usual,
  columns: [SPEED, COPIES, ...PROCESSOR],
  own: 'ours, 1 seed',
  entries: [1, 3, 8].flatMap(count => {
    const label = `${count} ${count === 1 ? 'seed' : 'seeds'}`
    const of = (side: SideName, way: Way, size: number): Transfer => ({ from: side, to: side, way, content: { ...BLOCKS_64M, size }, seeds: count })

    return [
      entry(`ours, ${label}`, of(Ours, LIST, 256 * MIB), count === 3 ? Quick : Usual),
      // an equal part from each
      ...count === 3 ? [] : [entry(`${KEPT}, ${label}`, { ...of(Bare, { by: 'kept' }, 256 * MIB), tuned: true })],
      entry(`@helia/bitswap, ${label}`, of(Helia, LIST, 32 * MIB), count === 8 ? Usual : Full),
      entry(`@helia/bitswap, session, ${label}`, of(Helia, SESSION, 32 * MIB), count === 8 ? Usual : Full, count > 1 ? HANGS : {}),
      entry(`Kubo, ${label}`, of(Kubo, LIST, 128 * MIB), Full)
    ]
  })
}

const leeches: Case = {
  name: 'leeches',
  title: 'Blocks of 256 KiB, from one to eight at a time; bytes of all of them',
  extent: Usual,
  columns: [SPEED, { figure: 'spread', title: 'slowest ÷ fastest, in time', digits: 2 }],
  own: OURS,
  entries: [
    entry(OURS, { from: Ours, to: Ours, way: LIST, content: { ...BLOCKS_64M, size: 32 * MIB }, leeches: 8 }),
    entry(HELIA, { from: Helia, to: Helia, way: LIST, content: { ...BLOCKS_64M, size: 16 * MIB }, leeches: 8 }),
    entry(KUBO, { from: Kubo, to: Kubo, way: LIST, content: { ...BLOCKS_64M, size: 32 * MIB }, leeches: 8 }, Full)
  ]
}

const FOLDER = { files: 10_000 }

const folder: Case = {
  name: 'folder',
  title: 'A folder of 10 000 files of up to 3 kB, everything below its root',
  extent: Usual,
  columns: [{ figure: 'seconds', title: 's', digits: 2 }, { figure: 'messages', title: 'messages/block', digits: 2 }],
  less: true,
  own: OURS,
  entries: [
    entry(OURS, { from: Ours, to: Ours, way: WALK, content: FOLDER }, Quick),
    entry(HELIA, { from: Helia, to: Helia, way: WALK, content: FOLDER }),
    entry(KUBO, { from: Kubo, to: Kubo, way: WALK, content: FOLDER }, Full),
    entry(FROM_KUBO, { from: Kubo, to: Ours, way: WALK, content: FOLDER }, Full)
  ]
}

const noise: Case = {
  name: 'noise',
  title: 'Blocks of 256 KiB with noise in place of tls',
  extent: Full,
  columns: [SPEED, ...COSTS],
  own: OURS,
  entries: [
    entry(OURS, { from: Ours, to: Ours, way: LIST, content: BLOCKS_256K, noise: true }),
    entry(FRAMED, { from: Bare, to: Bare, way: { by: 'framed' }, content: BLOCKS_256K, noise: true, tuned: true }),
    entry(HELIA, { from: Helia, to: Helia, way: LIST, content: { ...BLOCKS_256K, size: 128 * MIB }, noise: true })
  ]
}

const disk: Case = {
  name: 'disk',
  title: 'Blocks of 256 KiB, ours, kept on disk by both',
  extent: Full,
  columns: [SPEED, ...COSTS],
  own: OURS,
  entries: [
    entry(OURS, { from: Ours, to: Ours, way: LIST, content: BLOCKS_256K, disk: true }),
    entry('in memory', { from: Ours, to: Ours, way: LIST, content: BLOCKS_256K }),
    { name: 'the store alone', measure: storeAlone(BLOCKS_256K) }
  ]
}

/** 4 GiB onto a slow disk. In milliseconds. */
const PATIENCE = { timeout: 900_000 }

const memory: Case = {
  name: 'memory',
  title: '4 GiB in blocks of 256 KiB, ours kept on disk by both',
  extent: Full,
  columns: [SPEED, { figure: 'leechPeak', title: 'client peak, MB', digits: 0 }, { figure: 'seedPeak', title: 'server peak, MB', digits: 0 }],
  own: OURS,
  entries: [
    entry(OURS, { from: Ours, to: Ours, way: LIST, content: { ...BLOCKS_256K, size: 4 * GIB }, disk: true }, Full, PATIENCE),
    entry('bare stream', { from: Bare, to: Bare, way: { by: 'raw', piece: 256 * KIB }, content: { ...BLOCKS_256K, size: 4 * GIB }, usualTls: true }, Full, PATIENCE)
  ]
}

const IDLE = 1_000

const idle: Case = {
  name: 'idle-peers',
  title: 'Connected peers, 1000 of them, that ask for nothing; heap for each',
  extent: Usual,
  columns: [
    { figure: 'connected', title: 'KiB', digits: 2 },
    { figure: 'exchanged', title: 'KiB after a block each way, two streams kept', digits: 2 }
  ],
  less: true,
  own: OURS,
  entries: [
    { name: OURS, measure: idlePeers(IDLE) },
    { name: 'without Bitswap', measure: idlePeers(IDLE, { bare: true }) }
  ]
}

const start: Case = {
  name: 'start',
  title: 'The packed command: `bitswap --help`',
  extent: Quick,
  columns: [{ ...TIME, digits: 0 }],
  less: true,
  own: OURS,
  entries: [{ name: OURS, measure: startOfCommand }, { name: 'node -e 0', measure: startOfNode }]
}

const bundle: Case = {
  name: 'bundle',
  title: 'A bundle for the browser, minified and compressed: what is loaded at the start',
  extent: Quick,
  columns: [{ figure: 'size', title: 'KiB', digits: 1 }],
  less: true,
  own: 'libp2p and ours',
  entries: [
    { name: 'libp2p and ours', measure: bundleWith },
    { name: 'libp2p and ours, in one file', measure: bundleInOneFile },
    { name: 'libp2p', measure: bundleWithout }
  ]
}

export const CASES: readonly Case[] = [...bulks, chain, first, seeds, leeches, folder, noise, disk, memory, idle, start, bundle]
