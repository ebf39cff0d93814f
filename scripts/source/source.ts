/**
 * TypeScript sources as the checks read them: syntax and imports. No types:
 * TypeScript 7 has no JavaScript API, and the checks do not need them.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseSync, type Comment, type EcmaScriptModule, type Program } from 'oxc-parser'

const IGNORED: ReadonlySet<string> = new Set(['node_modules', 'dist', 'coverage', '.cache'])

export interface Import {
  /** As written. */
  specifier: string
  line: number
  /** Nothing of it is left when the types are stripped. */
  typeOnly: boolean
}

export interface Source {
  /** Relative to the root, with forward slashes. */
  path: string
  text: string
  program: Program
  comments: readonly Comment[]
  imports: readonly Import[]
}

/** @throws SyntaxError that names the file, when it does not parse */
export function parseSource (path: string, text: string): Source {
  const { program, comments, errors, module } = parseSync(path, text, { lang: 'ts', sourceType: 'module' })
  const [error] = errors

  if (error != null) {
    throw new SyntaxError(`${path}: ${error.message}`)
  }

  return { path, text, program, comments, imports: importsOf(module, text) }
}

function importsOf (module: EcmaScriptModule, text: string): Import[] {
  const statics = module.staticImports.map(({ moduleRequest, entries, start }) => ({
    specifier: moduleRequest.value,
    line: lineOf(text, start),
    typeOnly: entries.length > 0 && entries.every(entry => entry.isType)
  }))
  const exports = module.staticExports.flatMap(({ entries, start }) => {
    const from = entries.find(entry => entry.moduleRequest != null)?.moduleRequest

    return from == null ? [] : [{ specifier: from.value, line: lineOf(text, start), typeOnly: entries.every(entry => entry.isType) }]
  })
  const dynamics = module.dynamicImports.flatMap(({ moduleRequest, start }) => {
    const argument = text.slice(moduleRequest.start, moduleRequest.end)

    // only a literal can be checked
    return /^['"].*['"]$/.test(argument) ? [{ specifier: argument.slice(1, -1), line: lineOf(text, start), typeOnly: false }] : []
  })

  return [...statics, ...exports, ...dynamics]
}

export function lineOf (text: string, offset: number): number {
  let line = 1

  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++
  }

  return line
}

/** All TypeScript files below `folder`, sorted by path; none when there is no such folder. */
export async function readSources (root: string, folder: string): Promise<Source[]> {
  const paths = await list(root, folder)

  return Promise.all(paths.sort().map(async path => parseSource(path, await readFile(join(root, path), 'utf8'))))
}

async function list (root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return []
    }

    throw error
  })
  const nested = entries.filter(entry => !IGNORED.has(entry.name)).map(async entry => {
    const path = `${folder}/${entry.name}`

    if (entry.isDirectory()) {
      return list(root, path)
    }

    return entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts') ? [path] : []
  })

  return (await Promise.all(nested)).flat()
}
