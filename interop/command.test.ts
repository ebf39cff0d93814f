/** The command on both ends, as the README shows it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { sha256OfFile, temporaryFolder, writeRandomFile } from './harness/data.ts'
import { bitswap, bitswapChild, eventsOf, serve } from './harness/ours.ts'

const SIZE = 10_000_000

test('a file goes from one command to the other', async () => {
  await using folder = await temporaryFolder('command')
  const [sent, got] = [join(folder.path, 'sent.bin'), join(folder.path, 'got.bin')]
  await writeRandomFile(sent, SIZE, 1)
  const served = await serve(join(folder.path, 'a'), sent)
  const cid = [...served.cids.values()].at(-1)
  assert.ok(cid != null)

  const { stdout } = await bitswap('--repo', join(folder.path, 'b'), '--json', 'get', cid, '--peer', served.address, '-o', got)

  assert.equal(await sha256OfFile(got), await sha256OfFile(sent))
  assert.equal(eventsOf(stdout).at(-1)?.bytes, SIZE)
  assert.equal(eventsOf(stdout).at(-1)?.duplicates, 0)
  assert.equal((await served.stop()).code, 0)
})

test('the same without --json: addresses, then ready, and nothing left to guess', async () => {
  await using folder = await temporaryFolder('command')
  const [sent, got] = [join(folder.path, 'sent.bin'), join(folder.path, 'got.bin')]
  await writeRandomFile(sent, 300_000, 2)
  const child = bitswapChild('--repo', join(folder.path, 'a'), 'serve', sent, '--listen', '/ip4/127.0.0.1/tcp/0', '--routing', 'none')

  await child.line(line => line === 'ready')

  const cid = /^added (\S+) /m.exec(child.lines.join('\n'))?.[1]
  const address = child.lines.map(line => /\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/\w+/.exec(line)?.[0]).find(each => each != null)
  assert.ok(cid != null && address != null)
  await bitswap('--repo', join(folder.path, 'b'), 'get', cid, '--peer', address, '-o', got)

  assert.equal(await sha256OfFile(got), await sha256OfFile(sent))
  assert.equal((await child.stop('SIGINT')).code, 0)
})
