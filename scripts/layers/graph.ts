/** Who imports whom among files, and the cycles in it. */
import { posix } from 'node:path'
import type { Source } from '../source/source.ts'

/** The path a relative specifier means, or undefined for a package or `node:` module. */
export function resolveRelative (from: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined
}

/**
 * Each cycle once, as the paths along it. Imports of types alone do not count:
 * they are gone at run time, and two shapes may well name each other.
 */
export function cycles (sources: readonly Source[]): string[][] {
  const byPath = new Map(sources.map(source => [source.path, source]))
  const done = new Set<string>()
  const found: string[][] = []

  const visit = (path: string, above: readonly string[]): void => {
    const start = above.indexOf(path)

    if (start >= 0) {
      found.push([...above.slice(start), path])
      return
    }

    const source = byPath.get(path)

    if (source == null || done.has(path)) {
      return
    }

    for (const { specifier, typeOnly } of source.imports) {
      const target = resolveRelative(path, specifier)

      if (target != null && !typeOnly) {
        visit(target, [...above, path])
      }
    }

    done.add(path)
  }

  for (const path of byPath.keys()) {
    visit(path, [])
  }

  return found
}
