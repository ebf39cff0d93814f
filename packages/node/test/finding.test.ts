/** Finding and being found, as a user of the command has it; all on loopback. */
import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { once } from 'node:events'
import { someBytes } from './blocks.ts'
import { run, RunningCommand } from './command.ts'
import { assertFailed } from './failures.ts'
import { temporaryFolder } from './temporary-folder.ts'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

const LOOPBACK = '/ip4/127.0.0.1/tcp/0'
const ADDRESS = /\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/\w+/

/** A node as its config file says. @returns its address */
async function serveBy (t: TestContext, repo: string, config: object): Promise<{ command: RunningCommand, address: string }> {
  await mkdir(repo, { recursive: true })
  await writeFile(`${repo}.json`, JSON.stringify({ listen: [LOOPBACK], ...config }))
  const command = new RunningCommand(t, ['--repo', repo, 'serve', '--config', `${repo}.json`])
  const [address = ''] = await command.output(ADDRESS)
  await command.output(/^ready$/m)

  return { command, address }
}

test('what was added while no node ran is announced by the next, and found by who is told of neither', async t => {
  const folder = await temporaryFolder(t)
  const bytes = someBytes(700_000)
  await writeFile(join(folder, 'file'), bytes)
  const cid = (await run(t, ['--repo', join(folder, 'a'), 'add', '-Q', join(folder, 'file')])).stdout.trim()
  const b = await serveBy(t, join(folder, 'b'), { routing: ['lan=server'] })
  const a = await serveBy(t, join(folder, 'a'), { routing: ['lan=server'], bootstrap: [b.address] })

  await a.command.output(new RegExp(`^provided ${cid}$`, 'm'))
  await writeFile(join(folder, 'c.json'), JSON.stringify({ routing: ['lan'], bootstrap: [b.address] }))
  const got = await run(t, ['--repo', join(folder, 'c'), 'get', cid, '--config', join(folder, 'c.json'), '-o', join(folder, 'got')])

  assert.deepEqual([got.stderr, got.code], ['', 0])
  assert.deepEqual(new Uint8Array(await readFile(join(folder, 'got'))), bytes)
})

test('a config file that cannot be meant is refused before anything is done', async t => {
  const folder = await temporaryFolder(t)
  const config = join(folder, 'config.json')
  await writeFile(config, '{ "routing": ["dth"] }')

  for (const args of [['serve'], ['get', 'QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o']]) {
    assertFailed(await run(t, ['--repo', join(folder, 'repo'), ...args, '--config', config]), /^Error: config .*config\.json: routing: invalid routing "dth": expected dht, lan/)
  }
})

test('who looks for nobody public in a private network is told what is', async t => {
  const folder = await temporaryFolder(t)
  await writeFile(join(folder, 'swarm.key'), `/key/swarm/psk/1.0.0/\n/base16/\n${'01'.repeat(32)}\n`)
  const args = ['--repo', join(folder, 'repo'), 'serve', '--listen', LOOPBACK, '--swarm-key', join(folder, 'swarm.key')]

  assertFailed(await run(t, [...args, '--routing', 'dht,delegated']), /a private network must not use what is public: the public DHT, https:\/\/delegated-ipfs\.dev/)
})

test('a swarm key without a name is refused, and no reason to go to the public network', async t => {
  const folder = await temporaryFolder(t)

  for (const args of [['serve', '--listen', LOOPBACK], ['get', 'QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o']]) {
    assertFailed(await run(t, ['--repo', join(folder, 'repo'), ...args, '--routing', 'none', '--swarm-key', '']), /^Error: invalid swarm key "": expected a file$/m)
  }
})

test('what no node can use is told by the name it was given under', async t => {
  const folder = await temporaryFolder(t)
  const cid = 'QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o'

  for (const [args, reason] of [
    [['--bootstrap', 'x'], /^Error: invalid --bootstrap "x": .*address/],
    [['--provider', 'constructor=/ip4/127.0.0.1/tcp/1'], /^Error: invalid --provider "constructor": .*CID/],
    [['--provider', `${cid}=/ip4/127.0.0.1/tcp/1`], /^Error: invalid --provider "\/ip4\/127\.0\.0\.1\/tcp\/1": .*ends in the id of the peer/],
    [['--allow-peer', 'x'], /^Error: invalid --allow-peer "x": expected the id of a peer/]
  ] as const) {
    assertFailed(await run(t, ['--repo', join(folder, 'repo'), 'get', cid, ...args]), reason)
  }
})

test('routers that cannot be asked are named once, with why', async t => {
  const folder = await temporaryFolder(t)
  const server = createHttpServer((_, response) => { response.writeHead(500).end() }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => { server.close() })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { stderr, code } = await run(t, ['--repo', join(folder, 'repo'), 'get', 'QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o', '--routing', `delegated=${url}`])

  assert.equal(code, 1)
  assert.match(stderr, new RegExp(`^Warning: ${url} could not say who has it: .*500.*\nError: no peer would send .*\n$`))
})

test('a port that is taken is an error where it was asked for', async t => {
  const folder = await temporaryFolder(t)
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => { server.close() })
  const { port } = server.address() as AddressInfo

  assertFailed(await run(t, ['--repo', join(folder, 'repo'), 'serve', '--routing', 'none', '--listen', `/ip4/127.0.0.1/tcp/${port}`]), /cannot listen at .*EADDRINUSE/)
})

test('a routing server whose port is taken is an error, and leaves the repo to the next', async t => {
  const folder = await temporaryFolder(t)
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => { server.close() })
  const { port } = server.address() as AddressInfo
  const repo = ['--repo', join(folder, 'repo')]

  assertFailed(await run(t, [...repo, 'serve', '--routing', 'none', '--listen', LOOPBACK, '--routing-server', `127.0.0.1:${port}`]), /^Error: cannot listen at 127\.0\.0\.1:\d+: EADDRINUSE/)
  assert.equal((await run(t, [...repo, 'block', 'ls'])).code, 0)
})

test('of two providers one that leads to another peer is no loss', async t => {
  const folder = await temporaryFolder(t)
  const bytes = someBytes(700_000)
  await writeFile(join(folder, 'file'), bytes)
  const cid = (await run(t, ['--repo', join(folder, 'a'), 'add', '-Q', join(folder, 'file')])).stdout.trim()
  const [a, b] = [await serveBy(t, join(folder, 'a'), { routing: ['none'] }), await serveBy(t, join(folder, 'b'), { routing: ['none'] })]
  const liar = `${b.address.replace(/\/p2p\/.*/, '')}/p2p/12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8`
  const got = await run(t, ['--repo', join(folder, 'c'), 'get', cid, '--routing', 'none', ...[liar, b.address, a.address].flatMap(each => ['--provider', `${cid}=${each}`]), '-o', join(folder, 'got')])

  assert.deepEqual([got.stderr, got.code], ['', 0])
  assert.deepEqual(new Uint8Array(await readFile(join(folder, 'got'))), bytes)
})

test('a node that is not to grow further says so, and what can be done', async t => {
  const folder = await temporaryFolder(t)
  await writeFile(join(folder, 'file'), someBytes(700_000))

  const serving = await run(t, ['--repo', join(folder, 'repo'), 'serve', join(folder, 'file'), '--listen', LOOPBACK, '--routing', 'none', '--max-storage', '500kB'])

  assert.equal(serving.code, 1)
  assert.match(serving.stderr, /^Error: repo .* is full: its blocks take \d+ bytes of the 500000 allowed, .*repo gc.*\n$/)
})
