import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { getPriority } from 'node:os'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { run as command } from '../test/command.ts'
import { NICER } from './helper-threads.ts'

const run = promisify(execFile)

/** The threads of a process that calls `lowerHelperThreads`, each with how nice it is, and how many were lowered. */
async function threads (setUp: string): Promise<{ threads: Array<[name: string, niceness: number]>, lowered: number }> {
  const { stdout } = await run(process.execPath, ['--conditions=ts-bitswap:source', '--input-type=module', '-e', `
    import { existsSync, readdirSync, readFileSync } from 'node:fs'
    import { getPriority } from 'node:os'
    import { lowerHelperThreads } from ${JSON.stringify(new URL('./helper-threads.ts', import.meta.url).href)}
    ${setUp}
    const lowered = lowerHelperThreads()
    const ids = existsSync('/proc/self/task') ? readdirSync('/proc/self/task') : []
    console.log(JSON.stringify({ lowered, threads: ids.map(id => [readFileSync('/proc/self/task/' + id + '/comm', 'utf8').trim(), getPriority(Number(id))]) }))
  `])

  return JSON.parse(stdout) as { threads: Array<[string, number]>, lowered: number }
}

test('the threads on which V8 works give way to all others, where the system tells them apart', async () => {
  const { threads: all, lowered } = await threads('')
  const helpers = all.filter(([name]) => name === 'V8Worker')
  const usual = getPriority()

  assert.equal(lowered, helpers.length)
  assert.deepEqual(all.map(([, niceness]) => niceness - usual), all.map(([name]) => name === 'V8Worker' ? NICER : 0))

  if (process.platform === 'linux' && Number(process.versions.node.split('.')[0]) >= 24) {
    assert.ok(lowered > 0)
  }
})

test('on other systems, and where threads may not be told apart or lowered, all stays as it is', async () => {
  const elsewhere = 'Object.defineProperty(process, "platform", { value: "darwin" });'
  const forbidden = 'import os from "node:os"; import { syncBuiltinESMExports } from "node:module"; os.setPriority = () => { throw new Error("EACCES") }; syncBuiltinESMExports();'

  for (const setUp of [elsewhere, forbidden]) {
    assert.equal((await threads(setUp)).lowered, 0)
  }
})

test('the command has them give way', async t => {
  const watch = 'import os from "node:os"; import { syncBuiltinESMExports } from "node:module"; ' +
    'os.setPriority = () => { console.log("lowered") }; syncBuiltinESMExports()'
  const { stdout } = await command(t, ['--version'], { env: { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(watch)}` } })

  assert.equal(stdout.split('\n').filter(line => line === 'lowered').length, (await threads('')).lowered)
})
