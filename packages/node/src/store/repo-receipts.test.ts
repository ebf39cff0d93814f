import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryDatastore } from 'datastore-core/memory'
import { Key } from 'interface-datastore/key'
import { RepoReceipts } from './repo-receipts.ts'

const receipt = { peer: 'somebody', sent: 1, received: 2, exchanged: 3, exchangedAgo: 4 }

test('an empty repo has no receipts', async () => {
  assert.deepEqual(await new RepoReceipts(new MemoryDatastore()).load(), [])
})

test('what is saved takes the place of what was, and is older when it is loaded', async () => {
  const datastore = new MemoryDatastore()
  let now = 1_000
  const receipts = new RepoReceipts(datastore, () => now)

  await receipts.save([{ ...receipt, peer: 'another' }])
  await receipts.save([receipt])
  now += 500
  assert.deepEqual(await new RepoReceipts(datastore, () => now).load(), [{ ...receipt, exchangedAgo: 504 }])
  now -= 10_000
  assert.deepEqual(await receipts.load(), [receipt], 'the clock was set back')
})

test('what is damaged is an error, and not an empty list that would be saved over it', async () => {
  const datastore = new MemoryDatastore()

  for (const text of ['{', 'null', '{"at":1}']) {
    await datastore.put(new Key('/bitswap/receipts'), new TextEncoder().encode(text))
    await assert.rejects(new RepoReceipts(datastore).load(), text)
  }
})
