/** What a connected peer that asks for nothing takes of the heap, in a process of its own. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Figures } from '../suite/case.ts'
import type { Scene } from '../suite/scene.ts'

const SCRIPT = fileURLToPath(new URL('../sides/idle-peers.ts', import.meta.url))
const KIB = 1024

const run = promisify(execFile)

/** In KiB for each of `count` peers; `bare` is the same network without Bitswap at the one they are connected to. */
export function idlePeers (count: number, { bare = false }: { bare?: boolean } = {}): (scene: Scene) => Promise<Figures> {
  return async ({ scale }) => {
    const peers = Math.max(100, Math.floor(count * scale))
    const options = ['--expose-gc', '--conditions=ts-bitswap:source', SCRIPT, '--peers', String(peers)]
    const { stdout } = await run(process.execPath, bare ? [...options, '--bare'] : options)
    const { connected, exchanged } = JSON.parse(stdout) as { connected: number, exchanged: number }

    return { connected: connected / KIB, exchanged: exchanged / KIB }
  }
}
