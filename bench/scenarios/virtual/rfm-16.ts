/**
 * Finding blocks among many peers, after ProbeLab's RFM-16 (Kubo, 2022): one
 * leech with 850 connected peers, blocks at one to three of them, some peers far
 * more likely to have them than others. Kubo sent 1714 messages for a block,
 * and had 93.65 % of those there were within 1 s, 98.37 % within 15 s.
 *
 * One block after the other, each in a session of its own, as requests of a
 * gateway that have nothing to do with each other: 80 to learn from, then 40
 * that are measured (in full 200 and 1000). Round trips are 60, 200 or 800 ms, by
 * shares of 40, 30 and 30 %: boxo's clusters, which there are one way, but three
 * of four of RFM-16's blocks had come within 200 ms. `RFM-16-Routing` has a
 * routing besides that names the holders after 600 ms. The size of blocks is ours.
 *
 * A step is a wave of WANT-HAVEs for a block, as it is seen on the wire: those
 * that were decided on at one moment, which follows from when each arrived, for
 * the latency of each peer is known. The first wave with a holder in it is the
 * step in which a block was found.
 */
import { WantType } from 'ts-bitswap'
import type { Block } from 'ts-bitswap'
import { internetLatency, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance, VirtualRouting } from 'ts-bitswap/testing'
import type { Random } from './distribute.ts'
import { percentile, round, ScenarioError } from './result.ts'
import type { Details, Figures, Scenario } from './result.ts'
import { figuresOf, oneInstance, resultOf, settle } from './run-scenario.ts'

const PEERS = 850

/** How many blocks there are to learn from, and how many are measured: each costs a quarter of a second of real time. */
const BLOCKS = { learning: 80, measured: 40 }
const BLOCKS_IN_FULL = { learning: 200, measured: 1000 }

const SIZE = 8000

/** Milliseconds after which RFM-16 gave a block up. */
const LIMIT = 15_000

/** Milliseconds until routing answers. */
const ROUTING_DELAY = 600

/** So many of the peers, the most popular first, are so many in a thousand of the holders. */
const POPULARITY: ReadonlyArray<readonly [peers: number, share: number]> = [
  [1, 106], [3, 257], [5, 379], [10, 581], [20, 754], [50, 844], [361, 985], [723, 1000]
]

/** WANT-HAVEs that are no further apart are one wave, in milliseconds. */
const WAVE_GAP = 20

interface Sought {
  block: Block
  /** Ids of the peers that have it. */
  holders: ReadonlySet<string>
}

interface Found {
  sought: Sought
  /** Milliseconds; undefined when it did not come in time. */
  time: number | undefined
}

interface World {
  net: VirtualNetwork
  leech: Instance
  peers: Instance[]
  /** One way to each peer, by id. */
  latencies: Map<string, number>
  routing: VirtualRouting | undefined
}

/** Which of the peers, by popularity, one more holder is. */
export function drawHolder (random: Random): number {
  const share = random.int(1000)
  const bracket = POPULARITY.findIndex(([, cumulative]) => share < cumulative)
  const [first] = POPULARITY[bracket - 1] ?? [0]
  const [end] = POPULARITY[bracket] as readonly [number, number]

  return first + random.int(end - first)
}

async function createWorld (seed: number, routed: boolean): Promise<World> {
  const net = new VirtualNetwork({ seed, trace: { maxEntries: Infinity } })
  const routing = routed ? net.routing({ delay: ROUTING_DELAY }) : undefined
  const leech = await oneInstance(net, { name: 'leech', ...routing == null ? {} : { routing } })
  const peers = await net.instances(PEERS, { name: 'peer', connected: 'none' })
  const latencies = new Map<string, number>()
  const roundTrip = internetLatency()

  for (const peer of peers) {
    const latency = roundTrip.draw(net.random) / 2

    latencies.set(peer.peer.toString(), latency)
    net.connect(leech, peer, { latency })
  }

  return { net, leech, peers, latencies, routing }
}

function place (block: Block, { net, peers, routing }: World): Sought {
  const count = 1 + net.random.int(3)
  const holders = new Set<Instance>()

  while (holders.size < count) {
    holders.add(peers[drawHolder(net.random)] as Instance)
  }

  holders.forEach(holder => holder.hold(block))
  routing?.add(block.cid, ...holders)

  return { block, holders: new Set([...holders].map(({ peer }) => peer.toString())) }
}

async function find (sought: Sought, { net, leech }: World): Promise<Found> {
  const controller = new AbortController()
  const start = net.clock.now()
  const cancel = net.clock.timer(LIMIT, () => { controller.abort() })
  const session = leech.bitswap.newSession()

  try {
    const bytes = await session.getBlock(sought.block.cid, { signal: controller.signal })

    if (Buffer.compare(bytes, sought.block.bytes) !== 0) {
      throw new ScenarioError(`wrong bytes came as ${sought.block.cid}`)
    }

    return { sought, time: net.clock.now() - start }
  } catch (error) {
    if (!controller.signal.aborted) {
      throw error
    }

    return { sought, time: undefined }
  } finally {
    session.close()
    cancel()
  }
}

