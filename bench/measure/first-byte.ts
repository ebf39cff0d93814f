/**
 * How long it takes until the first bytes of a file are here, from the call, of
 * one who is connected already. The file is at one of ours, which is kept: who
 * fetches is new.
 */
import { setTimeout } from 'node:timers/promises'
import type { Held } from '../../interop/harness/content.ts'
import { SideName } from '../sides/side.ts'
import type { Figures } from '../suite/case.ts'
import type { Scene } from '../suite/scene.ts'

const MIB = 1_048_576
const CHUNK = 262_144

/** Read whole before, to be warm; so many other files. Their garbage is collected in the quiet after, in milliseconds. */
const WARM = { files: 128, size: 2 * MIB, quiet: 500 }

interface Source {
  address: string
  large: Held
  others: Held[]
}

/** @param warm - has read other files before */
export function firstByte (client: SideName, size: number, { warm = false }: { warm?: boolean } = {}): (scene: Scene) => Promise<Figures> {
  return async scene => {
    const { address, large, others } = await sourceOf(scene, size)
    const side = await scene.start(client)

    await side.connect(address)

    if (warm) {
      for (const other of others) {
        await side.take(other)
        await side.fetch({ by: 'cat' })
      }

      await setTimeout(WARM.quiet)
    }

    // who reads a file knows its root, and none of its leaves
    await side.take({ ...large, leaves: [] })

    const { seconds } = await side.fetch({ by: 'first' })

    return { time: seconds * 1000 }
  }
}

async function sourceOf (scene: Scene, size: number): Promise<Source> {
  const { round, scale } = scene

  return await scene.keep('first byte', async cast => {
    const server = await cast.start(SideName.Ours)
    const file = async (size: number, seed: number): Promise<Held> => await server.hold({ size: scaled(size, scale), chunkSize: CHUNK, seed })

    const seed = round * (WARM.files + 1)
    const others: Held[] = []

    for (let i = 1; i <= WARM.files; i++) {
      others.push(await file(WARM.size, seed + i))
    }

    return { address: server.address, large: await file(size, seed), others }
  })
}

/** In whole chunks, and one at the least: who reads files that are empty is not warm. */
export function scaled (size: number, scale: number): number {
  return Math.max(1, Math.floor(size * scale / CHUNK)) * CHUNK
}
