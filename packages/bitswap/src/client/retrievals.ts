/** What `get-block.ts` and `get-blocks.ts` need of the client, and the options they run on. */
import type { Logger } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { GetOptions, SessionOptions } from '../api.ts'
import { InvalidOptionError } from '../errors.ts'
import type { SessionState } from './session-state.ts'
import type { Waiter, Waiters } from './waiters.ts'

export interface Retrievals {
  readonly log: Logger
  readonly waiters: Waiters
  /** The block from the local store, or undefined. Identity CIDs are read from the CID. */
  read (cid: CID, signal: AbortSignal | undefined): Uint8Array | undefined | Promise<Uint8Array | undefined>
  /**
   * Asks peers for what a waiter in `waiters` waits for.
   *
   * @throws NotStartedError, SessionClosedError, TooManyWantsError
   */
  want (key: string, waiter: Waiter, priority: number): void
  /** A waiter goes: what nobody else waits for is wanted no more. */
  leave (key: string, waiter: Waiter): void
}

/** One call, as it is carried out. */
export interface Retrieval {
  readonly session: SessionState
  readonly options: GetOptions & GetDefaults
  /** Called once, when it is over. */
  readonly ended: () => void
}

export type GetDefaults = Required<Pick<GetOptions, 'priority' | 'maxSize' | 'failFast' | 'onlyProviders'>>

export const GET_DEFAULTS: GetDefaults = Object.freeze({ priority: 1, maxSize: 2_097_152, failFast: false, onlyProviders: false })

export function resolveGetOptions (options: GetOptions | undefined, log: Logger): GetOptions & GetDefaults {
  if (options == null) {
    return GET_DEFAULTS
  }

  const { onProgress } = options
  const resolved = {
    ...options,
    // callers hand on what they were given, which may be undefined
    priority: options.priority ?? GET_DEFAULTS.priority,
    maxSize: options.maxSize ?? GET_DEFAULTS.maxSize,
    failFast: options.failFast ?? GET_DEFAULTS.failFast,
    onlyProviders: options.onlyProviders ?? GET_DEFAULTS.onlyProviders
  }

  if (onProgress != null) {
    // a listener that throws hurts neither its own call nor those of others
    resolved.onProgress = event => {
      try {
        onProgress(event)
      } catch (error) {
        log.error('a progress listener failed - %e', error)
      }
    }
  }

  if (!(Number.isInteger(resolved.priority) && (resolved.priority | 0) === resolved.priority)) {
    throw new InvalidOptionError('priority', resolved.priority, 'a whole number from -2^31 to 2^31-1')
  }

  if (!(resolved.maxSize >= 0)) {
    throw new InvalidOptionError('maxSize', resolved.maxSize, 'a number of bytes, 0 or more')
  }

  return resolved
}

/** Does this call want anything of its session that others may not share? */
export function isParticular (options: GetOptions): boolean {
  return options.onlyProviders === true || (options.providers?.length ?? 0) > 0
}

/** The options of a session that lives as long as one call: the call sees to the signal itself. */
export function ownSession ({ providers, onlyProviders }: GetOptions): SessionOptions {
  return { providers: providers ?? [], onlyProviders: onlyProviders ?? false }
}
