/** A folder of a thousand files and a symlink between the command and Kubo, in both directions. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryFolder } from './harness/data.ts'
import { Kubo } from './harness/kubo.ts'
import { add, bitswap, serve } from './harness/ours.ts'
import { describeTree, writeTree } from './harness/tree.ts'

let kubo: Kubo

before(async () => { kubo = await Kubo.start() })
after(async () => { await kubo.stop() })

test('a folder goes from Kubo to us', async () => {
  await using folder = await temporaryFolder('folders')
  const [sent, got] = [join(folder.path, 'sent'), join(folder.path, 'got')]
  await writeTree(sent)

  await bitswap('--repo', join(folder.path, 'repo'), 'get', await kubo.add(sent), '--peer', kubo.address, '-o', got)

  assert.deepEqual(await describeTree(got), await describeTree(sent))
})

test('a folder goes from us to Kubo', async () => {
  await using folder = await temporaryFolder('folders')
  const [repo, sent, got] = ['repo', 'sent', 'got'].map(name => join(folder.path, name)) as [string, string, string]
  await writeTree(sent)
  const cid = await add(repo, sent)
  const served = await serve(repo)

  await kubo.connect(served.address)
  await kubo.ipfs('get', '-o', got, cid)

  assert.deepEqual(await describeTree(got), await describeTree(sent))
  assert.equal((await served.stop()).code, 0)
})
