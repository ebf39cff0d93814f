/** The same seed gives the same run, byte for byte: in one process and in another. On other versions of Node: `npm run test:replay`. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { crowd, hashes } from './hashes.ts'

const SCRIPT = fileURLToPath(new URL('hashes.ts', import.meta.url))

test('a run is the same twice in one process, and another with another seed', async () => {
  assert.equal(await crowd(3), await crowd(3))
  assert.notEqual(await crowd(3), await crowd(4))
})

test('a run is the same in another process', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv.filter(argument => argument.startsWith('--conditions')), SCRIPT])

  assert.deepEqual(JSON.parse(stdout), await hashes())
})
