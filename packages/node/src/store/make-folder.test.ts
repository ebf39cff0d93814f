import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { makeFolder } from './make-folder.ts'

test('a folder is made with all it is in, and may be there already', async t => {
  const path = join(await temporaryFolder(t), 'a', 'b', 'c')

  await makeFolder(path)
  await makeFolder(path)
  assert.ok((await stat(path)).isDirectory())
})

test('a folder that cannot be made is an error, also in a place that says the parent is missing', async () => {
  await assert.rejects(makeFolder('/proc/no-such-process/repo'), { code: 'ENOENT' })
})
