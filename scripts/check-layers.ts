/**
 * Checks that files import only what their layer may, that there are no
 * cycles, and that the library touches no clock, chance or host but through
 * its components. What a single expression may do otherwise is the linter's.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cycles, resolveRelative } from './layers/graph.ts'
import { forbiddenGlobals } from './layers/globals.ts'
import { folderViolation, isTest, layerViolation, mayImportNode } from './layers/layers.ts'
import { PACKAGES, ROOT } from './repository.ts'
import { readSources, type Import, type Source } from './source/source.ts'
import { report, type Violation } from './violation.ts'

const FOLDERS: readonly string[] = ['packages', 'bench', 'interop', 'scripts']

export interface Manifest {
  /** The folder of the package, relative to the root. */
  folder: string
  name: string
  dependencies?: Record<string, string>
  exports?: Record<string, unknown>
}

/** The package's name of `@scope/name/sub/path`. */
function packageName (specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}

/** What is wrong with importing a package (not a file); undefined when nothing is. */
function packageViolation (path: string, { specifier, typeOnly }: Import, manifests: readonly Manifest[]): string | undefined {
  if (specifier.startsWith('node:')) {
    return mayImportNode(path) || typeOnly ? undefined : `${specifier} in a package for browsers`
  }

  const name = packageName(specifier)
  const target = manifests.find(manifest => manifest.name === name)
  const door = `.${specifier.slice(name.length)}`

  if (target?.exports != null && !(door in target.exports)) {
    return `${specifier} is not a public door of ${name}`
  }

  const own = manifests.find(({ folder }) => path.startsWith(`${folder}/src/`))

  if (own == null || isTest(path) || own.name === name || own.dependencies?.[name] != null) {
    return undefined
  }

  return `${name} is not among the dependencies of ${own.name}`
}

function importViolations (source: Source, manifests: readonly Manifest[]): Violation[] {
  return source.imports.flatMap(imported => {
    const target = resolveRelative(source.path, imported.specifier)
    const message = target == null ? packageViolation(source.path, imported, manifests) : layerViolation(source.path, target, imported.typeOnly)

    return message == null ? [] : [{ path: source.path, line: imported.line, message }]
  })
}

export function checkLayers (sources: readonly Source[], manifests: readonly Manifest[]): Violation[] {
  const folders = sources.flatMap(({ path }) => {
    const message = folderViolation(path)

    return message == null ? [] : [{ path, message }]
  })
  const circles = cycles(sources).map(([path = '', ...rest]) => ({ path, message: `cycle: ${[path, ...rest].join(' → ')}` }))

  return [...folders, ...sources.flatMap(source => [...importViolations(source, manifests), ...forbiddenGlobals(source)]), ...circles]
}

async function readManifest (folder: string): Promise<Manifest> {
  const manifest = JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8')) as Omit<Manifest, 'folder'>

  return { ...manifest, folder }
}

if (import.meta.main) {
  const sources = (await Promise.all(FOLDERS.map(async folder => readSources(ROOT, folder)))).flat()
  const manifests = await Promise.all(PACKAGES.map(readManifest))

  report(checkLayers(sources, manifests), `${sources.length} files keep to their layers`)
}
