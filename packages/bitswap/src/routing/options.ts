/** What can be set about several routers as one, and what is used when it is not. */
import { BOOLEAN, checkOptions, DURATION, POSITIVE } from '../option-rules.ts'
import type { Rules } from '../option-rules.ts'

export interface RoutersInit {
  /**
   * How long one router may take for one look-up, in milliseconds. What it named
   * until then counts; others go on. A router may have its own
   * (`Router.findTimeout`).
   *
   * @default 10000
   */
  findTimeout?: number

  /**
   * How long one router may take to announce one block, in milliseconds: of a
   * DHT, to find who is closest and to tell them. A router may have its own. Less
   * than `providing.timeout`: else what others took counts as failed with it.
   *
   * @default 50000
   */
  provideTimeout?: number

  /**
   * What one router may name in one look-up; what is no provider, or comes again,
   * counts too. Over it the router's look-up ends, that of the others goes on. A
   * router may have its own.
   *
   * @default 100
   */
  maxProviders?: number

  /**
   * Providers handed on of one router while another has not answered yet; then
   * one more every `paceDelay`. So whoever names many at once does not take the
   * places of those that are dialled (`client.maxProviders`) from who is slower.
   *
   * @default 3
   */
  maxAhead?: number

  /**
   * See `maxAhead`; in milliseconds.
   *
   * @default 1000
   */
  paceDelay?: number

  /**
   * A router that has failed so many times, one after the other, is left out for
   * a while.
   *
   * @default 3
   */
  maxFailures?: number

  /**
   * For how many milliseconds a router is left out first; then one call finds out
   * whether it works again, and if not it is twice as long, up to `maxRest`.
   *
   * @default 5000
   */
  rest?: number

  /**
   * See `rest`. A router that says itself when to come back is left out until
   * then, up to an hour.
   *
   * @default 60000
   */
  maxRest?: number

  /**
   * Take addresses that lead through a relay. Of use only if such connections are
   * (`network.runOnLimitedConnections`), or lead to direct ones (hole punching).
   * Without it providers are passed over of whom nothing else is known.
   *
   * @default false
   */
  relayed?: boolean
}

export type RoutersOptions = Readonly<Required<RoutersInit>>

export const ROUTERS_DEFAULTS: RoutersOptions = Object.freeze({
  findTimeout: 10_000,
  provideTimeout: 50_000,
  maxProviders: 100,
  maxAhead: 3,
  paceDelay: 1_000,
  maxFailures: 3,
  rest: 5_000,
  maxRest: 60_000,
  relayed: false
})

const RULES: Rules<RoutersOptions> = {
  findTimeout: DURATION,
  provideTimeout: DURATION,
  maxProviders: POSITIVE,
  maxAhead: POSITIVE,
  paceDelay: DURATION,
  maxFailures: POSITIVE,
  rest: DURATION,
  maxRest: DURATION,
  relayed: BOOLEAN
}

/**
 * What is not said is the default.
 *
 * @throws InvalidOptionError on a value an option cannot have, and on options there are not
 */
export function resolveRoutersOptions (init: RoutersInit = {}): RoutersOptions {
  return checkOptions('routers', { ...ROUTERS_DEFAULTS, ...init }, RULES)
}
