/**
 * Which file may import which (`docs/architecture.md`): the layers inside
 * `packages/bitswap`, and public doors only for everybody else. Knows paths
 * only; `check-layers.ts` brings them.
 */

const LIBRARY = 'packages/bitswap/src/'

/** Of the library's root, what every part may use: errors to throw, what options can be, and the types users see. */
const SHARED: readonly string[] = ['errors.ts', 'option-rules.ts', 'api.ts', 'events.ts']

/** Folder to the folders (or single files) it may import from, besides itself. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  message: ['core/'],
  network: ['core/', 'message/', ...SHARED],
  client: ['core/', 'message/', ...SHARED],
  server: ['core/', 'message/', ...SHARED],
  providing: ['core/', 'message/', ...SHARED],
  routing: ['core/', 'message/', ...SHARED],
  // the invariants look into the books of both sides
  testing: ['core/', 'message/', 'network/', 'client/', 'server/', ...SHARED, 'bitswap.ts', 'books.ts', 'options.ts', 'providing/providing.ts']
}

/** Files of the root that see more than `core`, `message`, each other, and the types of the parts. */
const PARTS: readonly string[] = ['network/', 'client/', 'server/', 'providing/', 'routing/']
const ROOT_FILES: Readonly<Record<string, readonly string[]>> = {
  'bitswap.ts': PARTS,
  'index.ts': PARTS,
  // what one side is given of another
  'ports.ts': PARTS,
  'options.ts': PARTS.flatMap(part => [`${part}options.ts`, `${part}resolve-options.ts`]),
  'errors.ts': PARTS.map(part => `${part}errors.ts`)
}

export function isTest (path: string): boolean {
  return path.endsWith('.test.ts') || /^packages\/[^/]+\/test\//.test(path)
}

function mayImport (from: string, to: string, typeOnly: boolean): boolean {
  const [folder = ''] = from.split('/')

  if (!from.includes('/')) {
    const allowed = ['core/', 'message/', ...typeOnly ? PARTS : ROOT_FILES[from] ?? []]

    return !to.includes('/') || allowed.some(prefix => to.startsWith(prefix))
  }

  const allowed = FOLDERS[folder]

  return to.startsWith(`${folder}/`) || allowed?.some(prefix => to.startsWith(prefix)) === true
}

/** What is wrong with one file importing another, both relative to the root; undefined when nothing is. */
export function layerViolation (from: string, to: string, typeOnly: boolean): string | undefined {
  // a test of the door itself comes through it
  const behindDoor = from.startsWith(to.slice(0, -'index.ts'.length)) && !from.endsWith('/index.test.ts')

  if (to.endsWith('/index.ts') && behindDoor) {
    return `imports the index of its own folder, ${to}`
  }

  if (isTest(to) && !isTest(from)) {
    return `imports a test, ${to}`
  }

  if (!to.startsWith(LIBRARY)) {
    return undefined
  }

  if (!from.startsWith('packages/bitswap/')) {
    // a micro benchmark measures what is behind the doors
    return from.startsWith('bench/micro/') ? undefined : `reaches into ${to}: only the public doors of ts-bitswap are open`
  }

  if (isTest(from) || mayImport(from.slice(LIBRARY.length), to.slice(LIBRARY.length), typeOnly)) {
    return undefined
  }

  return `must not import ${to}`
}

/** What is wrong with a folder's name; undefined when nothing is. */
export function folderViolation (path: string): string | undefined {
  const name = path.split('/').slice(0, -1).find(part => /^(utils?|misc|common)$/.test(part))

  return name == null ? undefined : `a folder named ${name}: what it keeps belongs to a subject`
}

/** `node:` modules are for the node package, tests, scripts, benchmarks. */
export function mayImportNode (path: string): boolean {
  return !path.startsWith(LIBRARY) || isTest(path)
}
