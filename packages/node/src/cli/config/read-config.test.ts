import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../../test/temporary-folder.ts'
import { readConfig } from './read-config.ts'

test('the file of the repo is read if there is one, or the one that is named', async t => {
  const folder = await temporaryFolder(t)

  assert.deepEqual(await readConfig(folder), {})
  await writeFile(join(folder, 'config.json'), '{ "routing": ["mdns"] }')
  await writeFile(join(folder, 'other.json'), '{ "routing": ["none"] }')
  assert.deepEqual(await readConfig(folder), { routing: ['mdns'] })
  assert.deepEqual(await readConfig(folder, join(folder, 'other.json')), { routing: ['none'] })
})

test('a file that is not there, is no JSON, or says what it cannot, is an error with its path', async t => {
  const folder = await temporaryFolder(t)
  const file = join(folder, 'config.json')

  await assert.rejects(readConfig(folder, file), { name: 'ConfigError', path: file, message: `config ${file}: there is no such file` })
  await writeFile(file, '{ "routing": ')
  await assert.rejects(readConfig(folder), { name: 'ConfigError', field: '', message: /^config .*JSON/ })
  await writeFile(file, '{ "findTimeout": "soon" }')
  await assert.rejects(readConfig(folder), { name: 'ConfigError', field: 'findTimeout', message: /^config .*config\.json: findTimeout: expected a duration/ })
})

test('what is no file, cannot be read, or is too long to be meant, is an error with its path at once', async t => {
  const folder = await temporaryFolder(t)
  const [large, pipe] = [join(folder, 'large'), join(folder, 'pipe')]

  await writeFile(large, '{}')
  await truncate(large, 1_048_577)
  execFileSync('mkfifo', [pipe])

  for (const [path, reason] of [
    [folder, 'it is no file'],
    [pipe, 'it is no file'],
    [large, 'it is longer than 1048576 bytes'],
    [join(folder, 'x'.repeat(300)), 'it cannot be read (ENAMETOOLONG)']
  ] as const) {
    await assert.rejects(readConfig(folder, path), { name: 'ConfigError', path, message: `config ${path}: ${reason}` })
  }
})

test('a mark of the order of bytes is no mistake', async t => {
  const folder = await temporaryFolder(t)

  await writeFile(join(folder, 'config.json'), '\uFEFF{ "routing": ["mdns"] }')
  assert.deepEqual(await readConfig(folder), { routing: ['mdns'] })
})
