/** What a package's manifest promises: doors, commands, licence. Paths only; nothing is read here. */

export interface PackageManifest {
  name: string
  exports?: Record<string, Record<string, string>>
  bin?: Record<string, string>
}

/** In this order: the first condition that applies wins. */
const CONDITIONS: readonly string[] = ['ts-bitswap:source', 'types', 'default']

/** What the sources and what the build make of one module. */
function builtFrom (source: string): Record<string, string> {
  const built = source.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '')

  return { types: `${built}.d.ts`, default: `${built}.js` }
}

function doorViolations (door: string, targets: Record<string, string>, exists: (path: string) => boolean): string[] {
  const conditions = Object.keys(targets)
  const source = targets['ts-bitswap:source'] ?? ''

  if (conditions.join() !== CONDITIONS.join()) {
    return [`${door} has the conditions ${conditions.join(', ')} and not ${CONDITIONS.join(', ')}`]
  }

  const drifted = Object.entries(builtFrom(source)).filter(([condition, path]) => targets[condition] !== path)
  const missing = Object.values(targets).filter(path => !exists(path))

  return [
    ...drifted.map(([condition, path]) => `${door} has ${targets[condition]} as ${condition}, and ${source} becomes ${path}`),
    ...missing.map(path => `${door} leads to ${path}, which is not there`)
  ]
}

/** @param exists - of a path in the package, as in `./dist/index.js` */
export function manifestViolations (manifest: PackageManifest, exists: (path: string) => boolean): string[] {
  const doors = Object.entries(manifest.exports ?? {}).flatMap(([door, targets]) => doorViolations(door, targets, exists))
  const commands = Object.entries(manifest.bin ?? {}).filter(([, path]) => !exists(path))

  return [...doors, ...commands.map(([command, path]) => `the command ${command} leads to ${path}, which is not there`)]
}
