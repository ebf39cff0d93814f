import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Child } from '../../interop/harness/child.ts'
import { temporaryFolder } from '../../interop/harness/data.ts'
import { emptyFiles, layGround } from './ground.ts'

const GROUND = new URL('./ground.ts', import.meta.url).href
const HARNESS = new URL('../../interop/harness/child.ts', import.meta.url).href

test('all temporary folders lie in one, which is gone in the end', async () => {
  const before = tmpdir()
  let path: string

  {
    await using ground = await layGround()
    await using folder = await temporaryFolder('some')

    path = ground.path
    assert.ok(folder.path.startsWith(join(ground.path, 'bitswap-some-')))
    await writeFile(join(ground.path, 'left'), 'x')
  }

  assert.equal(existsSync(path), false)
  assert.equal(tmpdir(), before)
})

for (const [signal, code] of [['SIGINT', 130], ['SIGHUP', 129], ['SIGTERM', 143]] as const) {
  test(`a run that is ended by ${signal} leaves nothing, of what it started neither`, async () => {
    await using around = await temporaryFolder('around')
    const run = new Child(process.execPath, ['--conditions=ts-bitswap:source', '--input-type=module', '--eval', `
      import { Child } from ${JSON.stringify(HARNESS)}
      import { layGround } from ${JSON.stringify(GROUND)}

      // a second one, as from npm, or from who is impatient
      process.once('exit', () => { process.kill(process.pid, '${signal}') })
      await using ground = await layGround()
      // makes files as fast as it can, for some seconds
      const other = new Child(process.execPath, ['--eval', \`
        for (let i = 0; i < 100_000; i++) {
          require('node:fs').writeFileSync(process.env.TMPDIR + '/' + i % 100, 'x')
          if (i === 100) console.log('busy')
        }\`])
      await other.line(line => line === 'busy')
      console.log(ground.path)
      await other.exited()
    `], { env: { TMPDIR: around.path } })
    const path = await run.line(line => line.includes('bitswap-ground-'))

    assert.ok(existsSync(path))
    assert.equal((await run.stop(signal)).code, code)
    assert.deepEqual(await readdir(around.path), [])
  })
}

test('files are emptied, at any depth, and stay; what links lead to is left alone', async () => {
  await using folder = await temporaryFolder('emptied')
  await using other = await temporaryFolder('other')
  const deep = join(folder.path, 'a', 'b')

  await mkdir(deep, { recursive: true })
  await writeFile(join(deep, 'file'), 'bytes')
  await writeFile(join(other.path, 'theirs'), 'bytes')
  await symlink(join(other.path, 'theirs'), join(folder.path, 'link'))
  await symlink(join(other.path), join(folder.path, 'folder'))
  await emptyFiles(folder.path)
  await emptyFiles(join(folder.path, 'none'))

  assert.equal((await stat(join(deep, 'file'))).size, 0)
  assert.equal(await readFile(join(other.path, 'theirs'), 'utf8'), 'bytes')
})
