/** A real process is killed while it announces what is in its repo; the next one finishes. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { cidOf } from '../../test/provided-cids.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import type { ChildProcess } from 'node:child_process'
import type { TestContext } from 'node:test'

const PROCESS = fileURLToPath(new URL('../../test/provide-process.ts', import.meta.url))
const COUNT = 100_000
const WORKERS = 16

/** Once it has said that all is kept. */
async function begin (t: TestContext, ...args: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [...process.execArgv.filter(argument => argument.startsWith('--conditions')), PROCESS, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })

  t.after(() => { child.kill('SIGKILL') })

  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])

  return child
}

test('a process that is killed loses nothing of what it has kept, and the next announces no more twice than were under way', { timeout: 120_000 }, async t => {
  const folder = await temporaryFolder(t)
  const [repo, file] = [join(folder, 'repo'), join(folder, 'announced')]
  const announced = (): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1)

  writeFileSync(file, '')

  const first = await begin(t, repo, file, String(COUNT))
  const killed = once(first, 'exit')

  while (announced().length < COUNT / 4 && first.exitCode == null) {
    await delay(20)
  }

  first.kill('SIGKILL')
  assert.deepEqual((await killed)[1], 'SIGKILL')

  const before = announced().length
  assert.ok(before < COUNT, 'it was not killed in the middle')

  const second = await begin(t, repo, file)
  const [code] = second.exitCode == null ? await once(second, 'exit') as [number | null] : [second.exitCode]
  assert.equal(code, 0)

  const all = announced()
  const distinct = new Set(all)
  assert.ok(all.length > before)
  assert.equal(distinct.size, COUNT)
  assert.ok(Array.from({ length: COUNT }, (_, i) => createHash('sha1').update(cidOf(i).multihash.bytes).digest('hex')).every(name => distinct.has(name)))
  assert.ok(all.length - COUNT <= WORKERS, `${all.length - COUNT} twice`)
})
