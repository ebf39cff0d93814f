/**
 * The log of a process that nobody asked to log: none. libp2p makes a logger for
 * each stream, and the usual one finds out for each whether it is to say something,
 * and in which colours.
 */
import type { ComponentLogger, Logger } from '@libp2p/interface'

const nothing: Logger = Object.assign(() => {}, { enabled: false, error: () => {}, trace: () => {}, newScope: () => nothing })

/**
 * Undefined where `DEBUG` names something to log: libp2p's own is used then.
 *
 * @param env - where `DEBUG` is looked up
 */
export function quietLogger ({ DEBUG = '' }: Readonly<Record<string, string | undefined>>): ComponentLogger | undefined {
  return DEBUG === '' ? { forComponent: () => nothing } : undefined
}
