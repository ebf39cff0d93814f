import { ListenError } from '../errors.ts'

/**
 * What libp2p throws when it cannot listen, in our words: it writes addresses,
 * reasons and where in the code they arose all into one text. Anything else is
 * returned as it is.
 */
export function listenError (error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'UnsupportedListenAddressesError') {
    return error
  }

  const failures = [...error.message.matchAll(/^\s*(\/\S*): (?:\w*Error: )*(.*)$/gm)]
  const addresses = failures.map(([, address = '']) => address)
  const reasons = new Set(failures.map(([, , reason = '']) => reason.replace(/^listen /, '')))

  return new ListenError(addresses, [...reasons].join(', '), { cause: error })
}
