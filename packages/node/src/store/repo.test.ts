import assert from 'node:assert/strict'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Key } from 'interface-datastore/key'
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

test('a folder where the version should be is refused and left alone', async t => {
  const path = await temporaryFolder(t)

  await mkdir(join(path, 'version', 'mine'), { recursive: true })
  await assert.rejects(openRepo(path), { name: 'NotARepoError', message: /its file version is a folder/ })
  assert.deepEqual(await readdir(join(path, 'version')), ['mine'])
})

test('a place where no folder can be made is no repo', async () => {
  await assert.rejects(openRepo('/proc/no-such-process/repo'), { name: 'NotARepoError', message: /no folder can be made there/ })
})

test('a datastore that has lost its beginning is refused, and the key in it is not lost', async t => {
  const path = await temporaryFolder(t)
  const first = await openRepo(path)
  const current = join(path, 'datastore', 'CURRENT')

  await first.close()
  const bytes = await readFile(current)
  await rm(current)
  await assert.rejects(openRepo(path), { name: 'NotARepoError', message: /its datastore is damaged/ })

  await writeFile(current, bytes)
  const again = await openRepo(path)
  assert.ok(again.privateKey.equals(first.privateKey))
  await again.close()
})

test('a datastore whose making was cut short is made anew', async t => {
  const path = await temporaryFolder(t)

  await mkdir(join(path, 'datastore'))
  await writeFile(join(path, 'version'), `${REPO_VERSION}\n`)
  await writeFile(join(path, 'datastore', 'MANIFEST-000001'), '')
  const repo = await openRepo(path)
  await repo.close()
})

test('a key that is garbage is said to be, and the repo is let go of', async t => {
  const path = await temporaryFolder(t)
  const repo = await openRepo(path)

  await repo.datastore.put(new Key('/node/key'), new Uint8Array([1, 2, 3]))
  await repo.close()

  for (let attempt = 0; attempt < 2; attempt++) {
    await assert.rejects(openRepo(path), { name: 'NotARepoError', message: /the key of the node is not to be had/ })
  }
})

test('a repo that two make at the same moment is never taken for something else', async t => {
  const folder = await temporaryFolder(t)

  for (let number = 0; number < 10; number++) {
    const results = await Promise.allSettled([1, 2, 3].map(async () => await openRepo(join(folder, String(number)))))

    for (const result of results) {
      if (result.status === 'fulfilled') {
        await result.value.close()
      } else {
        assert.equal((result.reason as Error).name, 'RepoInUseError')
      }
    }

    assert.ok(results.some(({ status }) => status === 'fulfilled'))
  }
})
