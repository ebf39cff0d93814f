/** A session as its user holds it: calls go through to the client, facts are in its {@link SessionState}. */
import type { AbortOptions } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { Block, GetOptions, Provider, Session, SessionPeer } from '../api.ts'
import { sessionPeers } from './session-peers.ts'
import type { SessionState } from './session-state.ts'

/** What a session asks of the client. */
export interface SessionClient {
  getBlock (session: SessionState, cid: CID, options?: GetOptions): Promise<Uint8Array>
  getBlocks (session: SessionState, cids: Iterable<CID> | AsyncIterable<CID>, options?: GetOptions): AsyncGenerator<Block>
  cancelWants (cids: Iterable<CID>, session: SessionState): void
  addPeer (session: SessionState, peer: Provider, options?: AbortOptions): Promise<void>
  closeSession (session: SessionState): void
}

export class ClientSession implements Session {
  readonly state: SessionState
  readonly #client: SessionClient

  constructor (client: SessionClient, state: SessionState) {
    this.#client = client
    this.state = state
  }

  get id (): number {
    return this.state.id
  }

  get closed (): boolean {
    return this.state.closed
  }

  getBlock (cid: CID, options?: GetOptions): Promise<Uint8Array> {
    return this.#client.getBlock(this.state, cid, options)
  }

  getBlocks (cids: Iterable<CID> | AsyncIterable<CID>, options?: GetOptions): AsyncGenerator<Block> {
    return this.#client.getBlocks(this.state, cids, options)
  }

  async addPeer (peer: Provider, options?: AbortOptions): Promise<void> {
    await this.#client.addPeer(this.state, peer, options)
  }

  cancelWants (cids: Iterable<CID>): void {
    this.#client.cancelWants(cids, this.state)
  }

  peers (): SessionPeer[] {
    return sessionPeers(this.state)
  }

  close (): void {
    this.#client.closeSession(this.state)
  }

  /** Closes the session when the signal aborts. */
  closeOn (signal: AbortSignal | undefined): void {
    if (signal == null) {
      return
    }

    if (signal.aborted) {
      this.close()

      return
    }

    // heard until the session is closed, however it is
    signal.addEventListener('abort', () => { this.close() }, { once: true, signal: this.state.signal })
  }
}
