import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { run as command } from '../test/command.ts'
import { collectorFlags } from './collector.ts'

const run = promisify(execFile)

const TUNE = `import { tuneCollector } from ${JSON.stringify(new URL('./collector.ts', import.meta.url).href)}; tuneCollector()`

/** Makes so many MB of ArrayBuffers, one after the other, and says how many full collections that took, and what V8 complained of. */
async function collections (setUp: string): Promise<{ full: number, said: string }> {
  const { stdout, stderr } = await run(process.execPath, ['--conditions=ts-bitswap:source', '--trace-gc', '--input-type=module', '-e', `
    ${setUp}
    // something lives, as in every program
    const alive = Array.from({ length: 400 }, () => new Uint8Array(262_144))
    for (let i = 0; i < 4000; i++) { new Uint8Array(262_144) }
    console.log(alive.length)
  `])

  return { full: stdout.split('\n').filter(line => line.includes('Mark-Compact')).length, said: stderr }
}

test('a process that is tuned collects all of its memory less often than one that is not, where V8 can be told to', async () => {
  const before = await collections('')
  const after = await collections(TUNE)
  const [atLeast, part] = collectorFlags().length > 1 ? [6, 3] : [0, 1]

  assert.ok(before.full >= atLeast, `${before.full}`)
  assert.ok(after.full <= before.full / part, `${after.full} in place of ${before.full}`)
  assert.equal(after.said, '')
})

test('in a process that is tuned the young generation has 8 MiB twice, whatever is made and let go of', async () => {
  // as it is mostly: V8 takes a page or two more for a moment while it collects
  const size = async (setUp: string): Promise<number> => {
    const { stdout } = await run(process.execPath, ['--conditions=ts-bitswap:source', '--input-type=module', '-e', `
      ${setUp}
      import { getHeapSpaceStatistics } from 'node:v8'
      const sizes = []
      let young = []
      for (let i = 0; i < 200; i++) {
        young = i % 4 === 0 ? [] : young
        for (let j = 0; j < 30_000; j++) { young.push({ j }) }
        await new Promise(resolve => { setImmediate(resolve) })
        sizes.push(getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space').space_size)
      }
      console.log(sizes.sort((a, b) => a - b)[100])
    `])

    return Number(stdout)
  }

  assert.equal(await size(TUNE), 16_777_216)
  assert.ok(await size('') > 16_777_216)
})

test('there are only such flags as a version has, and none of one that is not known', () => {
  assert.deepEqual(collectorFlags('22.1.0'), ['--semi-space-growth-factor=1'])
  assert.deepEqual(collectorFlags('24.0.0'), ['--external-memory-accounted-in-global-limit', '--heap-growing-percent=150', '--semi-space-growth-factor=1'])
  assert.deepEqual(collectorFlags('27.0.0'), [])
  assert.deepEqual(collectorFlags('20.0.0'), [])
})

test('the command tunes its own process, and says nothing of it', async t => {
  const watch = 'import v8 from "node:v8"; import { syncBuiltinESMExports } from "node:module"; ' +
    'const set = v8.setFlagsFromString; v8.setFlagsFromString = flag => { console.log(flag); set(flag) }; syncBuiltinESMExports()'
  const { code, stdout, stderr } = await command(t, ['--version'], { env: { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(watch)}` } })

  assert.deepEqual(stdout.trim().split('\n').slice(1, -1), collectorFlags())
  assert.deepEqual([code, stderr], [0, ''])
})
