/** The flags of `npm run soak`. */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'

/** One life again, or a part of it. */
export interface ReplayOptions {
  readonly seed: number
  /** Its first so many actions. */
  readonly actions: number | undefined
  /** These of its actions, by number. */
  readonly only: readonly number[] | undefined
  /** Without the limits that are drawn. */
  readonly noLimits: boolean
  /** Print all that went over the wire. */
  readonly trace: boolean
  /** Look for the shortest life of this seed that fails. */
  readonly shrink: boolean
}

/** Many lives. */
export interface SoakOptions {
  readonly from: number
  /** Undefined: as many as the time allows. */
  readonly seeds: number | undefined
  readonly minutes: number | undefined
  readonly jobs: number
}

/** No lives: one fetch, with every peer killed at the end of every message. */
export interface KillsOptions {
  readonly kills: true
}

export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const USAGE = 'npm run soak -- --seeds N [--from M] [--minutes T] [--jobs J], or --seed N [--actions n | --only i,j,…] [--no-limits] [--trace] [--shrink], or --kills'

const MAX_SEED = 0xffff_ffff

const MAX_JOBS = 64

/** @throws UsageError */
export function parseSoakOptions (argv: readonly string[]): ReplayOptions | SoakOptions | KillsOptions {
  const { kills, ...lives } = parse(argv)

  if (kills !== true) {
    return parseLives(lives)
  }

  const [other] = Object.keys(lives)

  if (other != null) {
    throw new UsageError(`--${other} does not go with --kills`)
  }

  return { kills }
}

function parseLives (lives: Omit<Flags, 'kills'>): ReplayOptions | SoakOptions {
  const { seed, actions, only, 'no-limits': noLimits = false, trace = false, shrink = false, ...many } = lives

  if (seed == null) {
    const flags = { '--actions': actions, '--only': only, '--no-limits': noLimits || undefined, '--trace': trace || undefined, '--shrink': shrink || undefined }
    const given = Object.entries(flags).find(([, value]) => value != null)

    if (given != null) {
      throw new UsageError(`${given[0]} goes with --seed`)
    }

    return parseMany(many)
  }

  const [other] = Object.keys(many)

  if (other != null || (actions != null && only != null)) {
    throw new UsageError(other == null ? 'either --actions or --only' : `--${other} does not go with --seed`)
  }

  return {
    seed: toNumber('--seed', seed, MAX_SEED),
    actions: actions == null ? undefined : toNumber('--actions', actions, Infinity),
    only: only?.split(',').map(number => toNumber('--only', number, Infinity)),
    noLimits,
    trace,
    shrink
  }
}

function parseMany ({ seeds, from = '1', minutes, jobs }: { seeds?: string, from?: string, minutes?: string, jobs?: string }): SoakOptions {
  if (seeds == null && minutes == null) {
    throw new UsageError('neither --seed nor --seeds nor --minutes')
  }

  return {
    from: toNumber('--from', from, MAX_SEED),
    seeds: seeds == null ? undefined : toNumber('--seeds', seeds, MAX_SEED - Number(from) + 1, 1),
    minutes: minutes == null ? undefined : toNumber('--minutes', minutes, Infinity, 1),
    jobs: jobs == null ? Math.min(2, availableParallelism()) : toNumber('--jobs', jobs, MAX_JOBS, 1)
  }
}

type Flags = ReturnType<typeof parseFlags>['values']

function parse (argv: readonly string[]): Flags {
  try {
    return parseFlags(argv).values
  } catch (error) {
    throw new UsageError((error as Error).message.split('\n').map(line => line.trim()).join(' '), { cause: error })
  }
}

/** Its type follows from the flags. */
function parseFlags (argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    options: {
      seed: { type: 'string' },
      actions: { type: 'string' },
      only: { type: 'string' },
      'no-limits': { type: 'boolean' },
      trace: { type: 'boolean' },
      shrink: { type: 'boolean' },
      seeds: { type: 'string' },
      from: { type: 'string' },
      minutes: { type: 'string' },
      jobs: { type: 'string' },
      kills: { type: 'boolean' }
    }
  })
}

function toNumber (flag: string, text: string, most: number, least: number = 0): number {
  const number = Number(text)

  if (!/^\d+$/.test(text) || number > most || number < least) {
    throw new UsageError(`${flag} takes a whole number from ${least}${most === Infinity ? '' : ` to ${most}`}, not ${JSON.stringify(text)}`)
  }

  return number
}
