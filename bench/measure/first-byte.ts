/**
 * How long it takes until the first bytes of a file are here, from the call, of
 * one who is connected already. The file is at one of ours, which is kept: who
 * fetches is new.
 */
import type { Held } from '../../interop/harness/content.ts'
import { SideName } from '../sides/side.ts'
import type { Figures } from '../suite/case.ts'
import type { Scene } from '../suite/scene.ts'

const MIB = 1_048_576
const CHUNK = 262_144

/** Read whole before, to be warm; another file. */
const WARM_SIZE = 32 * MIB

interface Source {
  address: string
  large: Held
  other: Held
}

/** @param warm - has read another file before */
export function firstByte (client: SideName, size: number, { warm = false }: { warm?: boolean } = {}): (scene: Scene) => Promise<Figures> {
  return async scene => {
    const { address, large, other } = await sourceOf(scene, size)
    const side = await scene.start(client)

    await side.connect(address)

    if (warm) {
      await side.take(other)
      await side.fetch({ by: 'cat' })
    }

    await side.take(large)

    const { seconds } = await side.fetch({ by: 'first' })

    return { time: seconds * 1000 }
  }
}

async function sourceOf (scene: Scene, size: number): Promise<Source> {
  const { round, scale } = scene

  return await scene.keep('first byte', async cast => {
    const server = await cast.start(SideName.Ours)
    const file = async (size: number, seed: number): Promise<Held> => await server.hold({ size: Math.floor(size * scale / CHUNK) * CHUNK, chunkSize: CHUNK, seed })

    return { address: server.address, large: await file(size, 2 * round), other: await file(WARM_SIZE, 2 * round + 1) }
  })
}
