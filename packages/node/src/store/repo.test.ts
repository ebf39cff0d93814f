import assert from 'node:assert/strict'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { someBlock } from '../../test/blocks.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { memoryRepo, openRepo, REPO_VERSION } from './repo.ts'

test('a repo is made at first use, and keeps its key and blocks', async t => {
  const path = join(await temporaryFolder(t), 'new', 'repo')
  const { cid, bytes } = await someBlock(100)
  const first = await openRepo(path)

  await first.blockstore.put(cid, bytes)
  await first.close()
  await first.close()

  const second = await openRepo(path)

  assert.ok(second.privateKey.equals(first.privateKey))
  assert.equal(second.privateKey.type, 'Ed25519')
  assert.equal(await second.blockstore.has(cid), true)
  await second.close()
})

test('a repo that is open is refused to others, who are told what to do', async t => {
  const path = await temporaryFolder(t)
  const first = await openRepo(path)

  await assert.rejects(openRepo(path), { name: 'RepoInUseError', path, message: /in use by another node.*--repo/ })
  await first.close()

  const second = await openRepo(path)
  await second.close()
})

test('a folder that holds something else is refused and left alone', async t => {
  const path = await temporaryFolder(t)

  await writeFile(join(path, 'thesis.txt'), 'years of work')

  await assert.rejects(openRepo(path), { name: 'NotARepoError', message: /not empty/ })
  assert.deepEqual(await readdir(path), ['thesis.txt'])
})

test('a repo of Kubo is refused and left alone', async t => {
  const path = await temporaryFolder(t)

  await writeFile(join(path, 'version'), '18\n')
  await mkdir(join(path, 'blocks'))

  await assert.rejects(openRepo(path), { name: 'NotARepoError', message: /version is "18"/ })
  assert.deepEqual(await readdir(join(path, 'blocks')), [])
  assert.equal(await readFile(join(path, 'version'), 'utf8'), '18\n')
})

test('a file where the repo should be is refused and left alone', async t => {
  const path = join(await temporaryFolder(t), 'file')

  await writeFile(path, 'mine')

  await assert.rejects(openRepo(path), { name: 'NotARepoError', message: /not a folder/ })
  await assert.rejects(openRepo(join(path, 'below')), { name: 'NotARepoError', message: /not a folder/ })
  assert.equal(await readFile(path, 'utf8'), 'mine')
})

test('blocks in another layout are refused, and the repo can be opened again once they are gone', async t => {
  const path = await temporaryFolder(t)
  const repo = await openRepo(path)
  await repo.close()

  await writeFile(join(path, 'blocks', 'SHARDING'), '/repo/flatfs/shard/v1/suffix/2\n')
  await assert.rejects(openRepo(path), { name: 'UnsupportedLayoutError' })

  await writeFile(join(path, 'blocks', 'SHARDING'), '/repo/flatfs/shard/v1/next-to-last/2\n')
  await (await openRepo(path)).close()
})

test('a repo whose making was cut short is made again', async t => {
  const path = await temporaryFolder(t)

  await mkdir(join(path, '.temp'))
  await (await openRepo(path)).close()

  assert.equal(await readFile(join(path, 'version'), 'utf8'), REPO_VERSION + '\n')
})

test('a datastore that is none is an error that names the repo', async t => {
  const path = await temporaryFolder(t)

  await writeFile(join(path, 'version'), REPO_VERSION)
  await writeFile(join(path, 'datastore'), 'not a folder')

  await assert.rejects(openRepo(path), { name: 'NotARepoError', message: /its datastore does not open/ })
})

test('a repo in memory has a key of its own', async () => {
  const [first, second] = await Promise.all([memoryRepo(), memoryRepo()])

  assert.equal(first.privateKey.equals(second.privateKey), false)
  await first.close()
})
