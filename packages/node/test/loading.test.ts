/** What a command loads: none waits for libraries it has no need of. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { COMMAND, run } from './command.ts'
import { temporaryFolder } from './temporary-folder.ts'
import type { TestContext } from 'node:test'

const TELL = `
  import { registerHooks } from 'node:module'
  import { writeSync } from 'node:fs'

  registerHooks({ load (url, context, next) { writeSync(2, url + '\\n'); return next(url, context) } })
`

/** The URLs of the modules a command loads. */
async function loaded (t: TestContext, ...args: string[]): Promise<string[]> {
  const [program = '', ...first] = COMMAND
  const { code, stderr } = await run(t, args, { command: [program, `--import=data:text/javascript,${encodeURIComponent(TELL)}`, ...first] })

  assert.equal(code, 0, stderr)

  return stderr.split('\n')
}

test('what is here is added and read without the exchange, the network and the checks of a config file', async t => {
  const folder = await temporaryFolder(t)
  const repo = ['--repo', join(folder, 'repo')]
  await writeFile(join(folder, 'file'), 'some bytes')
  const added = await loaded(t, ...repo, 'add', '-Q', join(folder, 'file'))
  const { stdout } = await run(t, [...repo, 'block', 'ls'])

  for (const urls of [added, await loaded(t, ...repo, 'cat', stdout.trim())]) {
    assert.ok(urls.some(url => url.endsWith('/store/repo.ts')))
    assert.deepEqual(urls.filter(url => /\/src\/bitswap\.ts$|\/node_modules\/(libp2p|@libp2p\/(kad-dht|mdns|tcp|noise)|valibot)\//.test(url)), [])
  }
})
