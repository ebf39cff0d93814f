/**
 * Checks what users will install: every door of the packages leads to sources,
 * types and code that are there, and `npm pack` takes what it should. Needs a
 * build. Whether the package then works in an empty project is for a test.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './command.ts'
import { manifestViolations, type PackageManifest } from './exports/manifest.ts'
import { packedViolations } from './exports/packed.ts'
import { isTest } from './layers/layers.ts'
import { PACKAGES, ROOT } from './repository.ts'
import { readSources } from './source/source.ts'
import { report, type Violation } from './violation.ts'

interface Packed {
  files: Array<{ path: string }>
}

async function filesPacked (folder: string): Promise<string[]> {
  const printed = JSON.parse(await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { folder, capture: true })) as Packed[] | Record<string, Packed>

  return Object.values(printed).flatMap(({ files }) => files.map(({ path }) => path))
}

/** The licences lie in each package, and must stay those of the root. */
async function licenceViolations (folder: string): Promise<string[]> {
  const checked = await Promise.all(['LICENSE-MIT', 'LICENSE-APACHE'].map(async name => {
    const path = join(ROOT, folder, name)

    return existsSync(path) && await readFile(path, 'utf8') === await readFile(join(ROOT, name), 'utf8') ? [] : [`${name} is not that of the root`]
  }))

  return checked.flat()
}

async function checkPackage (folder: string): Promise<Violation[]> {
  const manifest = JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8')) as PackageManifest
  const sources = (await readSources(ROOT, `${folder}/src`)).map(({ path }) => path).filter(path => !isTest(path))
  const messages = [
    ...manifestViolations(manifest, path => existsSync(join(ROOT, folder, path))),
    ...packedViolations(await filesPacked(folder), sources.map(path => path.slice(folder.length + 1)), Object.values(manifest.bin ?? {}).map(path => path.replace('./', ''))),
    ...await licenceViolations(folder)
  ]

  return messages.map(message => ({ path: `${folder}/package.json`, message }))
}

if (import.meta.main) {
  report((await Promise.all(PACKAGES.map(checkPackage))).flat(), `${PACKAGES.length} packages hold what they promise`)
}
