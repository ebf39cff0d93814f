/** What can be wrong with a repo, or the disk below it, ends in one clear line and exit code 1, and loses nothing. */
import assert from 'node:assert/strict'
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import { blockFile } from '../src/store/flatfs-layout.ts'
import { someBytes } from './blocks.ts'
import { COMMAND, run, serve } from './command.ts'
import { addTo, assertFailed, snapshot } from './failures.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { withoutPrivileges } from './without-privileges.ts'

function pathOf (repo: string, cid: string): string {
  const { folder, name } = blockFile(CID.parse(cid).multihash)

  return join(repo, 'blocks', folder, name)
}

test('a full disk', async t => {
  const folder = await temporaryFolder(t)
  const repo = join(folder, 'repo')
  const kept = someBytes(150_000)
  const cid = await addTo(t, repo, kept)
  const before = await snapshot(repo)
  // files end at 100 KiB: to the command that is a disk that gets full
  const command = ['sh', '-c', 'ulimit -f 200; exec "$@"', 'sh', ...COMMAND]

  await writeFile(join(folder, 'file'), someBytes(150_000, 2))
  assertFailed(await run(t, ['--repo', repo, 'add', join(folder, 'file')], { command }), /cannot write .*: the disk is full/)
  assert.deepEqual(await snapshot(repo), before)

  await writeFile(join(folder, 'out'), 'old')
  const failed = await run(t, ['--repo', repo, 'get', cid, '-o', 'out'], { command, cwd: folder })
  assert.deepEqual([failed.code, failed.stderr], [1, 'Error: cannot write out: the disk is full (EFBIG)\n'])
  assert.equal(await readFile(join(folder, 'out'), 'utf8'), 'old')
  assert.deepEqual((await readdir(folder)).sort(), ['file', 'out', 'repo'])
  assert.deepEqual((await run(t, ['--repo', repo, 'cat', cid])).bytes, kept)
})

test('a read-only repo', async t => {
  const folder = await temporaryFolder(t)
  const repo = join(folder, 'repo')
  const cid = await addTo(t, repo, someBytes(1_000))
  const before = await snapshot(repo)
  const folders = [repo, ...(await readdir(repo, { recursive: true, withFileTypes: true })).filter(entry => entry.isDirectory()).map(entry => join(entry.parentPath, entry.name))]
  const setMode = async (mode: number): Promise<void> => { await Promise.all(folders.map(async path => { await chmod(path, mode) })) }

  await writeFile(join(folder, 'file'), 'new')
  await setMode(0o555)

  try {
    for (const args of [['add', join(folder, 'file')], ['cat', cid], ['id'], ['block', 'rm', cid], ['serve']]) {
      assertFailed(await run(t, ['--repo', repo, ...args], { command: withoutPrivileges(COMMAND) }), /cannot write .*repo.*: it is read-only \(EACCES\)/)
    }
  } finally {
    await setMode(0o755)
  }

  assert.deepEqual(await snapshot(repo), before)
})

test('a repo that is something else', async t => {
  const folder = await temporaryFolder(t)

  await writeFile(join(folder, 'thesis'), 'years of work')
  assertFailed(await run(t, ['--repo', folder, 'id']), /is not a bitswap repo: it is not empty/)
  assertFailed(await run(t, ['--repo', join(folder, 'thesis'), 'id']), /is not a bitswap repo: it is not a folder/)
  assert.equal(await readFile(join(folder, 'thesis'), 'utf8'), 'years of work')
})

test('a corrupt block file', async t => {
  const folder = await temporaryFolder(t)
  const a = join(folder, 'a')
  const cid = await addTo(t, a, someBytes(1_000))
  const path = pathOf(a, cid)
  const damaged = Buffer.from(await readFile(path))

  damaged[100] = (damaged[100] ?? 0) ^ 1
  await writeFile(path, damaged)

  assertFailed(await run(t, ['--repo', a, 'cat', cid, '--routing', 'none']), new RegExp(`block ${cid} is corrupt in the repo: ${path} does not match its hash`))

  const { command, address } = await serve(t, a, [])
  assertFailed(await run(t, ['--repo', join(folder, 'b'), 'cat', cid, '--peer', address]), /no peer would send .* does not have it/)
  assert.match(command.stderr, new RegExp(`^Warning: block \\w+ is corrupt in the repo: ${path} .*\n$`))
  assert.deepEqual(await readFile(path), damaged)
})

test('a repo in use by another node', async t => {
  const repo = join(await temporaryFolder(t), 'repo')
  const { command } = await serve(t, repo, [])

  for (const args of [['id'], ['add', '-'], ['serve']]) {
    assertFailed(await run(t, ['--repo', repo, ...args]), /repo .* is in use by another node: stop it, or give another repo with --repo/)
  }

  command.child.kill('SIGINT')
  assert.equal((await command.finished()).code, 0)
})
