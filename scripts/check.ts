/**
 * Runs every check and says how long each took. All of them run, whatever
 * fails before; one that fails prints what it found. Arguments choose checks
 * by the beginning of their name: `npm run check -- lint types`.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CommandFailedError, run } from './command.ts'
import { ROOT } from './repository.ts'

export interface Check {
  name: string
  command: string
  args: string[]
}

const SOURCE = '--conditions=ts-bitswap:source'

/** TypeScript projects; one whose dependencies are not installed is left to the script that installs them. */
const PROJECTS: ReadonlyArray<{ name: string, project: string, needs?: string }> = [
  { name: 'bitswap', project: 'packages/bitswap' },
  { name: 'bitswap tests', project: 'packages/bitswap/tsconfig.test.json' },
  { name: 'node', project: 'packages/node' },
  { name: 'node tests', project: 'packages/node/tsconfig.test.json' },
  { name: 'scripts', project: 'scripts' },
  { name: 'bench', project: 'bench' },
  { name: 'interop', project: 'interop' },
  { name: 'interop with Helia', project: 'interop/helia', needs: 'interop/helia/node_modules' }
]

const LINTED: readonly string[] = ['packages', 'scripts', 'bench', 'interop']

function checks (): Check[] {
  const types = PROJECTS.filter(({ project, needs = project }) => existsSync(join(ROOT, project)) && existsSync(join(ROOT, needs)))

  return [
    ...types.map(({ name, project }) => ({ name: `types of ${name}`, command: 'tsc', args: ['-p', project, '--noEmit'] })),
    {
      name: 'lint and format',
      command: 'oxlint',
      args: ['--type-aware', '--deny-warnings', '--report-unused-disable-directives-severity=error', ...LINTED]
    },
    { name: 'layers', command: 'node', args: ['scripts/check-layers.ts'] },
    { name: 'options', command: 'node', args: [SOURCE, 'scripts/check-options.ts'] },
    { name: 'build', command: 'node', args: ['scripts/build.ts'] },
    { name: 'exports', command: 'node', args: ['scripts/check-exports.ts'] }
  ]
}

/** True when it passed. */
async function pass ({ name, command, args }: Check): Promise<boolean> {
  const start = performance.now()
  const say = (mark: string): void => { console.log(`${mark} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`) }

  try {
    await run(command, args, { capture: true })
    say('✔')

    return true
  } catch (error) {
    if (!(error instanceof CommandFailedError)) {
      throw error
    }

    say('✖')
    console.error(`${error.output}${error.message}`)

    return false
  }
}

/** Runs all of them, whatever fails. @returns the names of those that failed */
export async function runChecks (selected: readonly Check[]): Promise<string[]> {
  const failed: string[] = []

  for (const check of selected) {
    if (!await pass(check)) {
      failed.push(check.name)
    }
  }

  return failed
}

if (import.meta.main) {
  const chosen = process.argv.slice(2)
  const selected = checks().filter(({ name }) => chosen.length === 0 || chosen.some(beginning => name.startsWith(beginning)))
  const failed = await runChecks(selected)

  if (failed.length > 0 || selected.length === 0) {
    console.error(selected.length === 0 ? `Error: no check is called ${chosen.join(' or ')}` : `Error: failed: ${failed.join(', ')}`)
    process.exitCode = 1
  }
}
