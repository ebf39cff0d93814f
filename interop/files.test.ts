/** Files of all kinds of sizes between the command and Kubo, in both directions. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { sha256OfFile, temporaryFolder, writeRandomFile } from './harness/data.ts'
import { Kubo } from './harness/kubo.ts'
import { add, bitswap, eventsOf, serve } from './harness/ours.ts'

const KIB = 1024
const MIB = 1024 * KIB
const SIZES: ReadonlyArray<[string, number]> = [
  ['0 B', 0],
  ['1 B', 1],
  ['256 KiB', 256 * KIB],
  ['300 KiB', 300 * KIB],
  ['64 MiB', 64 * MIB]
]
const VERSIONS = ['0', '1']

let kubo: Kubo

before(async () => { kubo = await Kubo.start() })
after(async () => { await kubo.stop() })

for (const [size, bytes] of SIZES) {
  for (const version of VERSIONS) {
    test(`a file of ${size} with CIDv${version} goes from Kubo to us`, async () => {
      await using folder = await temporaryFolder('files')
      const [sent, got] = [join(folder.path, 'sent'), join(folder.path, 'got')]
      await writeRandomFile(sent, bytes, Number(version))
      const cid = await kubo.add(sent, `--cid-version=${version}`)

      const { stdout } = await bitswap('--repo', join(folder.path, 'repo'), '--json', 'get', cid, '--peer', kubo.address, '-o', got)

      assert.equal(await sha256OfFile(got), await sha256OfFile(sent))
      assert.equal(eventsOf(stdout).at(-1)?.event, 'done')
      assert.equal(eventsOf(stdout).at(-1)?.bytes, bytes)
    })

    test(`a file of ${size} with CIDv${version} goes from us to Kubo`, async () => {
      await using folder = await temporaryFolder('files')
      const [repo, sent, got] = ['repo', 'sent', 'got'].map(name => join(folder.path, name)) as [string, string, string]
      await writeRandomFile(sent, bytes, 10 + Number(version))
      const cid = await add(repo, sent, '--cid-version', version)
      const served = await serve(repo)

      await kubo.connect(served.address)
      await kubo.ipfs('get', '-o', got, cid)

      assert.equal(await sha256OfFile(got), await sha256OfFile(sent))
      assert.equal((await served.stop()).code, 0)
    })
  }
}
