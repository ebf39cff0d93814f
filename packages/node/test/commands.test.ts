/** The commands as a user runs them. */
import assert from 'node:assert/strict'
import { mkdir, readFile, readdir, readlink, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { CID } from 'multiformats/cid'
import { createNode } from '../src/node/create-node.ts'
import { someBytes } from './blocks.ts'
import { run, RunningCommand, serve } from './command.ts'
import { temporaryFolder } from './temporary-folder.ts'

interface Line {
  event: string
  [field: string]: unknown
}

function lines (text: string): Line[] {
  return text.trim().split('\n').map(line => JSON.parse(line) as Line)
}

test('without a command it says what there is', async t => {
  const { code, stdout, stderr } = await run(t, [])

  assert.equal(code, 0)
  assert.match(stdout, /serve.*\n(.*\n)*.*demo/)
  assert.equal(stderr, '')
})

test('a file that is added can be read again, and is as it was', async t => {
  const folder = await temporaryFolder(t)
  const bytes = someBytes(700_000)
  const repo = ['--repo', join(folder, 'repo')]

  await writeFile(join(folder, 'file'), bytes)
  const { stdout, stderr, code } = await run(t, [...repo, 'add', 'file'], { cwd: folder })
  const [, cid = ''] = /^added (Qm\w+) file\n$/.exec(stdout) ?? []

  assert.deepEqual({ stderr, code }, { stderr: '', code: 0 })
  assert.deepEqual((await run(t, [...repo, 'cat', cid])).bytes, bytes)

  assert.equal((await run(t, [...repo, 'get', cid, '-o', 'copy'], { cwd: folder })).stdout, 'Saving file(s) to copy\n')
  assert.deepEqual(new Uint8Array(await readFile(join(folder, 'copy'))), bytes)

  await run(t, [...repo, 'get', cid], { cwd: folder })
  assert.deepEqual(new Uint8Array(await readFile(join(folder, cid))), bytes)
})

test('BITSWAP_PATH says where the repo is', async t => {
  const folder = await temporaryFolder(t)

  await run(t, ['id'], { env: { ...process.env, BITSWAP_PATH: join(folder, 'repo') } })
  assert.deepEqual((await readdir(join(folder, 'repo'))).sort(), ['blocks', 'datastore', 'version'])
})

test('with JSON every line is one object', async t => {
  const folder = await temporaryFolder(t)
  const repo = ['--repo', join(folder, 'repo')]

  await writeFile(join(folder, 'file'), 'hello world\n')
  const added = lines((await run(t, [...repo, '--json', 'add', 'file'], { cwd: folder })).stdout)
  assert.deepEqual(added, [{ event: 'added', cid: 'QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o', name: 'file', size: 20 }])

  const got = lines((await run(t, [...repo, 'get', String(added[0]?.cid), '-o', 'copy', '--json'], { cwd: folder })).stdout)
  const { seconds, ...done } = got.at(-1) ?? { event: '', seconds: 0 }
  assert.equal(typeof seconds, 'number')
  assert.deepEqual(done, { event: 'done', cid: added[0]?.cid, path: 'copy', bytes: 12, blocks: 0, duplicates: 0, messagesSent: 0, messagesReceived: 0 })
})

test('add prints as much or as little as it is told', async t => {
  const folder = await temporaryFolder(t)
  const add = async (...args: string[]): Promise<string> => (await run(t, ['--repo', join(folder, 'repo'), 'add', ...args], { cwd: folder })).stdout

  await mkdir(join(folder, 'd'))
  await writeFile(join(folder, 'd', 'f'), 'hello world\n')

  assert.match(await add('d'), /^added QmT78z\w+ d\/f\nadded Qm\w+ d\n$/)
  assert.match(await add('-q', 'd'), /^QmT78z\w+\nQm\w+\n$/)
  assert.match(await add('-Q', 'd'), /^Qm\w+\n$/)
  assert.match(await add('-Q', '--cid-version', '1', 'd/f'), /^bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4\n$/)
  assert.match(await add('--chunk-size', '5', '-Q', 'd/f'), /^Qm(?!T78z)\w+\n$/)
  assert.match(await add('-w', 'd/f'), /^added QmT78z\w+ f\nadded Qm\w+ \n$/)
})

test('add takes standard input', async t => {
  const folder = await temporaryFolder(t)
  const { stdout } = await run(t, ['--repo', join(folder, 'repo'), 'add', '-Q', '-'], { input: 'hello world\n' })

  assert.equal(stdout, 'QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o\n')
})

test('a file goes from a node that serves to one that gets, and the second time nothing goes', async t => {
  const folder = await temporaryFolder(t)
  const bytes = someBytes(3_000_000)

  await writeFile(join(folder, 'file'), bytes)
  const { command, address } = await serve(t, join(folder, 'a'), [join(folder, 'file')])
  const [, cid = ''] = /added (\w+) file/.exec(command.stdout) ?? []
  const get = ['--repo', join(folder, 'b'), '--json', 'get', cid, '--peer', address]

  const first = await run(t, [...get, '-o', 'first'], { cwd: folder })
  assert.equal(first.stderr, '')
  assert.deepEqual(new Uint8Array(await readFile(join(folder, 'first'))), bytes)

  const done = lines(first.stdout).at(-1)
  assert.deepEqual({ blocks: done?.blocks, duplicates: done?.duplicates, bytes: done?.bytes }, { blocks: 13, duplicates: 0, bytes: 3_000_000 })
  assert.ok(Number(done?.messagesReceived) > 0)

  const second = await run(t, [...get, '-o', 'second'], { cwd: folder })
  assert.equal(lines(second.stdout).at(-1)?.blocks, 0)
  assert.deepEqual(new Uint8Array(await readFile(join(folder, 'second'))), bytes)
})

test('a folder goes over with all that is in it', async t => {
  const folder = await temporaryFolder(t)
  const site = join(folder, 'site')

  await mkdir(join(site, 'deep', 'empty'), { recursive: true })
  await writeFile(join(site, 'nothing'), '')
  await symlink('../nothing', join(site, 'deep', 'link'))

  for (let number = 0; number < 50; number++) {
    await writeFile(join(site, `file ${number}`), `content ${number}`)
  }

  const { command, address } = await serve(t, join(folder, 'a'), [site])
  const [, cid = ''] = /added (\w+) site\n/.exec(command.stdout) ?? []
  const { code, stderr } = await run(t, ['--repo', join(folder, 'b'), 'get', cid, '--peer', address, '-o', 'copy'], { cwd: folder })

  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  assert.deepEqual((await readdir(join(folder, 'copy'), { recursive: true })).sort(), (await readdir(site, { recursive: true })).sort())
  assert.equal(await readFile(join(folder, 'copy', 'file 49'), 'utf8'), 'content 49')
  assert.equal(await readlink(join(folder, 'copy', 'deep', 'link')), '../nothing')
  assert.equal((await stat(join(folder, 'copy', 'nothing'))).size, 0)
})

test('a path leads into a folder', async t => {
  const folder = await temporaryFolder(t)
  const repo = ['--repo', join(folder, 'repo')]

  await mkdir(join(folder, 'd', 'e'), { recursive: true })
  await writeFile(join(folder, 'd', 'e', 'f'), 'found')
  const cid = (await run(t, [...repo, 'add', '-Q', 'd'], { cwd: folder })).stdout.trim()

  assert.equal((await run(t, [...repo, 'cat', `/ipfs/${cid}/e/f`])).stdout, 'found')
  await run(t, [...repo, 'get', `${cid}/e/f`], { cwd: folder })
  assert.equal(await readFile(join(folder, 'f'), 'utf8'), 'found')
})

test('serve says with JSON when it is ready, and connects where it is told to', async t => {
  const folder = await temporaryFolder(t)
  const { address } = await serve(t, join(folder, 'a'), [])
  const second = new RunningCommand(t, ['--json', '--repo', join(folder, 'b'), 'serve', '--listen', '/ip4/127.0.0.1/tcp/0', '--routing', 'none', '--connect', address])
  const [line] = await second.output(/^.*"ready".*$/m)
  const { event, peerId, addresses } = JSON.parse(line) as Line

  assert.equal(event, 'ready')
  assert.match(String(peerId), /^12D3KooW/)
  assert.ok(Array.isArray(addresses) && addresses.every(each => String(each).endsWith(`/p2p/${String(peerId)}`)))
})

test('a peer that waits for a block gets it when serve adds it', async t => {
  const folder = await temporaryFolder(t)
  const serving = new RunningCommand(t, ['--repo', join(folder, 'a'), 'serve', '-', '--listen', '/ip4/127.0.0.1/tcp/0', '--routing', 'none'], { inputStaysOpen: true })
  const [address] = await serving.output(/\/ip4\/.*/)
  const node = await createNode()

  t.after(async () => { await node.stop() })
  await node.start()
  const session = node.bitswap.newSession()
  await session.addPeer(multiaddr(address))
  const block = session.getBlock(CID.parse('QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o'))

  while (session.peers()[0]?.dontHaves !== 1) { // it knows that we wait
    await new Promise(resolve => { setImmediate(resolve) })
  }

  serving.child.stdin.end('hello world\n')
  assert.match(Buffer.from(await block).toString('latin1'), /hello world\n/)
})

test('serve ends cleanly when it is told to, and lets go of the repo', async t => {
  const repo = join(await temporaryFolder(t), 'repo')
  const { command } = await serve(t, repo, [])

  command.child.kill('SIGINT')
  const { code, stderr } = await command.finished()

  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  assert.equal((await run(t, ['--repo', repo, 'id'])).code, 0)
})

test('id says who the node is, as Kubo does', async t => {
  const repo = join(await temporaryFolder(t), 'repo')
  const { stdout } = await run(t, ['--repo', repo, 'id'])
  const id = JSON.parse(stdout) as Record<string, unknown>
  const [event] = lines((await run(t, ['--repo', repo, '--json', 'id'])).stdout)

  assert.deepEqual(Object.keys(id), ['ID', 'PublicKey', 'Addresses', 'AgentVersion', 'Protocols'])
  assert.match(stdout, /^\{\n\t"ID": "12D3KooW/)
  assert.equal(event?.peerId, id.ID)
})
