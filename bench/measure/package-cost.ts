/** What the packages cost before they do anything: time to start the command, bytes in a bundle for the browser. As they are packed. */
import { build } from 'esbuild'
import type { Metafile } from 'esbuild'
import { execFile } from 'node:child_process'
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
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

/** As of a bundler that makes no files of their own of what is imported when it is used. */
export async function bundleInOneFile (scene: Scene): Promise<Figures> {
  return { size: await bundleSize(await packed(scene), WITH, false) }
}

/** KiB, minified and compressed, of the files that are loaded at the start: not of those for what is imported when it is used. */
async function bundleSize (modules: string, source: string, splitting: boolean = true): Promise<number> {
  const project = join(modules, '..')
  const entry = join(project, 'entry.js')

  await writeFile(entry, source)

  const { outputFiles, metafile: { outputs } } = await build({
    entryPoints: [entry],
    absWorkingDir: project,
    outdir: project,
    allowOverwrite: true,
    bundle: true,
    splitting,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    metafile: true,
    write: false
  })
  const loaded = loadedAtStart(outputs, 'entry.js')
  const files = outputFiles.filter(({ path }) => loaded.has(relative(project, path)))

  return files.reduce((size, { contents }) => size + gzipSync(contents, { level: 9 }).length, 0) / 1024
}

/** A file of a bundle and those that it imports at once, and so on. */
export function loadedAtStart (outputs: Metafile['outputs'], entry: string): Set<string> {
  const loaded = new Set([entry])

  // a set goes on with what is added meanwhile
  for (const file of loaded) {
    for (const { path, kind } of outputs[file]?.imports ?? []) {
      if (kind === 'import-statement') {
        loaded.add(path)
      }
    }
  }

  return loaded
}
