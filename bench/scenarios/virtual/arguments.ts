/** What `npm run bench:scenarios` is called with; `main.ts` documents it. */
import { parseArgs } from 'node:util'
import type { Scenario, ScenarioOptions } from './result.ts'

export interface Arguments extends ScenarioOptions {
  scenarios: readonly Scenario[]
  json: boolean
}

const MAX_SEED = 0xffff_ffff

/** @throws Error with one line that says what is wrong */
export function readArguments (args: string[], all: readonly Scenario[]): Arguments {
  const values = parse(args)
  const { only, full, json } = values
  const seed = Number(values.seed)
  const scenarios = all.filter(({ name }) => only == null || name === only)

  if (!(/^\d+$/.test(values.seed) && seed <= MAX_SEED)) {
    throw new RangeError(`--seed must be a whole number from 0 to ${MAX_SEED}, got ${values.seed}`)
  }

  if (scenarios.length === 0) {
    throw new RangeError(`no scenario is called ${only}; there are: ${all.map(({ name }) => name).join(', ')}`)
  }

  return { scenarios, seed, full, json }
}

function parse (args: string[]): ReturnType<typeof parseFlags>['values'] {
  try {
    return parseFlags(args).values
  } catch (error) {
    throw new RangeError((error as Error).message.split('\n').map(line => line.trim()).join(' '), { cause: error })
  }
}

/** Its type follows from the flags. */
function parseFlags (args: string[]) {
  return parseArgs({
    args,
    options: {
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      full: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false }
    }
  })
}
