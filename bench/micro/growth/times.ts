/** How long one thing takes with little around it and with much, measured by turns. */

/** Something that can be done again and again. */
export interface Doing {
  /** Not measured: makes ready for the next round. */
  prepare?: () => unknown
  round: () => unknown
  /** How many of what is measured one round has; asked after it. */
  count: () => number
}

export interface Growth {
  what: string
  small: string
  large: string
  /** Times what it takes with little. */
  limit: number
  /** @default 15 */
  rounds?: number
  setUp: (size: 'small' | 'large') => Doing | Promise<Doing>
}

export interface Times {
  small: number
  large: number
}

/** Before the first that counts. */
const WARM_UP = 3

/** Of one, in microseconds of the processor. */
export async function timesOf ({ setUp, rounds = 15 }: Growth): Promise<Times> {
  const sides = [{ doing: await setUp('small'), times: [] as number[] }, { doing: await setUp('large'), times: [] as number[] }] as const

  for (let round = -WARM_UP; round < rounds; round++) {
    for (const { doing, times } of sides) {
      await doing.prepare?.()
      const time = await timed(doing.round) / doing.count()

      if (round >= 0) {
        times.push(time)
      }
    }
  }

  const [small, large] = sides.map(({ times }) => quartile(times)) as [number, number]

  return { small, large }
}

function quartile (times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 4)] ?? Number.NaN
}

async function timed (work: () => unknown): Promise<number> {
  const start = process.cpuUsage()
  const done = work()

  if (done instanceof Promise) {
    await done
  }

  const { user, system } = process.cpuUsage(start)

  return user + system
}
