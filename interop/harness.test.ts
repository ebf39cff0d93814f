/**
 * Kubo and Helia with each other, without us: when this fails, whatever else
 * fails here says nothing of ours.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { randomBytes, sha256OfFile, temporaryFolder, writeRandomFile } from './harness/data.ts'
import { startHelia, type Helia } from './harness/helia.ts'
import { Kubo } from './harness/kubo.ts'

let kubo: Kubo
let helia: Helia

before(async () => {
  [kubo, helia] = await Promise.all([Kubo.start(), startHelia()])
  await helia.connect(kubo.address)
})

after(async () => {
  await Promise.all([kubo.stop(), helia.stop()])
})

test('Helia reads a file that Kubo added', async () => {
  await using folder = await temporaryFolder('harness')
  const path = join(folder.path, 'file')
  await writeRandomFile(path, 3_000_000, 1)

  const { size, sha256 } = await helia.cat(await kubo.add(path))

  assert.equal(size, 3_000_000)
  assert.equal(sha256, await sha256OfFile(path))
})

test('Kubo reads a file that Helia added', async () => {
  await using folder = await temporaryFolder('harness')
  const path = join(folder.path, 'file')
  const { cid, leaves } = await helia.add(3_000_000, 2)

  assert.equal(leaves.length, 12)
  await kubo.ipfs('get', '-o', path, cid)
  assert.deepEqual(new Uint8Array(await readFile(path)), randomBytes(3_000_000, 2))
})

test('what Helia wants shows in the wantlist that Kubo keeps of it, and arrives once Kubo has it', async () => {
  const bytes = randomBytes(1000, 3)
  const cid = await Kubo.cidOf(bytes)
  const arrived = helia.block(cid)

  await kubo.wanted(helia.id, cid)
  assert.equal(await kubo.putBlock(bytes), cid)
  assert.equal((await arrived).size, 1000)
})
