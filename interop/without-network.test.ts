/**
 * Default settings on a machine with no network at all but its own loopback: a
 * network namespace of its own.
 */
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { runToEnd } from './harness/child.ts'
import { temporaryFolder } from './harness/data.ts'

const SCRIPT = fileURLToPath(new URL('./harness/without-network.ts', import.meta.url))

interface Outcome {
  /** What A and C printed on standard error. */
  errors: string[]
  same: boolean
  byAddress: boolean
}

test('serve, add and get work with default settings, and no error is printed more than once', async () => {
  await using folder = await temporaryFolder('without-network')
  const up = 'ip link set lo up && exec "$@"'
  const { stdout } = await runToEnd('unshare', ['-rn', 'sh', '-c', up, 'sh', process.execPath, '--conditions=ts-bitswap:source', SCRIPT, folder.path])
  const outcome = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Outcome

  assert.deepEqual([outcome.byAddress, outcome.same], [true, true])
  assert.deepEqual(outcome.errors.filter((line, index) => outcome.errors.indexOf(line) !== index), [])
  assert.ok(outcome.errors.length <= 2, outcome.errors.join('\n'))
})
