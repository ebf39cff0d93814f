/** What the packages cost before they do anything: time to start the command, bytes in a bundle for the browser. As they are packed. */
import { build } from 'esbuild'
import { execFile } from 'node:child_process'
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import type { Figures } from '../suite/case.ts'
import type { Scene } from '../suite/scene.ts'
import { median } from '../suite/statistics.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const PACKAGES = ['bitswap', 'node']
const STARTS = 5

/** What an app has that has libp2p. */
const WITHOUT = `
  export { createLibp2p } from 'libp2p'
  export { webSockets } from '@libp2p/websockets'
  export { noise } from '@libp2p/noise'
  export { yamux } from '@libp2p/yamux'
  export { identify } from '@libp2p/identify'
`
const WITH = `${WITHOUT}
  export { createBitswap } from 'ts-bitswap'
`

const run = promisify(execFile)

/** A project with the packages as users get them, and beside them what they need, from here. @returns its `node_modules` */
async function packed (scene: Scene): Promise<string> {
  return await scene.keep('packed', async cast => {
    const project = await cast.folder()
    const modules = join(project, 'node_modules')

    await mkdir(modules)
    await linkAll(join(ROOT, 'node_modules'), modules)

    for (const name of PACKAGES) {
      const folder = join(modules, nameOf(name))

      await rm(folder, { force: true })
      await mkdir(folder)

      const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], { cwd: join(ROOT, 'packages', name) })
      const [tarball] = JSON.parse(stdout) as Array<{ filename: string }>

      await run('tar', ['-xzf', join(project, tarball?.filename ?? ''), '--strip-components=1', '-C', folder])
    }

    return modules
  })
}

async function linkAll (from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) {
    await symlink(join(from, name), join(to, name))
  }
}

function nameOf (folder: string): string {
  return folder === 'bitswap' ? 'ts-bitswap' : `ts-bitswap-${folder}`
}

/** The median of a few starts. */
async function timeToRun (args: string[]): Promise<number> {
  const times: number[] = []

  for (let i = 0; i < STARTS; i++) {
    const start = performance.now()

    await run(process.execPath, args)
    times.push(performance.now() - start)
  }

  return median(times)
}

export async function startOfNode (): Promise<Figures> {
  return { time: await timeToRun(['--eval', '0']) }
}

export async function startOfCommand (scene: Scene): Promise<Figures> {
  return { time: await timeToRun([join(await packed(scene), 'ts-bitswap-node/bin/bitswap.js'), '--help']) }
}

export async function bundleWithout (scene: Scene): Promise<Figures> {
  return { size: await bundleSize(await packed(scene), WITHOUT) }
}

export async function bundleWith (scene: Scene): Promise<Figures> {
  return { size: await bundleSize(await packed(scene), WITH) }
}

/** KiB, minified and compressed. */
async function bundleSize (modules: string, source: string): Promise<number> {
  const entry = join(modules, '..', 'entry.js')

  await writeFile(entry, source)

  const { outputFiles: [bundle] } = await build({ entryPoints: [entry], bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2023', write: false })

  return gzipSync(bundle?.contents ?? '', { level: 9 }).length / 1024
}
