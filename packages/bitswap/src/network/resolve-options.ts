/** What the options of `network/` can be, and what they are. */
import { InvalidOptionError } from '../errors.ts'
import { NETWORK_DEFAULTS } from './options.ts'
import type { NetworkInit, NetworkOptions } from './options.ts'

/** From how many up, in which steps, each number goes. */
const NUMBERS = {
  maxInboundStreams: { least: 1, whole: true },
  identifyTimeout: { least: 0, whole: false },
  openStreamTimeout: { least: 1, whole: false },
  sendAttempts: { least: 1, whole: true },
  retryDelay: { least: 0, whole: false },
  minSendRate: { least: 1, whole: false },
  minSendTimeout: { least: 1, whole: false },
  maxSendTimeout: { least: 1, whole: false },
  resendInterval: { least: 0, whole: false },
  resendSize: { least: 0, whole: true },
  pieceSize: { least: 1, whole: true },
  maxMessageSize: { least: 1, whole: true },
  inboundBufferSize: { least: 0, whole: true },
  peerBufferSize: { least: 0, whole: true },
  totalBufferSize: { least: 0, whole: true },
  maxEntries: { least: 1, whole: true },
  entryRate: { least: 1, whole: false },
  totalEntryRate: { least: 1, whole: false },
  floodTimeout: { least: 1, whole: false },
  maxMalformed: { least: 1, whole: true },
  maxEmptyStreams: { least: 1, whole: true },
  offenceRecovery: { least: 1, whole: false },
  closeTimeout: { least: 0, whole: false }
} as const

/** @throws InvalidOptionError */
export function resolveNetworkOptions (init: NetworkInit = {}): NetworkOptions {
  const options: NetworkOptions = { ...NETWORK_DEFAULTS, ...init }

  for (const [name, value] of Object.entries(options)) {
    if (!(name in NETWORK_DEFAULTS)) {
      throw new InvalidOptionError(`network.${name}`, value, 'an option there is')
    }
  }

  // an id is a path: a prefix that is none would never be agreed on
  if (typeof options.protocolPrefix !== 'string' || !/^(\/[^/\s]+)*$/.test(options.protocolPrefix)) {
    throw new InvalidOptionError('network.protocolPrefix', options.protocolPrefix, 'empty or a path like /mine')
  }

  if (typeof options.runOnLimitedConnections !== 'boolean') {
    throw new InvalidOptionError('network.runOnLimitedConnections', options.runOnLimitedConnections, 'a boolean')
  }

  for (const [name, { least, whole }] of Object.entries(NUMBERS)) {
    const value = options[name as keyof typeof NUMBERS]

    // also refuses NaN, infinity and an explicit undefined
    if (!(Number.isFinite(value) && value >= least && (!whole || Number.isInteger(value)))) {
      throw new InvalidOptionError(`network.${name}`, value, `a ${whole ? 'whole ' : ''}number from ${least} up`)
    }
  }

  if (options.maxSendTimeout < options.minSendTimeout) {
    throw new InvalidOptionError('network.maxSendTimeout', options.maxSendTimeout, `at least minSendTimeout, ${options.minSendTimeout}`)
  }

  return Object.freeze(options)
}
