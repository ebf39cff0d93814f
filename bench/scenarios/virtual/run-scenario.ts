/**
 * What all scenarios have in common: fetching, with every block looked at;
 * waiting until the network is quiet; counting; and seeing to it that nothing
 * is left. And how one of boxo's is run.
 */
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance, InstancesInit } from 'ts-bitswap/testing'
import type { Block } from 'ts-bitswap'
import { bigBatch } from './fetch.ts'
import type { Fetch } from './fetch.ts'
import type { Row } from './matrix.ts'
import { ScenarioError } from './result.ts'
import type { Details, Figures, Result, Scenario } from './result.ts'

/** Longer than anything takes that is sent after the last block came, in milliseconds. */
const QUIET_AFTER = 30_000

/** A network that is still busy after so long will always be. */
const QUIET_LIMIT = 600_000

/**
 * Fetches in one session.
 *
 * @returns the time at which the last block had come
 * @throws ScenarioError when one has not, or is not what it should be
 */
export async function fetchBlocks (net: VirtualNetwork, fetcher: Instance, blocks: readonly Block[], fetch: Fetch = bigBatch): Promise<number> {
  const missing = new Map(blocks.map(({ cid, bytes }) => [cid.toString(), bytes]))

  await fetch(fetcher.bitswap.newSession(), blocks.map(({ cid }) => cid), (cid, bytes) => {
    const expected = missing.get(cid.toString())

    if (expected == null || Buffer.compare(expected, bytes) !== 0) {
      throw new ScenarioError(`${fetcher.name} was handed ${expected == null ? 'what it does not miss' : 'wrong bytes'} as ${cid}`)
    }

    missing.delete(cid.toString())
  })

  if (missing.size > 0) {
    throw new ScenarioError(`${fetcher.name} misses ${missing.size} of ${blocks.length} blocks`)
  }

  return net.clock.now()
}

/** Lets everything be sent that is still to be, cancels for instance. */
export async function settle (net: VirtualNetwork): Promise<void> {
  const limit = net.clock.now() + QUIET_LIMIT

  await net.advance(QUIET_AFTER)

  while (!net.isQuiet) {
    if (net.clock.now() > limit) {
      throw new ScenarioError(`something is under way ${QUIET_LIMIT / 1000} s after the end`)
    }

    await net.advance(1000)
  }
}

/**
 * Counts what a fetcher sent and received, on a network that is quiet.
 *
 * @param blocks - how many different ones have come to it
 * @throws ScenarioError when it counts otherwise itself, or when anything is left that it wants
 */
export function figuresOf (net: VirtualNetwork, fetcher: Instance, blocks: number): Figures {
  const sent = net.trace.traffic({ from: fetcher })
  const received = net.trace.traffic({ to: fetcher })
  const figures = {
    sent: sent.messages,
    received: received.messages,
    wants: sent.wantBlocks + sent.wantHaves,
    duplicates: received.blocks - blocks,
    blocks
  }
  const stat = fetcher.bitswap.stat()

  expectSame(`${fetcher.name}: messages sent`, stat.messagesSent, figures.sent)
  expectSame(`${fetcher.name}: messages received`, stat.messagesReceived, figures.received)
  expectSame(`${fetcher.name}: duplicates`, stat.dupBlksReceived, figures.duplicates)
  expectSame(`${fetcher.name}: blocks nobody wanted`, stat.unwantedBlocksReceived, 0)
  expectSame(`${fetcher.name}: wants at the end`, stat.wantlist.length, 0)

  for (const member of net.members) {
    expectSame(`wants of ${fetcher.name} at ${member.name}`, member.bitswap.wantlistForPeer(fetcher.peer).length, 0)
  }

  return figures
}

export function sumOf (figures: readonly Figures[]): Figures {
  const sum = (of: (figures: Figures) => number): number => figures.reduce((sum, figures) => sum + of(figures), 0)

  return {
    sent: sum(({ sent }) => sent),
    received: sum(({ received }) => received),
    wants: sum(({ wants }) => wants),
    duplicates: sum(({ duplicates }) => duplicates),
    blocks: sum(({ blocks }) => blocks)
  }
}

/** The name a scenario has, and the limit in seconds where there is one. */
export interface Header {
  name: string
  limit?: number
}

/** Of a scenario of our own, when the network has been closed. */
export function resultOf (net: VirtualNetwork, { name, limit }: Header, figures: Figures & { seconds: number }, details: Details): Result {
  return { ...figures, name, limit: limit ?? null, boxo: null, bytes: net.trace.traffic().bytes, details, hash: net.trace.hash }
}

export async function oneInstance (net: VirtualNetwork, init: InstancesInit = {}): Promise<Instance> {
  const [instance] = await net.instances(1, init)

  return instance as Instance
}

/** Connects each of the first with each of all. */
export function connectAll (net: VirtualNetwork, some: readonly Instance[], all: readonly Instance[] = some): void {
  for (const instance of some) {
    for (const other of all) {
      if (instance !== other) {
        net.connect(instance, other)
      }
    }
  }
}

/** Of boxo's scenarios. Sent, received, duplicates and blocks are those of the first fetcher, as in boxo. */
export function scenarioOf (row: Row): Scenario {
  return { name: row.name, run: async ({ seed }) => await runRow(row, seed) }
}

async function runRow (row: Row, seed: number): Promise<Result> {
  const net = new VirtualNetwork({ ...row.conditions, seed, trace: { maxEntries: 0 } })
  const fetchers = await net.instances(row.fetchers, { name: 'leech', connected: 'none' })
  const seeds = await net.instances(row.nodes - row.fetchers, { name: 'seed', connected: 'none', store: { delay: row.storeDelay } })
  const blocks = await createBlocks(row, seed)

  connectAll(net, row.mesh ? net.members : fetchers, net.members)
  row.distribute(seeds, blocks, net.random)

  await net.run(async () => { await Promise.all(fetchers.map(async fetcher => await fetchBlocks(net, fetcher, blocks, row.fetch))) })

  const seconds = net.clock.now() / 1000
  const atTheEnd = fetchers[0]?.bitswap.stat()
  const [first, ...others] = await countedAfter(net, fetchers, blocks.length) as [Figures, ...Figures[]]
  const late = {
    sent: first.sent - (atTheEnd?.messagesSent ?? 0),
    received: first.received - (atTheEnd?.messagesReceived ?? 0)
  }

  return {
    ...first,
    name: row.name,
    seconds,
    boxo: row.boxo,
    limit: row.limit,
    bytes: net.trace.traffic().bytes,
    details: {
      ...late.sent + late.received === 0 ? {} : { ofTheseAfterTheEnd: late },
      ...others.length === 0 ? {} : { duplicatesOfTheOthers: sumOf(others).duplicates }
    },
    hash: net.trace.hash
  }
}

/** Lets the network come to rest, counts, and closes it. */
export async function countedAfter (net: VirtualNetwork, fetchers: readonly Instance[], blocks: number): Promise<Figures[]> {
  await settle(net)
  const figures = fetchers.map(fetcher => figuresOf(net, fetcher, blocks))
  await net.close()

  return figures
}

async function createBlocks ({ blocks, rootSize, blockSize }: Row, seed: number): Promise<Block[]> {
  return [...await randomBlocks(1, { seed, size: rootSize }), ...await randomBlocks(blocks - 1, { seed: seed + 1, size: blockSize })]
}

function expectSame (what: string, actual: number, expected: number): void {
  if (actual !== expected) {
    throw new ScenarioError(`${what}: ${actual}, and should be ${expected}`)
  }
}
