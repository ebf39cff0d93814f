/**
 * Why a connection may have failed, where a key does not fit: libp2p then says
 * that it was reset, or took too long, since what it reads makes no sense to it.
 */

/** How it may fail with another key: what is read is no message, or the beginning of one that never ends. */
const ANOTHER_KEY = new Set(['EncryptionFailedError', 'TimeoutError', 'AbortError'])

/** How it may fail with a peer that waits for a key. */
const NO_KEY = new Set(['EncryptionFailedError'])

/** To be put behind the reason of a failed dial; empty when it has nothing to do with keys. */
export function swarmKeyHint (error: unknown, hasSwarmKey: boolean): string {
  if (!hasOneOf(error, hasSwarmKey ? ANOTHER_KEY : NO_KEY)) {
    return ''
  }

  return hasSwarmKey ? ' (its swarm key may be another one than ours)' : ' (it may be in a private network, of which we have no swarm key)'
}

/** One of several addresses is enough: others may fail for other reasons. */
function hasOneOf (error: unknown, names: ReadonlySet<string>): boolean {
  return error instanceof AggregateError ? error.errors.some(each => hasOneOf(each, names)) : error instanceof Error && names.has(error.name)
}
