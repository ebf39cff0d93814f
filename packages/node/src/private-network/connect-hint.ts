/**
 * Why a connection may have failed, where a key does not fit: libp2p then says
 * that it was reset or took too long, since what it reads makes no sense to it.
 */

/** To be put behind the reason of a failed dial; empty when it has nothing to do with keys. */
export function swarmKeyHint (error: unknown, hasSwarmKey: boolean): string {
  if (!failedToEncrypt(error)) {
    return ''
  }

  return hasSwarmKey ? ' (its swarm key may be another one than ours)' : ' (it may be in a private network, of which we have no swarm key)'
}

function failedToEncrypt (error: unknown): boolean {
  if (error instanceof AggregateError) {
    return error.errors.length > 0 && error.errors.every(failedToEncrypt)
  }

  return error instanceof Error && error.name === 'EncryptionFailedError'
}
