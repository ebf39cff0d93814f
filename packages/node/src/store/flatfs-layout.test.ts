import assert from 'node:assert/strict'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { blockFile, cidOfBlockFile, prepareBlockFolder } from './flatfs-layout.ts'

test('a block lies where Kubo looks for it', () => {
  // the empty UnixFS folder, as it lies in every repo of Kubo
  const { multihash } = CID.parse('QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn')

  assert.deepEqual(blockFile(multihash), { folder: 'X3', name: 'CIQFTFEEHEDF6KLBT32BFAGLXEZL4UWFNWM4LFTLMXQBCERZ6CMLX3Y.data' })
})

test('the version and codec of a CID make no difference to where it lies', () => {
  const cid = CID.parse('QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn')

  assert.deepEqual(blockFile(cid.toV1().multihash), blockFile(cid.multihash))
  assert.deepEqual(blockFile(CID.createV1(0x55, cid.multihash).multihash), blockFile(cid.multihash))
})

test('a very short multihash is filled up, as in flatfs', () => {
  const { multihash } = CID.parse('bafkqaaa')

  assert.deepEqual(blockFile(multihash), { folder: 'AA', name: 'AAAA.data' })
})

test('the name of a file gives back its block as raw', () => {
  const cid = CID.parse('QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn')
  const found = cidOfBlockFile(blockFile(cid.multihash).name)

  assert.equal(found?.toString(), CID.createV1(0x55, cid.multihash).toString())
})

test('a file that is no block has no CID', () => {
  assert.equal(cidOfBlockFile('SHARDING'), undefined)
  assert.equal(cidOfBlockFile('put-123456'), undefined)
  assert.equal(cidOfBlockFile('not base32!.data'), undefined)
  assert.equal(cidOfBlockFile('AFKREIA.data'), undefined)
})

test('a new folder says how it is sharded, in the words of Kubo', async t => {
  const folder = join(await temporaryFolder(t), 'a', 'b')

  await prepareBlockFolder(folder)

  assert.equal(await readFile(join(folder, 'SHARDING'), 'utf8'), '/repo/flatfs/shard/v1/next-to-last/2\n')
  assert.match(await readFile(join(folder, '_README'), 'utf8'), /multihash/)
})

test('a folder of Kubo is taken as it is', async t => {
  const folder = await temporaryFolder(t)

  await writeFile(join(folder, 'SHARDING'), '/repo/flatfs/shard/v1/next-to-last/2\n')
  await writeFile(join(folder, 'diskUsage.cache'), '{}')
  await prepareBlockFolder(folder)

  assert.deepEqual((await readdir(folder)).sort(), ['SHARDING', 'diskUsage.cache'])
})

test('a folder sharded otherwise is refused and left alone', async t => {
  const folder = await temporaryFolder(t)

  await writeFile(join(folder, 'SHARDING'), '/repo/flatfs/shard/v1/prefix/5\n')

  await assert.rejects(prepareBlockFolder(folder), { name: 'UnsupportedLayoutError', message: /prefix\/5/ })
  assert.deepEqual(await readdir(folder), ['SHARDING'])
})

test('a folder with other things in it is refused and left alone', async t => {
  const folder = await temporaryFolder(t)

  await mkdir(join(folder, 'photos'))

  await assert.rejects(prepareBlockFolder(folder), { name: 'UnsupportedLayoutError', message: /not empty/ })
  assert.deepEqual(await readdir(folder), ['photos'])
})

test('a file where the folder should be is refused and left alone', async t => {
  const file = join(await temporaryFolder(t), 'file')

  await writeFile(file, 'mine')

  await assert.rejects(prepareBlockFolder(file), { name: 'UnsupportedLayoutError', message: /not a folder/ })
  await assert.rejects(prepareBlockFolder(join(file, 'below')), { name: 'UnsupportedLayoutError', message: /not a folder/ })
  assert.equal(await readFile(file, 'utf8'), 'mine')
})

test('a folder whose making was cut short is made again', async t => {
  const folder = await temporaryFolder(t)

  await writeFile(join(folder, '_README'), 'half a senten')
  await mkdir(join(folder, '.temp'))
  await prepareBlockFolder(folder)

  assert.match(await readFile(join(folder, 'SHARDING'), 'utf8'), /next-to-last/)
})

test('a marker that is garbage, or a folder, is refused in a line that can be read', async t => {
  const folder = await temporaryFolder(t)
  const marker = join(folder, 'SHARDING')

  await writeFile(marker, 'x\n'.repeat(1_000))
  await assert.rejects(prepareBlockFolder(folder), { name: 'UnsupportedLayoutError', message: /^.{0,400}$/ })

  await rm(marker)
  await mkdir(marker)
  await assert.rejects(prepareBlockFolder(folder), { name: 'UnsupportedLayoutError', message: /its file SHARDING is a folder/ })
})
