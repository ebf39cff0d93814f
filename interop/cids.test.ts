/** `bitswap add` names everything as `ipfs add` does. */
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryFolder, writeRandomFile } from './harness/data.ts'
import { Kubo } from './harness/kubo.ts'
import { add } from './harness/ours.ts'
import { writeTree } from './harness/tree.ts'

const KIB = 1024

/** Around one block, around one level of 174 links, and beyond. */
const SIZES: readonly number[] = [0, 1, 256 * KIB, 256 * KIB + 1, 300 * KIB, 174 * 256 * KIB, 174 * 256 * KIB + 1, 64 * KIB * KIB]

let kubo: Kubo

before(async () => { kubo = await Kubo.init() })
after(async () => { await kubo.stop() })

for (const size of SIZES) {
  test(`a file of ${size} bytes has the same CIDs, v0 and v1`, async () => {
    await using folder = await temporaryFolder('cids')
    const path = join(folder.path, 'file')
    const repo = join(folder.path, 'repo')
    await writeRandomFile(path, size, 1)

    assert.equal(await add(repo, path), await kubo.add(path))
    assert.equal(await add(repo, path, '--cid-version', '1'), await kubo.add(path, '--cid-version=1'))
  })
}

test('a file in smaller chunks has the same CIDs', async () => {
  await using folder = await temporaryFolder('cids')
  const path = join(folder.path, 'file')
  const repo = join(folder.path, 'repo')
  await writeRandomFile(path, 3_000_000, 1)

  assert.equal(await add(repo, path, '--chunk-size', '16384'), await kubo.add(path, '--chunker=size-16384'))
  assert.equal(await add(repo, path, '--chunk-size', '16KiB', '--cid-version', '1'), await kubo.add(path, '--chunker=size-16384', '--cid-version=1'))
})

test('a folder of a thousand files, empty ones and a symlink has the same CIDs', async () => {
  await using folder = await temporaryFolder('cids')
  const path = join(folder.path, 'tree')
  const repo = join(folder.path, 'repo')
  await writeTree(path)

  assert.equal(await add(repo, path), await kubo.add(path))
  assert.equal(await add(repo, path, '--cid-version', '1'), await kubo.add(path, '--cid-version=1'))
})

test('hidden files are left out, as Kubo does', async () => {
  await using folder = await temporaryFolder('cids')
  const path = join(folder.path, 'tree')
  await mkdir(join(path, '.hidden'), { recursive: true })
  await writeFile(join(path, '.hidden', 'file'), 'hidden')
  await writeFile(join(path, '.file'), 'hidden')
  await writeFile(join(path, 'file'), 'shown')

  assert.equal(await add(join(folder.path, 'repo'), path), await kubo.add(path))
})

test('an empty folder has the same CID', async () => {
  await using folder = await temporaryFolder('cids')
  const path = join(folder.path, 'tree')
  await mkdir(path)

  assert.equal(await add(join(folder.path, 'repo'), path), await kubo.add(path))
})

test('a folder so large that it is spread over many blocks has the same CID', async () => {
  await using folder = await temporaryFolder('cids')
  const path = join(folder.path, 'tree')
  await mkdir(path)
  await Promise.all(Array.from({ length: 6_000 }, async (_, index) => writeFile(join(path, `file ${index}`), 'x')))

  assert.equal(await add(join(folder.path, 'repo'), path, '--cid-version', '1'), await kubo.add(path, '--cid-version=1'))
})
