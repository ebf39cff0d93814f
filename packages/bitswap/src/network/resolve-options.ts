/** What the options of `network/` can be, and what they are. */
import { InvalidOptionError } from '../errors.ts'
import { BOOLEAN, checkOptions, NOT_NEGATIVE, numberFrom, POSITIVE } from '../option-rules.ts'
import type { Rule, Rules } from '../option-rules.ts'
import { NETWORK_DEFAULTS } from './options.ts'
import type { NetworkInit, NetworkOptions } from './options.ts'

const FROM_0: Rule = numberFrom(0)
const FROM_1: Rule = numberFrom(1)

const RULES: Rules<NetworkOptions> = {
  // an id is a path: a prefix that is none would never be agreed on
  protocolPrefix: { expected: 'empty or a path like /mine', holds: value => typeof value === 'string' && /^(\/[^/\s]+)*$/.test(value) },
  maxInboundStreams: POSITIVE,
  runOnLimitedConnections: BOOLEAN,
  identifyTimeout: FROM_0,
  openStreamTimeout: FROM_1,
  sendAttempts: POSITIVE,
  retryDelay: FROM_0,
  minSendRate: FROM_1,
  minSendTimeout: FROM_1,
  maxSendTimeout: FROM_1,
  resendInterval: FROM_0,
  resendSize: NOT_NEGATIVE,
  pieceSize: POSITIVE,
  maxMessageSize: POSITIVE,
  inboundBufferSize: NOT_NEGATIVE,
  peerBufferSize: NOT_NEGATIVE,
  totalBufferSize: NOT_NEGATIVE,
  maxEntries: POSITIVE,
  entryRate: FROM_1,
  totalEntryRate: FROM_1,
  floodTimeout: FROM_1,
  maxMalformed: POSITIVE,
  maxEmptyStreams: POSITIVE,
  offenceRecovery: FROM_1,
  closeTimeout: FROM_0
}

/** @throws InvalidOptionError on a value an option cannot have, and on options there are not */
export function resolveNetworkOptions (init: NetworkInit = {}): NetworkOptions {
  const options = checkOptions('network', { ...NETWORK_DEFAULTS, ...init }, RULES)

  if (options.maxSendTimeout < options.minSendTimeout) {
    throw new InvalidOptionError('network.maxSendTimeout', options.maxSendTimeout, `at least minSendTimeout, ${options.minSendTimeout}`)
  }

  return options
}
