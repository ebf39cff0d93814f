/** What keeps a private network private says so with these. */

/** The key of a private network cannot be used, or not be written. Nothing of the file is repeated. */
export class SwarmKeyError extends Error {
  override readonly name = 'SwarmKeyError'
  readonly path: string

  constructor (path: string, reason: string, options?: ErrorOptions) {
    super(`cannot use the swarm key ${path}: ${reason}`, options)
    this.path = path
  }
}

/** A connection with a peer was to be made that is none of those allowed. */
export class PeerNotAllowedError extends Error {
  override readonly name = 'PeerNotAllowedError'
  readonly peer: string

  constructor (peer: string) {
    super(`${peer} is not among the peers that are allowed`)
    this.peer = peer
  }
}

/** A node of a private network was to use what is public. It was not started. */
export class PublicPartsError extends Error {
  override readonly name = 'PublicPartsError'
  readonly parts: readonly string[]

  constructor (parts: readonly string[]) {
    super(`a private network must not use what is public: ${parts.join(', ')}`)
    this.parts = parts
  }
}

/** A peer hung up, or fell silent, before it used the swarm key that this node's private network needs. */
export class PrivateHandshakeError extends Error {
  override readonly name = 'PrivateHandshakeError'
  readonly address: string

  constructor (address: string, options?: ErrorOptions) {
    super(`the peer at ${address} does not take part in this private network: it used no swarm key`, options)
    this.address = address
  }
}
