/** A log for tests: keeps what is logged as an error, with what goes into it. */
import type { ComponentLogger, Logger } from '@libp2p/interface'

export interface KeptLog {
  log: Logger
  /** The same for all components. */
  logger: ComponentLogger
  errors: unknown[][]
}

export function keepingLog (): KeptLog {
  const errors: unknown[][] = []
  const nothing = (): void => {}
  const log: Logger = Object.assign(nothing, {
    error: (...args: unknown[]) => { errors.push(args) },
    trace: nothing,
    enabled: false,
    newScope: () => log
  })

  return { log, logger: { forComponent: () => log }, errors }
}
