import type { Logger } from '@libp2p/interface'

/**
 * Lets a promise run with nobody waiting for it. The only way to do so here:
 * what it fails with is logged under `doing`, never lost and never unhandled.
 */
export function detach (promise: Promise<unknown>, log: Logger, doing: string): void {
  promise.catch((error: unknown) => { log.error('%s failed - %e', doing, error) })
}
