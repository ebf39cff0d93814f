/**
 * Makes a life that fails shorter: the fewest first actions with which it still
 * fails, then without those among them that do not matter. What fails then may
 * be something else than at first; it is wrong all the same.
 *
 * Limits: so many lives are tried; each costs what the first one did.
 */
import type { Plan } from './plan.ts'
import { Run } from './run.ts'
import type { RunFailedError } from './run-failed-error.ts'

/** A plan, and how it fails. */
export interface Failing {
  readonly plan: Plan
  readonly failure: RunFailedError
}

export interface ShrinkInit {
  /**
   * Lives that may be tried.
   *
   * @default 200
   */
  readonly budget?: number
  /**
   * How a plan fails.
   *
   * @default lives it
   */
  readonly fails?: (plan: Plan) => Promise<RunFailedError | undefined>
}

const DEFAULT_BUDGET = 200

/** Downwards from what the halving found, in case shorter ones fail where one in the middle did not. */
const SCANNED = 8

/** Undefined when the plan does not fail. */
export async function shrink (plan: Plan, { budget = DEFAULT_BUDGET, fails = failureOf }: ShrinkInit = {}): Promise<Failing | undefined> {
  const shrinking = new Shrinking(plan, budget, fails)

  if (await shrinking.fails(plan.actions.length)) {
    await shrinking.shorten()
    await shrinking.thinOut()
  }

  return shrinking.shortest
}

/** How a plan fails; undefined when it does not. */
export async function failureOf (plan: Plan): Promise<RunFailedError | undefined> {
  try {
    await new Run(plan).live()

    return undefined
  } catch (error) {
    return error as RunFailedError
  }
}

/** Only the first so many actions. */
export function prefixOf (plan: Plan, count: number): Plan {
  return { ...plan, actions: plan.actions.slice(0, count) }
}

class Shrinking {
  shortest: Failing | undefined
  readonly #plan: Plan
  readonly #failureOf: (plan: Plan) => Promise<RunFailedError | undefined>
  #budget: number

  constructor (plan: Plan, budget: number, failureOf: (plan: Plan) => Promise<RunFailedError | undefined>) {
    this.#plan = plan
    this.#budget = budget
    this.#failureOf = failureOf
  }

  async fails (count: number): Promise<boolean> {
    return this.#try(prefixOf(this.#plan, count))
  }

  /** By halves, then by ones. */
  async shorten (): Promise<void> {
    let [right, wrong] = [-1, this.#plan.actions.length]

    while (wrong - right > 1) {
      const middle = (right + wrong) >> 1

      if (await this.fails(middle)) {
        wrong = middle
      } else {
        right = middle
      }
    }

    for (let count = wrong - 2; count >= Math.max(0, wrong - SCANNED); count--) {
      await this.fails(count)
    }
  }

  /** Leaves out one action after the other, the last first, and again as long as that helps. */
  async thinOut (): Promise<void> {
    for (let before = Infinity; this.#length < before && this.#budget > 0;) {
      before = this.#length

      for (let i = this.#length - 1; i >= 0; i--) {
        const { actions } = (this.shortest as Failing).plan
        await this.#try({ ...this.#plan, actions: actions.toSpliced(i, 1) })
      }
    }
  }

  get #length (): number {
    return this.shortest?.plan.actions.length ?? 0
  }

  async #try (plan: Plan): Promise<boolean> {
    const failure = this.#budget-- > 0 ? await this.#failureOf(plan) : undefined

    if (failure != null) {
      this.shortest = { plan, failure }
    }

    return failure != null
  }
}