async function findAll (blocks: readonly Block[], world: World): Promise<Found[]> {
  const found: Found[] = []

  await world.net.run(async () => {
    for (const block of blocks) {
      found.push(await find(place(block, world), world))
    }
  }, { limit: blocks.length * LIMIT * 2 })
  await settle(world.net)

  return found
}

/** When each peer was asked whether it has each block, by CID and peer: the latency taken off, and that of opening a stream for it. */
function askedTimes ({ net, leech, latencies }: World, since: number): Map<string, Map<string, number>> {
  const times = new Map<string, Map<string, number>>()
  const streams = new Set<number>()

  for (const { time, to, stream, wants } of net.trace.messages({ from: leech })) {
    const latency = latencies.get(to.toString()) ?? 0
    const opening = streams.has(stream) ? 0 : 2 * latency

    streams.add(stream)

    for (const { cid, wantType } of wants) {
      if (wantType === WantType.Have && time >= since) {
        const ofCID = times.get(cid.toString()) ?? new Map<string, number>()

        times.set(cid.toString(), ofCID)
        ofCID.set(to.toString(), Math.min(time - latency - opening, ofCID.get(to.toString()) ?? Infinity))
      }
    }
  }

  return times
}

/** The wave, from 1, that had a holder in it first; 0 when none had. */
export function stepOf (asked: ReadonlyMap<string, number>, holders: ReadonlySet<string>): number {
  let [step, last] = [0, -Infinity]

  for (const [peer, time] of [...asked].sort(([, a], [, b]) => a - b)) {
    step += time - last > WAVE_GAP ? 1 : 0
    last = time

    if (holders.has(peer)) {
      return step
    }
  }

  return 0
}

function detailsOf (world: World, found: readonly Found[], since: number): Details {
  const asked = askedTimes(world, since)
  const steps = found.map(({ sought: { block, holders } }) => stepOf(asked.get(block.cid.toString()) ?? new Map<string, number>(), holders))
  const times = found.map(({ time = Infinity }) => time)
  const share = (count: number): number => round(count / found.length, 4)
  const within = (limit: number): number => share(times.filter(time => time <= limit).length)
  const ofStep = (least: number, most: number): number => share(steps.filter(step => step >= least && step <= most).length)

  return {
    foundInFirstStep: ofStep(1, 1),
    foundByTheSecond: ofStep(1, 2),
    foundByTheThird: ofStep(1, 3),
    foundInNoStep: ofStep(0, 0),
    within1s: within(1000),
    within15s: within(LIMIT),
    medianMilliseconds: round(percentile(times, 50), 1),
    percentile95Milliseconds: round(percentile(times, 95), 1)
  }
}

function difference (after: Figures, before: Figures): Figures {
  return {
    sent: after.sent - before.sent,
    received: after.received - before.received,
    wants: after.wants - before.wants,
    duplicates: after.duplicates - before.duplicates,
    blocks: after.blocks - before.blocks
  }
}

function count (found: readonly Found[]): number {
  return found.filter(({ time }) => time != null).length
}

function finding (name: string, routed: boolean): Scenario {
  return {
    name,
    async run ({ seed, full }) {
      const world = await createWorld(seed, routed)
      const { net, leech } = world
      const { learning, measured } = full ? BLOCKS_IN_FULL : BLOCKS
      const blocks = await randomBlocks(learning + measured, { seed, size: SIZE })
      const learnt = count(await findAll(blocks.slice(0, learning), world))
      const lookUps = world.routing?.calls.begun ?? 0
      const { cancels } = net.trace.traffic({ from: leech })
      const before = figuresOf(net, leech, learnt)
      const since = net.clock.now()
      const found = await findAll(blocks.slice(learning), world)
      const figures = difference(figuresOf(net, leech, learnt + count(found)), before)
      const after = net.trace.traffic({ from: leech })

      await net.close()

      return resultOf(net, { name }, { ...figures, seconds: found.reduce((sum, { time = LIMIT }) => sum + time, 0) / 1000 }, {
        messagesSentPerBlock: round(figures.sent / found.length, 2),
        cancelsPerBlock: round((after.cancels - cancels) / found.length, 2),
        ...detailsOf(world, found, since),
        lookUpsPerBlock: round(((world.routing?.calls.begun ?? 0) - lookUps) / found.length, 2)
      })
    }
  }
}

export const FINDINGS: readonly Scenario[] = [finding('RFM-16', false), finding('RFM-16-Routing', true)]
