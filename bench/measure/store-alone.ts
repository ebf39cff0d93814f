/** The block store of ours alone, from disk to disk: what a transfer between two of them cannot be faster than. */
import type { Fetched } from '../../interop/harness/ways.ts'
import { SideName } from '../sides/side.ts'
import type { Figures } from '../suite/case.ts'
import { settle } from '../suite/ground.ts'
import { ProcessMeter } from '../suite/process-meter.ts'
import type { Scene } from '../suite/scene.ts'

export function storeAlone (content: { size: number, chunkSize: number }): (scene: Scene) => Promise<Figures> {
  return async scene => {
    const side = await scene.startScript(SideName.Ours, { repo: await scene.folder() })
    const size = Math.max(16, Math.floor(content.size * scene.scale / content.chunkSize)) * content.chunkSize
    const { leaves } = await side.hold({ size, chunkSize: content.chunkSize, seed: scene.round })

    await settle()

    const meter = await ProcessMeter.start(side.pid)
    const copied = await side.call<Fetched>('copy', { to: await scene.folder(), leaves })

    const { cpu } = await meter.read()

    if (copied.size !== size) {
      throw new Error(`${copied.size} bytes were copied of ${size}`)
    }

    return { speed: copied.size / 1e6 / copied.seconds, leechCpu: cpu / copied.size * 1e9 }
  }
}
