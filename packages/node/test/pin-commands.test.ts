/** `pin` and `repo` as a user runs them, and what other commands do with pins. */
import assert from 'node:assert/strict'
import { chmod, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { blockFile } from '../src/store/flatfs-layout.ts'
import { REPO_VERSION } from '../src/store/repo.ts'
import { someBytes } from './blocks.ts'
import { COMMAND, run, serve } from './command.ts'
import { assertFailed } from './failures.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { withoutPrivileges } from './without-privileges.ts'
import type { Finished } from './command.ts'
import type { TestContext } from 'node:test'

interface Repo {
  folder: string
  path: string
  on: (args: string[], input?: Uint8Array | string) => Promise<Finished>
  add: (size: number, ...args: string[]) => Promise<string>
}

async function repoOf (t: TestContext): Promise<Repo> {
  const folder = await temporaryFolder(t)
  const path = join(folder, 'repo')
  const on: Repo['on'] = async (args, input = '') => await run(t, ['--repo', path, ...args], { cwd: folder, input })

  return { folder, path, on, add: async (size, ...args) => (await on(['add', '-Q', ...args, '-'], someBytes(size, size))).stdout.trim() }
}

function rawCid (cid: string): string {
  return CID.createV1(raw.code, CID.parse(cid).multihash).toString()
}

test('what is added is pinned, unless it is not to be, and the rest is collected', async t => {
  const { on, add } = await repoOf(t)
  const kept = await add(700_000, '--pin-name', 'mine')
  const garbage = await add(1_000, '--pin=false')

  assert.equal((await on(['pin', 'ls', '-t', 'recursive'])).stdout, `${kept} recursive\n`)
  assert.equal((await on(['pin', 'ls', '--names', '-t', 'recursive'])).stdout, `${kept} recursive mine\n`)
  assert.equal((await on(['pin', 'ls'])).stdout.trim().split('\n').length, 4)
  assert.match((await on(['pin', 'ls', '-q'])).stdout, /^(Qm\w+\n){4}$/)

  const { stdout, stderr, code } = await on(['repo', 'gc'])
  assert.deepEqual({ stdout, stderr, code }, { stdout: `removed ${rawCid(garbage)}\nRemoved 1 blocks (1011 B)\n`, stderr: '', code: 0 })
  assert.deepEqual((await on(['cat', kept])).bytes, someBytes(700_000, 700_000))

  assert.equal((await on(['pin', 'rm', kept])).stdout, `unpinned ${kept}\n`)
  assert.match((await on(['repo', 'gc', '-q'])).stdout, /^(bafkrei\w+\n){4}$/)
  assert.equal((await on(['block', 'ls'])).stdout, '')
})

test('pins are added and removed, and why it is refused is said', async t => {
  const { on, add } = await repoOf(t)
  const root = await add(700_000, '--no-pin')
  const inner = (await on(['pin', 'add', '--direct', '-n', 'x', root])).stdout

  assert.equal(inner, `pinned ${root} directly\n`)
  assert.equal((await on(['pin', 'ls', '-n'])).stdout, `${root} direct x\n`)
  assert.equal((await on(['pin', 'add', root])).stdout, `pinned ${root} recursively\n`)
  assertFailed(await on(['pin', 'add', '--recursive=false', root]), /is pinned recursively/)
  assertFailed(await on(['pin', 'rm', '--recursive=false', root]), /is pinned recursively/)

  const [leaf = ''] = /^\w+(?= indirect)/m.exec((await on(['pin', 'ls'])).stdout) ?? []
  assert.equal((await on(['pin', 'ls', leaf, root])).stdout, `${leaf} indirect through ${root}\n${root} recursive\n`)
  assertFailed(await on(['pin', 'ls', '-t', 'direct', root]), /pinned as recursive/)
  assertFailed(await on(['pin', 'rm', leaf]), new RegExp(`${leaf} is pinned indirectly through ${root}`))
  assertFailed(await on(['block', 'rm', leaf]), new RegExp(`cannot remove block ${leaf}: pinned: indirect through ${root}`))
  assertFailed(await on(['block', 'rm', '-f', root]), /pinned: recursive/)

  assert.equal((await on(['pin', 'rm', root])).code, 0)
  assertFailed(await on(['pin', 'rm', root]), new RegExp(`${root} is not pinned`))
  assertFailed(await on(['pin', 'ls', root]), new RegExp(`${root} is not pinned`))
  assert.equal((await on(['block', 'rm', leaf])).code, 0)
  assertFailed(await on(['pin', 'add', root, '--routing', 'none']), /is not in the repo, and there is no peer to ask/)
})

test('what is pinned and not here comes from a peer, and stays', async t => {
  const { folder, on } = await repoOf(t)
  const bytes = someBytes(700_000)

  await writeFile(join(folder, 'file'), bytes)
  const cid = (await run(t, ['--repo', join(folder, 'a'), 'add', '-Q', join(folder, 'file')])).stdout.trim()
  const { address } = await serve(t, join(folder, 'a'), [])

  assert.equal((await on(['pin', 'add', cid, '--peer', address])).stdout, `pinned ${cid} recursively\n`)
  assert.equal((await on(['repo', 'gc'])).stdout, 'Removed 0 blocks (0 B)\n')
  assert.deepEqual((await on(['cat', cid])).bytes, bytes)
})

test('what get fetches is not pinned', async t => {
  const { folder, on } = await repoOf(t)

  await writeFile(join(folder, 'file'), someBytes(1_000))
  const cid = (await run(t, ['--repo', join(folder, 'a'), 'add', '-Q', join(folder, 'file')])).stdout.trim()
  const { address } = await serve(t, join(folder, 'a'), [])

  await on(['get', cid, '--peer', address])
  assert.equal((await on(['pin', 'ls'])).stdout, '')
  assert.match((await on(['repo', 'gc'])).stdout, /^removed .*\nRemoved 1 blocks/)
})

test('blocks are pinned when they are put with --pin', async t => {
  const { on } = await repoOf(t)
  const cid = (await on(['block', 'put', '--pin'], 'kept')).stdout.trim()

  await on(['block', 'put'], 'garbage')
  await on(['repo', 'gc'])
  assert.equal((await on(['block', 'ls'])).stdout, `${cid}\n`)
})

test('the roots of a CAR are pinned, unless they are not to be; one that is not whole is said', async t => {
  const { on, add } = await repoOf(t)
  const { on: elsewhere } = await repoOf(t)
  const cid = await add(700_000, '--cid-version', '1')
  const { bytes } = await on(['dag', 'export', cid])
  // without its last section: the last leaf, its CID, and three bytes that say how long both are
  const partial = bytes.subarray(0, bytes.byteLength - (700_000 - 2 * 262_144) - 36 - 3)

  assert.match((await elsewhere(['dag', 'import', '--pin-roots=false'], partial)).stdout, new RegExp(`^Root\\t${cid}\nImported 3 blocks`))
  assert.equal((await elsewhere(['pin', 'ls'])).stdout, '')

  const failed = await elsewhere(['dag', 'import'], partial)
  assert.match(failed.stdout, new RegExp(`^Pinned root\\t${cid}\\tFAILED: block bafkrei\\w+ is not in the repo\nImported 3 blocks`))
  assert.deepEqual([failed.code, failed.stderr], [1, 'Error: unable to pin all roots: 1 out of 1 failed\n'])

  assert.match((await elsewhere(['dag', 'import'], bytes)).stdout, new RegExp(`^Pinned root\\t${cid}\\tsuccess\nImported 4 blocks`))
  assert.equal((await elsewhere(['repo', 'gc'])).stdout, 'Removed 0 blocks (0 B)\n')
})

test('repo stat says what there is', async t => {
  const { on, add, path } = await repoOf(t)

  await add(700_000, '--cid-version', '1')
  assert.equal((await on(['repo', 'stat'])).stdout, `NumObjects: 4\nRepoSize:   700158\nStorageMax: none\nRepoPath:   ${path}\nVersion:    ${REPO_VERSION}\n`)
  assert.equal((await on(['repo', 'stat', '-s', '--human'])).stdout, 'RepoSize:   700 kB\nStorageMax: none\n')
  assert.deepEqual(JSON.parse((await on(['--json', 'repo', 'stat'])).stdout), {
    event: 'stat', numObjects: 4, repoSize: 700_158, storageMax: null, repoPath: path, version: REPO_VERSION
  })
})

test('the limit of the config file is told, and holds for what is stored without a node', async t => {
  const { on, add, path } = await repoOf(t)
  const { on: elsewhere } = await repoOf(t)
  const car = await elsewhere(['dag', 'export', (await elsewhere(['add', '-Q', '-'], someBytes(5_000, 2))).stdout.trim()])

  await add(1_000)
  await writeFile(join(path, 'config.json'), '{ "storage": { "max": "5kB" } }')
  assert.match((await on(['repo', 'stat', '-s'])).stdout, /^RepoSize: +1011\nStorageMax: 5000\n$/)

  for (const [args, input] of [[['add', '-'], someBytes(5_000, 1)], [['block', 'put'], someBytes(5_000, 1)], [['dag', 'import'], car.bytes]] as const) {
    assertFailed(await on([...args], input), /is full: its blocks take 1011 bytes of the 5000 allowed/)
  }

  assert.equal((await on(['block', 'ls'])).stdout.trim().split('\n').length, 1)
})

test('with JSON every line is one object', async t => {
  const { on, add } = await repoOf(t)
  const cid = await add(1_000, '--pin=false')
  const lines = async (...args: string[]): Promise<unknown[]> => (await on(['--json', ...args])).stdout.trim().split('\n').map(line => JSON.parse(line) as unknown)

  assert.deepEqual(await lines('pin', 'add', cid, '-n', 'x'), [{ event: 'pinned', cid, type: 'recursive', name: 'x' }])
  assert.deepEqual(await lines('pin', 'ls'), [{ event: 'pin', cid, type: 'recursive', name: 'x' }])
  assert.deepEqual(await lines('pin', 'rm', cid), [{ event: 'unpinned', cid }])
  assert.deepEqual(await lines('repo', 'gc'), [{ event: 'removed', cid: rawCid(cid), size: 1_011 }, { event: 'collected', blocks: 1, bytes: 1_011, left: 0 }])
})

test('a pinned graph with a missing block is warned of, and the rest is collected', async t => {
  const { on, add, path } = await repoOf(t)
  const kept = await add(700_000)
  const [leaf = ''] = /^\w+(?= indirect)/m.exec((await on(['pin', 'ls'])).stdout) ?? []
  const { folder, name } = blockFile(CID.parse(leaf).multihash)

  await add(1_000, '--pin=false')
  await rm(join(path, 'blocks', folder, name))
  const { stdout, stderr, code } = await on(['repo', 'gc'])

  assert.match(stdout, /^removed .*\nRemoved 1 blocks/)
  assert.equal(stderr, `Warning: pinned block ${leaf} is missing or damaged: what is only below it is not kept\n`)
  assert.equal(code, 0)
  assert.match((await on(['pin', 'ls', kept])).stdout, /recursive/)
})

test('what cannot be removed is named once each, and is a failure', async t => {
  const { add, path } = await repoOf(t)
  const cids = [await add(1_000, '--pin=false'), await add(1_001, '--pin=false')]
  const folders = cids.map(cid => join(path, 'blocks', blockFile(CID.parse(cid).multihash).folder))
  const allow = async (mode: number, ...which: string[]): Promise<void> => { await Promise.all(which.map(async folder => { await chmod(folder, mode) })) }
  const collect = async (): Promise<Finished> => await run(t, ['--repo', path, 'repo', 'gc'], { command: withoutPrivileges(COMMAND) })

  await allow(0o500, ...folders)
  const all = await collect()
  await allow(0o700, ...folders.slice(0, 1))
  const one = await collect()
  await allow(0o700, ...folders)

  assert.equal(all.stdout, 'Removed 0 blocks (0 B)\n')
  assert.deepEqual(all.stderr.match(/(?<=cannot remove block )\w+(?=: .*read-only)/g)?.sort(), cids.map(rawCid).sort())
  assert.match(all.stderr, /^Warning: .*\nWarning: .*\nError: 2 blocks could not be removed\n$/)
  assert.match(one.stderr, new RegExp(`^Warning: cannot remove block ${rawCid(cids[1] ?? '')}: .*read-only.*\nError: 1 block could not be removed\n$`))
  assert.deepEqual([all.code, one.code], [1, 1])
})

test('a switch is given true or false', async t => {
  const { on } = await repoOf(t)

  assertFailed(await on(['add', '--pin=maybe', '-']), /expected =true or =false/)
})
