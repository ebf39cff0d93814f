/**
 * All that is below some roots, each block once however often it is linked to.
 * Only what links to others is read: the last blocks of a file with raw leaves
 * never are. For knowing which blocks belong to a graph, not for their bytes
 * (`files/dag-walk.ts` is), and in no order.
 *
 * Bounds: 16 bytes and some for each block below the roots, twice for those with
 * links; CIDs with links that are known and not read, which grow with the depth of
 * the graph and the links of a block, not with its size.
 */
import { identity } from 'multiformats/hashes/identity'
import { dagLinks, hasLinks } from '../files/dag-links.ts'
import { KeySet } from '../store/key-set.ts'
import type { CID } from 'multiformats/cid'

/** Blocks that are read at a time. */
const AT_ONCE = 16

/** A longer CID with its bytes in it is not looked into; no more than that is one in Kubo and Helia, too. */
export const MAX_IDENTITY_SIZE = 128

export interface ClosureComponents {
  /** The bytes of a block; undefined when they are not to be had, so that nothing below it is known. */
  read: (cid: CID) => Promise<Uint8Array | undefined>
  /** Told of a block whose links cannot be made sense of. It counts as one without. */
  onUnreadable?: (cid: CID, reason: unknown) => void
}

export class DagClosure {
  /** What was found, by multihash. */
  readonly blocks: KeySet = new KeySet()
  readonly #components: ClosureComponents
  /** What was looked into, by codec as well: the same bytes may be of several. */
  readonly #unfolded: KeySet = new KeySet()

  constructor (components: ClosureComponents) {
    this.#components = components
  }

  /** A block without what is below it. True when it was not known. */
  add (cid: CID): boolean {
    return !isIdentity(cid) && this.blocks.add(cid)
  }

  /**
   * A block and what is below it. Yields what was not known, some at a time: at
   * each step there may be none. A block that was not to be had is tried again
   * when it is met the next time.
   */
  async * include (root: CID, options: { signal?: AbortSignal } = {}): AsyncGenerator<CID[]> {
    const unread: CID[] = []
    const met = new KeySet()
    let found: CID[] = []

    const meet = (cid: CID): void => {
      if (this.add(cid)) {
        found.push(cid)
      }

      if (mayLink(cid) && !this.hasUnfolded(cid) && (isIdentity(cid) || met.add(cid, cid.code))) {
        unread.push(cid)
      }
    }

    meet(root)

    while (unread.length > 0) {
      options.signal?.throwIfAborted()
      const parts = unread.splice(-AT_ONCE)
      const links = await Promise.all(parts.map(async cid => await this.#linksOf(cid)))

      links.flat().forEach(meet)
      yield found
      found = []
    }

    yield found
  }

  /** As {@link include}, for who asks afterwards. */
  async includeAll (root: CID, options: { signal?: AbortSignal } = {}): Promise<void> {
    const steps = this.include(root, options)

    while ((await steps.next()).done !== true) {
      // what is found is in `blocks`
    }
  }

  /** Whether what is directly below it is known. */
  hasUnfolded (cid: CID): boolean {
    return !isIdentity(cid) && this.#unfolded.has(cid, cid.code)
  }

  async #linksOf (cid: CID): Promise<CID[]> {
    const bytes = isIdentity(cid) ? cid.multihash.digest : await this.#components.read(cid)

    if (bytes == null) {
      return []
    }

    if (!isIdentity(cid)) {
      this.#unfolded.add(cid, cid.code)
    }

    try {
      return dagLinks(cid, bytes)
    } catch (error) {
      this.#components.onUnreadable?.(cid, error)

      return []
    }
  }
}

/**
 * Identity CIDs are in no set of keys: anybody can make two that it would take
 * for one. Looked into each time they are met, they cost what the block that names
 * them has bytes.
 */
export function isIdentity (cid: CID): boolean {
  return cid.multihash.code === identity.code
}

/** Whether it is worth looking into. */
export function mayLink (cid: CID): boolean {
  return hasLinks(cid) && (!isIdentity(cid) || cid.multihash.digest.byteLength <= MAX_IDENTITY_SIZE)
}
