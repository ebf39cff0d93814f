/** What a published package must and must not contain, by the names of its files. */

const LICENCES: readonly string[] = ['LICENSE-MIT', 'LICENSE-APACHE']
const FORBIDDEN = /(^|\/)(test|node_modules|coverage)\/|\.test\.|\.tsbuildinfo$|(^|\/)tsconfig|(^|\/)\.(?!\/)/

/**
 * @param packed - the files in the package
 * @param sources - the sources of the package that are no tests, as in `src/index.ts`
 * @param commands - what its `bin` names, as in `bin/bitswap.js`
 */
export function packedViolations (packed: readonly string[], sources: readonly string[], commands: readonly string[]): string[] {
  const present = new Set(packed)
  const built = sources.flatMap(source => {
    const path = source.replace(/^src\//, 'dist/').replace(/\.ts$/, '')

    // the maps lead a debugger to the sources, so these go along
    return [`${path}.js`, `${path}.d.ts`, `${path}.js.map`, `${path}.d.ts.map`, source]
  })
  const expected = ['package.json', ...LICENCES, ...built, ...commands]
  const stale = packed.filter(path => path.startsWith('dist/') && !built.includes(path))

  return [
    ...expected.filter(path => !present.has(path)).map(path => `${path} is not packed`),
    ...packed.filter(path => FORBIDDEN.test(path)).map(path => `${path} is packed`),
    ...stale.map(path => `${path} is packed and comes from no source`)
  ]
}
