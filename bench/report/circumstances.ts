/** With what, and on what, something was measured. */
import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { KUBO_VERSION } from '../../interop/harness/kubo.ts'

export interface Circumstances {
  date: string
  rounds: number
  machine: string
  versions: Record<string, string>
}

export async function circumstancesOf (rounds: number): Promise<Circumstances> {
  const all = cpus()

  return {
    date: new Date().toISOString().slice(0, 10),
    rounds,
    machine: `${all.length} × ${all[0]?.model.trim() ?? 'unknown'}`,
    versions: {
      Node: process.version.slice(1),
      'ts-bitswap': await versionIn('packages/bitswap'),
      libp2p: await versionIn('node_modules/libp2p'),
      '@helia/bitswap': await versionIn('interop/helia/node_modules/@helia/bitswap'),
      'with libp2p': await versionIn('interop/helia/node_modules/libp2p'),
      Kubo: KUBO_VERSION
    }
  }
}

async function versionIn (folder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL(`../../${folder}/package.json`, import.meta.url), 'utf8')) as { version: string }

  return version
}
