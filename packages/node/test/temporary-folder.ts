import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** A folder that is gone after the test. */
export async function temporaryFolder (t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'ts-bitswap-test-'))

  t.after(async () => { await rm(path, { recursive: true, force: true }) })

  return path
}
