/** The programs in `docs/testing-with-a-virtual-network.md` run as they stand, and print what the page says they print. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const PAGE = fileURLToPath(new URL('../../../docs/testing-with-a-virtual-network.md', import.meta.url))
const HERE = fileURLToPath(new URL('.', import.meta.url))

const page = await readFile(PAGE, 'utf8')
const programs = [...page.matchAll(/^## (.*)$|^```ts\n([\s\S]*?)^```/gm)]

/** Within the package, so that it finds itself by its name. */
let folder = ''

before(async () => { folder = await mkdtemp(join(HERE, 'page-')) })
after(async () => { await rm(folder, { recursive: true, force: true }) })

async function run (program: string): Promise<string> {
  const file = join(folder, 'program.ts')

  await writeFile(file, program)

  return (await promisify(execFile)(process.execPath, ['--conditions=ts-bitswap:source', file])).stdout
}

let section = ''
let count = 0

for (const [, heading, program] of programs) {
  section = heading ?? section

  if (program != null) {
    count++
    test(`the program under "${section}" runs`, async () => {
      const output = await run(program)
      const [, printed = ''] = page.slice(page.indexOf(program)).match(/^```\n\n```\n([\s\S]*?)^```/m) ?? []

      if (program.includes('timeline()')) {
        assert.equal(output.trim(), printed.trim())
      }
    })
  }
}

test('the page has programs', () => {
  assert.equal(count, 4)
})
