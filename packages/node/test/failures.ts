/** What tests of failing commands share. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './command.ts'
import type { Finished } from './command.ts'
import type { TestContext } from 'node:test'

/** It printed one clear line, and nothing else. */
export function assertFailed ({ code, stdout, stderr }: Finished, line: RegExp): void {
  assert.match(stderr, line)
  assert.match(stderr, /^Error: [^\n]+\n$/)
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
}

/** Every file below a folder, with its content. */
export async function snapshot (folder: string): Promise<Array<[path: string, content: string]>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))

  // LevelDB writes its log anew at each opening
  return await Promise.all(files.filter(path => !path.includes('datastore')).sort().map(async path => [path, await readFile(path, 'latin1')] as [string, string]))
}

/** Adds a file to a repo, and returns its CID. */
export async function addTo (t: TestContext, repo: string, bytes: Uint8Array): Promise<string> {
  return (await run(t, ['--repo', repo, 'add', '-Q', '-'], { input: bytes })).stdout.trim()
}
