/** The block folder of either is one the other can use. */
import assert from 'node:assert/strict'
import { cp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { sha256OfFile, temporaryFolder, writeRandomFile } from './harness/data.ts'
import { Kubo } from './harness/kubo.ts'
import { add, bitswap } from './harness/ours.ts'

const SIZE = 3_000_000

test('our block folder, copied into a repository of Kubo, verifies there and holds the file', async () => {
  await using folder = await temporaryFolder('store')
  const [repo, sent, got] = ['repo', 'sent', 'got'].map(name => join(folder.path, name)) as [string, string, string]
  const kubo = await Kubo.init()

  try {
    await writeRandomFile(sent, SIZE, 1)
    const cid = await add(repo, sent)

    await cp(join(repo, 'blocks'), join(kubo.repo, 'blocks'), { recursive: true })

    assert.match((await kubo.ipfs('repo', 'verify')).stdout, /verify complete, all blocks validated/)
    await kubo.ipfs('get', '-o', got, cid)
    assert.equal(await sha256OfFile(got), await sha256OfFile(sent))
  } finally {
    await kubo.stop()
  }
})

test('a block folder of Kubo in our repo is read by us', async () => {
  await using folder = await temporaryFolder('store')
  const [repo, sent, got] = ['repo', 'sent', 'got'].map(name => join(folder.path, name)) as [string, string, string]
  const kubo = await Kubo.init()

  try {
    await writeRandomFile(sent, SIZE, 2)
    const cid = await kubo.add(sent)

    // a repo of ours, with nothing in it but what Kubo wrote
    await bitswap('--repo', repo, 'id')
    await rm(join(repo, 'blocks'), { recursive: true, force: true })
    await cp(join(kubo.repo, 'blocks'), join(repo, 'blocks'), { recursive: true })
    await bitswap('--repo', repo, 'get', cid, '-o', got)

    assert.deepEqual(await readFile(got), await readFile(sent))
  } finally {
    await kubo.stop()
  }
})
