/** The file that `bitswap` starts with, which any Node runs first. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { run } from './command.ts'
import { temporaryFolder } from './temporary-folder.ts'

const BIN = fileURLToPath(new URL('../bin/bitswap.js', import.meta.url))

test('a Node that is too old says so in one line', async t => {
  const pretend = 'Object.defineProperty(process, "versions", { value: { node: "20.19.0" } }); Object.defineProperty(process, "version", { value: "v20.19.0" })'
  const { code, stdout, stderr } = await run(t, ['--version'], { command: [process.execPath, `--import=data:text/javascript,${encodeURIComponent(pretend)}`, BIN] })

  assert.deepEqual([code, stdout, stderr], [1, '', 'Error: bitswap needs Node.js 22 or newer, and this is v20.19.0\n'])
})

test('what Node 12 cannot read is not in it', async () => {
  assert.doesNotMatch(await readFile(BIN, 'utf8'), /^[^/\n]*(\?\.|\?\?|\|\|=|&&=|\bawait\b)/m)
})

test('what was compiled is kept for the next time, where nobody else writes, unless that is turned off', async t => {
  for (const [set, expected] of [
    [(cache: string, home: string) => ({ XDG_CACHE_HOME: cache, HOME: home }), [true, false, false]],
    [(_: string, home: string) => ({ XDG_CACHE_HOME: undefined, HOME: home }), [false, true, false]],
    [(cache: string, home: string) => ({ XDG_CACHE_HOME: cache, HOME: home, NODE_DISABLE_COMPILE_CACHE: '1' }), [false, false, false]]
  ] as const) {
    const [cache, home, tmp] = [await temporaryFolder(t), await temporaryFolder(t), await temporaryFolder(t)]

    // be it built or not
    await run(t, ['--version'], { command: [process.execPath, BIN], env: { ...process.env, NODE_COMPILE_CACHE: undefined, TMPDIR: tmp, ...set(cache, home) } })
    assert.deepEqual([
      (await readdir(cache)).includes('ts-bitswap'),
      (await readdir(home)).includes('.cache'),
      (await readdir(tmp)).some(name => name.includes('compile-cache'))
    ], expected)
  }
})
