/** A logger that keeps what it is told as an error, with the values it names in place. */
import type { ComponentLogger, Logger } from '@libp2p/interface'

export interface KeptLog extends ComponentLogger {
  readonly errors: string[]
}

export function keptLog (): KeptLog {
  const errors: string[] = []
  const log: Logger = Object.assign(() => {}, {
    enabled: false,
    error: (format: string, ...values: unknown[]) => { errors.push(format.replace(/%\w/g, () => `${values.shift()}`)) },
    trace: () => {},
    newScope: () => log
  })

  return { errors, forComponent: () => log }
}
