/**
 * Checks that what is said of options is so: each field of an `XInit` in an
 * `options.ts` documents its default, the default in use is the same, and
 * something reads the option. Whether it then does what it says is for a test.
 */
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { runInNewContext } from 'node:vm'
import { isTest } from './layers/layers.ts'
import { defaultsName, initsOf, type Init, type InitField } from './options/init.ts'
import { PACKAGES, ROOT } from './repository.ts'
import { readSources, type Source } from './source/source.ts'
import { walk } from './source/walk.ts'
import { report, type Violation } from './violation.ts'

export interface OptionsFile {
  source: Source
  /** The defaults it exports, by name. */
  exports: Readonly<Record<string, unknown>>
}

/** The names of all properties that are read in these files, as `a.name` or `{ name } = a`. */
export function namesRead (sources: readonly Source[]): Set<string> {
  const names = new Set<string>()

  for (const { program } of sources) {
    for (const { node, parent } of walk(program)) {
      const isRead = parent?.type === 'MemberExpression' ? parent.property === node && !parent.computed : parent?.type === 'Property' && parent.key === node

      if (node.type === 'Identifier' && isRead) {
        names.add(node.name)
      }
    }
  }

  return names
}

/** The value a docstring names. @throws whatever the text does when it is no value */
function valueOf (documented: string): unknown {
  // the clone is made of our own objects, not those of the other context
  return structuredClone(runInNewContext(`(${documented})`))
}

function defaultViolation ({ name, documented }: InitField, defaults: unknown): string | undefined {
  if (documented == null) {
    return `${name} does not end its docstring with @default`
  }

  if (typeof defaults !== 'object' || defaults === null || !(name in defaults)) {
    return `${name} has no default in use`
  }

  const used: unknown = defaults[name as keyof typeof defaults]

  if (typeof used === 'function') {
    return used.name === documented ? undefined : `${name} documents the default ${documented}, and ${used.name} is used`
  }

  try {
    return isDeepStrictEqual(valueOf(documented), used) ? undefined : `${name} documents the default ${documented}, and ${String(used)} is used`
  } catch (error) {
    return `${name} documents the default ${documented}, which is no value: ${String(error)}`
  }
}

function initViolations ({ source: { path }, exports }: OptionsFile, init: Init, read: ReadonlySet<string>): Violation[] {
  const fields = init.fields.filter(({ group }) => !group)
  const defaults = exports[defaultsName(init.name)]

  if (fields.length > 0 && defaults == null) {
    return [{ path, line: init.line, message: `${init.name} has no ${defaultsName(init.name)}` }]
  }

  return fields.flatMap(field => {
    const messages = [
      defaultViolation(field, defaults),
      read.has(field.name) ? undefined : `${field.name} is read by nothing outside options.ts`
    ]

    return messages.flatMap(message => message == null ? [] : [{ path, line: field.line, message }])
  })
}

/** @param readers - the other sources of the package */
export function checkOptions (file: OptionsFile, readers: readonly Source[]): Violation[] {
  const read = namesRead(readers.filter(({ path }) => !isTest(path) && !path.endsWith('/options.ts')))

  return initsOf(file.source).flatMap(init => initViolations(file, init, read))
}

async function checkPackage (folder: string): Promise<{ files: number, violations: Violation[] }> {
  const sources = await readSources(ROOT, `${folder}/src`)
  const files = await Promise.all(sources.filter(({ path }) => path.endsWith('/options.ts')).map(async source => ({
    source,
    exports: await import(join(ROOT, source.path)) as Record<string, unknown>
  })))

  return { files: files.length, violations: files.flatMap(file => checkOptions(file, sources)) }
}

if (import.meta.main) {
  const checked = await Promise.all(PACKAGES.map(checkPackage))
  const files = checked.reduce((sum, each) => sum + each.files, 0)

  report(checked.flatMap(({ violations }) => violations), `${files} options files say what is so`)
}
