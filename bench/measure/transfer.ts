/**
 * Some hold the same content, one or more fetch it all at the same time: how
 * fast it comes, and what it costs. Time is that of the slowest, in its own
 * process.
 */
import type { Content, Held } from '../../interop/harness/content.ts'
import type { Fetched, Traffic, Way } from '../../interop/harness/ways.ts'
import { SideName, startSide } from '../sides/side.ts'
import type { Side, SideOptions } from '../sides/side.ts'
import type { Figures } from '../suite/case.ts'
import { settle } from '../suite/ground.ts'
import { ProcessMeter } from '../suite/process-meter.ts'
import type { Cast, Scene } from '../suite/scene.ts'
import { costsOf } from './costs.ts'

export interface Transfer {
  from: SideName
  to: SideName
  way: Way
  /** Of the usual amount; its seed is that of the round. */
  content: { size: number, chunkSize: number } | { files: number }
  /** How many hold it, and how many fetch it; 1 each when nothing is said. */
  seeds?: number
  leeches?: number
  noise?: boolean
  /** As of {@link SideOptions}, of both. */
  usualTls?: boolean
  /** Ours keeps its blocks on disk. */
  disk?: boolean
  /** As of {@link SideOptions}, of both. */
  tuned?: boolean
  /** As of {@link SideOptions}, of both. */
  kuboInMemory?: boolean
}

interface Seed {
  side: Side
  held: Held
}

/** A measurement of it. */
export function transfer (plan: Transfer): (scene: Scene) => Promise<Figures> {
  return async scene => {
    const content = contentOf(plan, scene)
    const [seeds, leeches] = await Promise.all([
      times(plan.seeds, async () => await seed(plan, content, scene)),
      times(plan.leeches, async () => await scene.start(plan.to, await optionsOf(plan, scene)))
    ])
    const [held] = seeds.map(each => each.held)

    if (held == null) {
      throw new RangeError('nobody holds it')
    }

    for (const leech of leeches) {
      for (const { side } of seeds) {
        await leech.connect(side.address)
      }

      await leech.take(held)
    }

    if (isOnDisk(plan)) {
      await settle()
    }

    return await watched(seeds.map(each => each.side), leeches, held, async () => await Promise.all(leeches.map(async leech => await leech.fetch(plan.way))))
  }
}

/** Small runs have less of it, and not less than a few blocks. */
function contentOf ({ content, way }: Transfer, { round, scale }: Scene): Content {
  if ('files' in content) {
    return { files: Math.max(100, Math.floor(content.files * scale)), seed: round }
  }

  const blocks = Math.max(16, Math.floor(content.size * scale / content.chunkSize))

  // on a bare stream goes anything: there are no blocks to make
  return { size: blocks * content.chunkSize, chunkSize: way.by === 'raw' ? 0 : content.chunkSize, seed: round }
}

async function optionsOf ({ noise = false, usualTls = false, disk = false, tuned, kuboInMemory = false }: Transfer, cast: Cast): Promise<SideOptions> {
  return { noise, usualTls, kuboInMemory, ...disk ? { repo: await cast.folder() } : {}, ...tuned == null ? {} : { tuned } }
}

/** Kubo writes to its disk, also where it serves. */
function isOnDisk ({ from, to, disk = false, kuboInMemory = false }: Transfer): boolean {
  return disk || ([from, to].includes(SideName.Kubo) && !kuboInMemory)
}

/** Kubo is kept, for all that fetch the same of it in a case. */
async function seed (plan: Transfer, content: Content, scene: Scene): Promise<Seed> {
  const make = async (cast: Cast): Promise<Seed> => {
    const options = await optionsOf(plan, cast)

    if (plan.disk === true) {
      return await seedOfRepo(plan, content, cast, options)
    }

    const side = await cast.start(plan.from, options)

    return { side, held: await side.hold(content) }
  }

  return plan.from === SideName.Kubo && (plan.seeds ?? 1) === 1 ? await scene.keep(`kubo ${JSON.stringify({ content, inMemory: plan.kuboInMemory })}`, make) : await make(scene)
}

/** What is on disk is made by another process: what that took is no memory of the one that serves it. */
async function seedOfRepo ({ from }: Transfer, content: Content, cast: Cast, options: SideOptions): Promise<Seed> {
  const maker = await startSide(from, options)
  let held: Held

  try {
    held = await maker.hold(content)
  } finally {
    await maker.stop()
  }

  return { side: await cast.start(from, options), held }
}

async function times<T> (count: number = 1, make: () => Promise<T>): Promise<T[]> {
  return await Promise.all(Array.from({ length: count }, make))
}

async function watched (seeds: readonly Side[], leeches: readonly Side[], held: Held, fetch: () => Promise<Fetched[]>): Promise<Figures> {
  const all = [...seeds, ...leeches]
  const before = await Promise.all(all.map(async side => await side.traffic()))
  const meters = await Promise.all(all.map(async side => await ProcessMeter.start(side.pid)))
  const fetched = await fetch()
  const usages = await Promise.all(meters.map(async meter => await meter.read()))
  const after = await Promise.all(all.map(async side => await side.traffic()))
  const wrong = fetched.find(({ size }) => size !== held.size)

  if (wrong != null) {
    throw new Error(`${wrong.size} bytes came of ${held.size}`)
  }

  const traffic = all.map((_, index) => difference(after[index] ?? {}, before[index] ?? {}))

  return costsOf({
    fetched,
    blocks: held.leaves.length,
    seeds: { usages: usages.slice(0, seeds.length), traffic: traffic.slice(0, seeds.length) },
    leeches: { usages: usages.slice(seeds.length), traffic: traffic.slice(seeds.length) }
  })
}

function difference (after: Traffic, before: Traffic): Traffic {
  return Object.fromEntries(Object.entries(after).map(([name, value]: [string, number]) => [name, value - (before[name as keyof Traffic] ?? 0)]))
}
