/** What the options of the wanting side can be, and what they are. */
import { checkOptions, DURATION, NOT_NEGATIVE, POSITIVE } from '../option-rules.ts'
import type { Rules } from '../option-rules.ts'
import { CLIENT_DEFAULTS } from './options.ts'
import type { ClientInit, ClientOptions } from './options.ts'

const RULES: Rules<ClientOptions> = {
  dontHaveTimeout: DURATION,
  minAnswerTimeout: DURATION,
  maxWantsPerPeer: POSITIVE,
  initialWindow: POSITIVE,
  maxLooking: POSITIVE,
  maxBroadcastPeers: NOT_NEGATIVE,
  widenDelay: DURATION,
  searchHeadStart: DURATION,
  refreshDelay: DURATION,
  maxRefreshDelay: DURATION,
  maxSearches: POSITIVE,
  searchTimeout: DURATION,
  maxProviders: POSITIVE,
  dialTimeout: DURATION,
  maxWants: POSITIVE,
  maxFormerPeers: NOT_NEGATIVE,
  maxSessions: POSITIVE,
  maxUnaskedBlocks: POSITIVE,
  maxUnaskedBytes: POSITIVE,
  unaskedRecovery: DURATION,
  maxStoringBytes: POSITIVE
}

/** @throws InvalidOptionError on a value an option cannot have, and on options there are not */
export function resolveClientOptions (init: ClientInit = {}): ClientOptions {
  return checkOptions('client', { ...CLIENT_DEFAULTS, ...init }, RULES)
}
