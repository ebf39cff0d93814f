/** The packages as a user gets them: packed, installed into an empty project, and used as the README says. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')

/** Found through npm on the path: the pinned Node, which can run TypeScript as it is. */
const node = process.execPath

let project: string

before(async () => {
  project = await mkdtemp(join(tmpdir(), 'ts-bitswap-user-'))

  for (const name of ['bitswap', 'node']) {
    await run('npm', ['pack', '--pack-destination', project], { cwd: join(root, 'packages', name) })
  }

  const tarballs = (await readdir(project)).filter(file => file.endsWith('.tgz')).map(file => `./${file}`)

  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  // both at once: the node finds its bitswap here and not in a registry
  await run('npm', ['install', '--no-audit', '--no-fund', ...tarballs], { cwd: project })
})

after(async () => { await rm(project, { recursive: true, force: true }) })

test('the first example of the README runs in an empty project', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1]

  assert.ok(example != null, 'the README has an example')
  await writeFile(join(project, 'example.ts'), example)

  const { stdout } = await run(node, ['example.ts'], { cwd: project, timeout: 60_000 })

  assert.equal(stdout, 'hello from bob\n')
})

test('the bitswap command is installed, and says which version it is', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'packages/node/package.json'), 'utf8')) as { version: string }
  const { stdout } = await run(node, [join(project, 'node_modules/ts-bitswap-node/bin/bitswap.js'), '--version'], { cwd: project, timeout: 60_000 })

  assert.equal(stdout.trim(), version)
  await run('npx', ['--no-install', 'bitswap', '--version'], { cwd: project, timeout: 60_000 })
})

test('the public subpaths of the library can be imported, and nothing else', async () => {
  const script = `
    const { createBitswap } = await import('ts-bitswap')
    const { decodeMessage } = await import('ts-bitswap/message')
    const { VirtualNetwork } = await import('ts-bitswap/testing')
    const { createNode } = await import('ts-bitswap-node')
    const inner = await import('ts-bitswap/dist/bitswap.js').catch(error => error.code)
    console.log([createBitswap, decodeMessage, VirtualNetwork, createNode].map(value => typeof value).join(), inner)`
  const { stdout } = await run(node, ['--input-type=module', '--eval', script], { cwd: project, timeout: 60_000 })

  assert.equal(stdout.trim(), 'function,function,function,function ERR_PACKAGE_PATH_NOT_EXPORTED')
})
