import type { ComponentLogger, Logger } from '@libp2p/interface'

/** Says nothing. */
export function silentLogger (): ComponentLogger {
  const log: Logger = Object.assign(() => {}, {
    enabled: false,
    error: () => {},
    trace: () => {},
    newScope: () => log
  })

  return { forComponent: () => log }
}
