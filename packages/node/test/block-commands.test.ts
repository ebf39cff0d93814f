/** `block` and `dag` as a user runs them. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { someBytes } from './blocks.ts'
import { run, serve } from './command.ts'
import { temporaryFolder } from './temporary-folder.ts'
import type { Finished } from './command.ts'
import type { TestContext } from 'node:test'

/** Runs commands on one repo. */
async function repoOf (t: TestContext): Promise<{ folder: string, on: (args: string[], input?: Uint8Array | string) => Promise<Finished> }> {
  const folder = await temporaryFolder(t)

  return { folder, on: async (args, input = '') => await run(t, ['--repo', join(folder, 'repo'), ...args], { cwd: folder, input }) }
}

test('a block is put, found, read and removed', async t => {
  const { on } = await repoOf(t)
  const cid = (await on(['block', 'put'], 'hello world\n')).stdout.trim()

  assert.equal(cid, 'bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4')
  assert.equal((await on(['block', 'get', cid])).stdout, 'hello world\n')
  assert.equal((await on(['block', 'stat', cid])).stdout, `Key: ${cid}\nSize: 12\n\n`)
  assert.equal((await on(['block', 'ls'])).stdout, `${cid}\n`)
  assert.equal((await on(['block', 'rm', cid])).stdout, `removed ${cid}\n`)
  assert.equal((await on(['block', 'ls'])).stdout, '')
})

test('a block that is not there cannot be removed, unless it may be', async t => {
  const { on } = await repoOf(t)
  const cid = 'bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4'
  const refused = await on(['block', 'rm', cid])

  assert.deepEqual([refused.code, refused.stderr], [1, `Error: block ${cid} is not in the repo\n`])
  assert.equal((await on(['block', 'rm', '-f', '-q', cid])).code, 0)
})

test('a block is put with the codec and hash function asked for', async t => {
  const { folder, on } = await repoOf(t)

  await writeFile(join(folder, 'file'), 'hello world\n')
  const put = async (...args: string[]): Promise<string> => (await on(['block', 'put', ...args, 'file'])).stdout.trim()

  assert.match(await put('--cid-codec', 'dag-cbor'), /^bafyrei/)
  assert.match(await put('--mhtype', 'sha2-512'), /^bafkrg/)
  assert.match(await put('--mhtype', 'blake3'), /^bafkr4/)
  assert.equal((await on(['block', 'get', await put('--mhtype', 'blake2b-256')])).stdout, 'hello world\n')
})

test('a block comes from a peer', async t => {
  const { folder, on } = await repoOf(t)
  const bytes = someBytes(100_000)

  await writeFile(join(folder, 'file'), bytes)
  const cid = (await run(t, ['--repo', join(folder, 'a'), 'block', 'put', join(folder, 'file')])).stdout.trim()
  const { address } = await serve(t, join(folder, 'a'), [])

  assert.deepEqual((await on(['block', 'get', cid, '--peer', address])).bytes, bytes)
})

test('a graph goes from repo to repo as a CAR', async t => {
  const { folder, on } = await repoOf(t)
  const bytes = someBytes(1_000_000)

  await writeFile(join(folder, 'file'), bytes)
  const cid = (await run(t, ['--repo', join(folder, 'a'), 'add', '-Q', join(folder, 'file')])).stdout.trim()
  const car = await run(t, ['--repo', join(folder, 'a'), 'dag', 'export', cid])

  assert.equal(car.stderr, '')
  assert.match((await on(['dag', 'import'], car.bytes)).stdout, new RegExp(`^Pinned root\\t${cid}\\tsuccess\nImported 5 blocks \\(\\d+ bytes\\)\n$`))
  assert.deepEqual((await on(['cat', cid])).bytes, bytes)

  await writeFile(join(folder, 'graph.car'), car.bytes)
  assert.equal((await on(['dag', 'import', 'graph.car'])).code, 0)
})

test('a CAR with a damaged block is refused, and says which', async t => {
  const { folder, on } = await repoOf(t)

  await writeFile(join(folder, 'file'), someBytes(1_000))
  const cid = (await on(['add', '-Q', '--cid-version', '1', 'file'])).stdout.trim()
  const { bytes } = await on(['dag', 'export', cid])

  bytes[bytes.byteLength - 1] = (bytes.at(-1) ?? 0) ^ 1
  const { code, stderr, stdout } = await run(t, ['--repo', join(folder, 'b'), 'dag', 'import'], { input: bytes })

  assert.deepEqual({ code, stdout, stderr }, { code: 1, stdout: '', stderr: `Error: the bytes of block ${cid} do not match its hash\n` })
  assert.equal((await run(t, ['--repo', join(folder, 'b'), 'block', 'ls'])).stdout, '')
})

test('what is no CAR is refused', async t => {
  const { on } = await repoOf(t)
  const { code, stderr } = await on(['dag', 'import'], 'not a CAR at all')

  assert.equal(code, 1)
  assert.match(stderr, /^Error: not a valid CAR: .*\n$/)
})

test('a file that is larger than a block is not put in one, unless it may be', async t => {
  const { folder, on } = await repoOf(t)

  await writeFile(join(folder, 'largest'), new Uint8Array(2_097_152))
  await writeFile(join(folder, 'larger'), new Uint8Array(2_097_153))

  assert.equal((await on(['block', 'put', 'largest'])).code, 0)

  const { code, stderr } = await on(['block', 'put', 'larger'])
  assert.equal(code, 1)
  assert.match(stderr, /^Error: invalid block "larger": it is over 2097152 bytes, .*--allow-big-block\n$/)

  const cid = (await on(['block', 'put', '--allow-big-block', 'larger'])).stdout.trim()
  assert.equal((await on(['block', 'get', cid])).bytes.byteLength, 2_097_153)
  assert.equal((await readFile(join(folder, 'larger'))).byteLength, 2_097_153)
})
