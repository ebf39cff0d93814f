/** What a user gets wrong ends in one clear line and exit code 1, and loses nothing that was there. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import * as dagPb from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { someBytes } from './blocks.ts'
import { COMMAND, run, RunningCommand, serve } from './command.ts'
import { addTo, assertFailed } from './failures.ts'
import { temporaryFolder } from './temporary-folder.ts'

const MISSING = 'bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4'
// sha1, which can be forged
const SHA1 = CID.createV1(0x55, Digest.create(0x11, new Uint8Array(20))).toString()

test('a wrong CID', async t => {
  const repo = ['--repo', join(await temporaryFolder(t), 'repo')]

  for (const command of [['get'], ['cat'], ['block', 'get'], ['block', 'stat'], ['block', 'rm'], ['dag', 'export']]) {
    assertFailed(await run(t, [...repo, ...command, 'notacid']), /invalid CID "notacid"/)
  }
})

test('an unknown peer address', async t => {
  const repo = ['--repo', join(await temporaryFolder(t), 'repo')]

  assertFailed(await run(t, [...repo, 'get', MISSING, '--peer', '127.0.0.1:4001']), /invalid address "127\.0\.0\.1:4001"/)
  assertFailed(await run(t, [...repo, 'get', MISSING, '--peer', '/ip4/127.0.0.1/udp/1/quic-v1']), /cannot reach .*: it can be dialled by its TCP or WebSocket address only/)
  assertFailed(await run(t, [...repo, 'serve', '--listen', 'everywhere']), /invalid address "everywhere"/)
  assertFailed(await run(t, [...repo, 'serve', '--announce', 'nonsense']), /invalid address "nonsense"/)
  assertFailed(await run(t, [...repo, 'serve', '--routing-server', 'nowhere']), /invalid routing server "nowhere": expected host:port/)
  assertFailed(await run(t, [...repo, 'serve', '--listen', '/ip4/127.0.0.1/udp/0']), /cannot listen at \/ip4\/127\.0\.0\.1\/udp\/0: /)
})

test('a peer whose address is not known', async t => {
  const repo = ['--repo', join(await temporaryFolder(t), 'repo')]
  const peer = '/p2p/12D3KooWNF31CQSZgTFNahfxddKPgG8MVJeJX7ETEYjvt9JH5dZa'

  assertFailed(await run(t, [...repo, 'get', MISSING, '--peer', peer]), /cannot reach \/p2p\/12D3KooWNF/)
})

test('a peer that has nothing', async t => {
  const folder = await temporaryFolder(t)
  const { address } = await serve(t, join(folder, 'a'), [])
  const peer = address.split('/').at(-1) ?? ''

  assertFailed(await run(t, ['--repo', join(folder, 'b'), 'get', MISSING, '--peer', address], { cwd: folder }), new RegExp(`no peer would send ${MISSING}: ${peer} does not have it`))
  assert.deepEqual((await readdir(folder)).sort(), ['a', 'b'])
})

test('no peer', async t => {
  const folder = await temporaryFolder(t)

  const failed = await run(t, ['--repo', join(folder, 'repo'), 'get', MISSING, '--routing', 'none'], { cwd: folder })

  assertFailed(failed, new RegExp(`block ${MISSING} is not in the repo, and there is no peer to ask: name one`))
  assert.deepEqual(await readdir(folder), ['repo'])
})

test('an unreachable address', async t => {
  const repo = ['--repo', join(await temporaryFolder(t), 'repo')]

  assertFailed(await run(t, [...repo, 'get', MISSING, '--peer', '/ip4/127.0.0.1/tcp/1']), /cannot reach \/ip4\/127\.0\.0\.1\/tcp\/1: .*ECONNREFUSED/)

  const serving = await run(t, [...repo, 'serve', '--listen', '/ip4/127.0.0.1/tcp/0', '--routing', 'none', '--connect', '/ip4/127.0.0.1/tcp/1'])
  assert.match(serving.stdout, /^\/ip4\/127.*\n$/) // and not ready
  assertFailed({ ...serving, stdout: '' }, /cannot reach .*ECONNREFUSED/)
})

test('an unreachable address does not matter for what is here already', async t => {
  const repo = join(await temporaryFolder(t), 'repo')
  const cid = await addTo(t, repo, new TextEncoder().encode('here'))
  const { code, stdout } = await run(t, ['--repo', repo, 'cat', cid, '--peer', '/ip4/127.0.0.1/tcp/1'])

  assert.deepEqual({ code, stdout }, { code: 0, stdout: 'here' })
})

test('an unknown hash function', async t => {
  const repo = ['--repo', join(await temporaryFolder(t), 'repo')]

  assertFailed(await run(t, [...repo, 'block', 'put', '--mhtype', 'md5'], { input: 'a' }), /invalid hash function "md5": there is sha2-256/)
  assertFailed(await run(t, [...repo, 'cat', SHA1]), /no hash function for multicodec code 0x11/)
})

test('a block over the size limit', async t => {
  const folder = await temporaryFolder(t)
  const a = join(folder, 'a')

  await writeFile(join(folder, 'big'), new Uint8Array(2_097_153))
  assertFailed(await run(t, ['--repo', a, 'block', 'put', join(folder, 'big')]), /it is over 2097152 bytes/)

  const cid = (await run(t, ['--repo', a, 'block', 'put', '--allow-big-block', join(folder, 'big')])).stdout.trim()
  const { address } = await serve(t, a, [])
  assertFailed(await run(t, ['--repo', join(folder, 'b'), 'block', 'get', cid, '--peer', address]), /has 2097153 bytes, more than the 2097152 allowed/)
  assert.equal((await run(t, ['--repo', join(folder, 'b'), 'block', 'ls'])).stdout, '')
})

test('Ctrl-C in the middle, and what came by then is not fetched again', async t => {
  const folder = await temporaryFolder(t)
  const [a, b] = [join(folder, 'a'), join(folder, 'b')]
  const bytes = someBytes(3_000_000)
  const cid = await addTo(t, a, bytes)
  // the seed lacks the last piece: the fetch cannot end by itself
  const last = (await run(t, ['--repo', a, 'block', 'get', cid])).bytes
  const piece = dagPb.decode(last).Links.at(-1)?.Hash.toString() ?? ''
  const saved = (await run(t, ['--repo', a, 'block', 'get', piece])).bytes
  await run(t, ['--repo', a, 'block', 'rm', piece])

  const seed = await serve(t, a, [])
  const get = new RunningCommand(t, ['--repo', b, '--json', 'get', cid, '--peer', seed.address, '--wait', '-o', 'out'], { cwd: folder })
  await get.output(/"event":"saving"/)
  get.child.kill('SIGINT')
  const ended = await get.finished()

  assert.deepEqual([ended.code, ended.stderr], [1, '{"event":"error","name":"InterruptedError","message":"interrupted (SIGINT)"}\n'])
  assert.deepEqual((await readdir(folder)).sort(), ['a', 'b'])

  const here = (await run(t, ['--repo', b, 'block', 'ls'])).stdout.trim().split('\n').length
  seed.command.child.kill('SIGINT')
  await seed.command.finished()
  await run(t, ['--repo', a, 'block', 'put', '--cid-codec', 'dag-pb'], { input: saved })

  const again = await serve(t, a, [])
  const { stdout } = await run(t, ['--repo', b, '--json', 'get', cid, '--peer', again.address, '-o', 'out'], { cwd: folder })
  const done = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { blocks: number }

  assert.equal(done.blocks, 13 - here)
  assert.ok(here >= 1)
  assert.deepEqual(new Uint8Array(await readFile(join(folder, 'out'))), bytes)
})

test('a reader that has enough', async t => {
  const repo = join(await temporaryFolder(t), 'repo')
  const cid = await addTo(t, repo, someBytes(3_000_000))
  const cat = new RunningCommand(t, ['--repo', repo, 'cat', cid])

  cat.child.stdout.once('data', () => { cat.child.stdout.destroy() })
  const { code, stderr } = await cat.finished()

  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
})

test('a reader that does not read, and then Ctrl-C', async t => {
  const repo = join(await temporaryFolder(t), 'repo')
  const cid = await addTo(t, repo, someBytes(3_000_000))
  const [program = '', ...first] = COMMAND
  const cat = spawn(program, [...first, '--repo', repo, 'cat', cid], { stdio: ['ignore', 'pipe', 'ignore'] })

  await once(cat.stdout, 'readable') // some of it is there, and no more is taken
  cat.kill('SIGINT')
  const [code] = await once(cat, 'exit') as [number]

  assert.equal(code, 1)
  cat.stdout.destroy()
})

test('what is written to does not take it', async t => {
  const repo = join(await temporaryFolder(t), 'repo')
  const cid = await addTo(t, repo, someBytes(100_000))
  const command = ['sh', '-c', 'exec "$@" > /dev/full', 'sh', ...COMMAND]

  for (const args of [['cat', cid], ['id'], ['dag', 'export', cid]]) {
    assertFailed(await run(t, ['--repo', repo, ...args], { command }), /cannot write standard output: the disk is full \(ENOSPC\)/)
  }
})

test('Ctrl-C while it waits for what is to be added', async t => {
  const folder = await temporaryFolder(t)

  for (const [number, args] of [['add', '-'], ['block', 'put'], ['dag', 'import', '-']].entries()) {
    const repo = join(folder, String(number))
    const waiting = new RunningCommand(t, ['--repo', repo, ...args], { inputStaysOpen: true })

    while (!(await readdir(folder)).includes(String(number))) { // it has begun
      await new Promise(resolve => { setImmediate(resolve) })
    }

    waiting.child.kill('SIGINT')
    assertFailed(await waiting.finished(), /interrupted \(SIGINT\)/)
  }
})

test('an output folder that holds something', async t => {
  const folder = await temporaryFolder(t)
  const repo = join(folder, 'repo')

  await mkdir(join(folder, 'out'))
  await writeFile(join(folder, 'out', 'thesis'), 'years of work')
  const cid = (await run(t, ['--repo', repo, 'add', '-Q', join(folder, 'out')])).stdout.trim()

  assertFailed(await run(t, ['--repo', repo, 'get', cid, '-o', 'out'], { cwd: folder }), /cannot write out: it is a folder that is not empty/)
  assert.equal(await readFile(join(folder, 'out', 'thesis'), 'utf8'), 'years of work')
})

test('a folder whose names lead out of it', async t => {
  const folder = await temporaryFolder(t)
  const repo = ['--repo', join(folder, 'repo')]
  const { stdout } = await run(t, [...repo, 'block', 'put'], { input: 'planted' })
  const evil = dagPb.encode(dagPb.createNode(new UnixFS({ type: 'directory' }).marshal(), [{ Name: '../planted', Hash: CID.parse(stdout.trim()), Tsize: 7 }]))
  const cid = (await run(t, [...repo, 'block', 'put', '--cid-codec', 'dag-pb'], { input: evil })).stdout.trim()

  assertFailed(await run(t, [...repo, 'get', cid, '-o', 'out'], { cwd: folder }), /refused to write "\.\.\/planted" from .*: it would be written outside the output folder/)
  assert.deepEqual(await readdir(folder), ['repo'])
})

test('what is no file', async t => {
  const folder = await temporaryFolder(t)
  const repo = ['--repo', join(folder, 'repo')]
  const cid = (await run(t, [...repo, 'block', 'put', '--cid-codec', 'dag-cbor'], { input: new Uint8Array([0xa0]) })).stdout.trim()

  assertFailed(await run(t, [...repo, 'get', cid], { cwd: folder }), /has the codec 0x71, which is neither a file nor a folder/)

  for (const [args, line] of [
    [['add', 'none'], /cannot add none: there is no such file or folder/],
    [['block', 'put', 'none'], /cannot add none: there is no such file or folder/],
    [['dag', 'import', 'none'], /cannot add none: there is no such file or folder/],
    [['dag', 'import', '.'], /cannot add \.: it is a folder/],
    [['cat', `${cid}/none`], /has nothing named "none" below it/],
    [['get', cid, '-o', ''], /invalid output "": expected a path/]
  ] as const) {
    assertFailed(await run(t, [...repo, ...args], { cwd: folder }), line)
  }
})

test('a command line that makes no sense', async t => {
  for (const [args, line] of [
    [['nosuch'], /unknown command 'nosuch'/],
    [['block'], /the command is not complete/],
    [['--repo', '', 'id'], /invalid repo ""/],
    [['get'], /missing required argument 'cid'/],
    [['id', '--nosuch'], /unknown option '--nosuch'/],
    [['add', '--cid-version', '2', 'a'], /Allowed choices are 0, 1/],
    [['add', '--chunk-size', '0', 'a'], /invalid size "0"/],
    [['get', MISSING, '--timeout', 'soon'], /invalid duration "soon"/],
    [['demo', '--seeds', '17'], /invalid number of seeds "17": there can be 16/],
    [['demo', '--size', '1000TiB'], /invalid size ".*TiB": that is what it takes in all, and .* has room for /]
  ] as const) {
    assertFailed(await run(t, args), line)
  }
})

test('with JSON a failure is an object, and with debug it is said where it comes from', async t => {
  const repo = ['--repo', join(await temporaryFolder(t), 'repo')]
  const json = await run(t, [...repo, '--json', 'cat', 'notacid'])
  const debug = await run(t, [...repo, '--debug', 'cat', 'notacid'])

  assert.deepEqual(JSON.parse(json.stderr), { event: 'error', name: 'InvalidArgumentError', message: 'invalid CID "notacid": it cannot be decoded' })
  assert.match(debug.stderr, /at parseCid/)
  assert.match(debug.stderr, /\nError: invalid CID "notacid": it cannot be decoded\n$/)
})
