/**
 * Networks that fall apart for a while: between the parts nothing arrives, and
 * dials wait. Connections stay, as nobody is told.
 */
import type { Clock } from '../../core/clock.ts'
import type { VirtualLink } from './virtual-link.ts'
import type { VirtualNode } from './virtual-node.ts'

interface Partition {
  /** The part each node is in; nodes that are in none reach everybody. */
  part: Map<VirtualNode, number>
  releases: Array<() => void>
}

export class Partitions {
  readonly #clock: Clock
  readonly #partitions: Set<Partition> = new Set()
  /** Dials that wait to get through. */
  readonly #waiting: Set<() => void> = new Set()

  constructor (clock: Clock) {
    this.#clock = clock
  }

  /** Parts the network until the returned function is called. `links` are those there are now. */
  part (parts: ReadonlyArray<readonly VirtualNode[]>, links: Iterable<[VirtualNode, VirtualNode, VirtualLink]>): () => void {
    const partition: Partition = { part: new Map(parts.flatMap((nodes, i) => nodes.map(node => [node, i]))), releases: [] }

    this.#partitions.add(partition)

    for (const [a, b, link] of links) {
      if (separates(partition, a, b)) {
        partition.releases.push(link.hold())
      }
    }

    return () => {
      if (this.#partitions.delete(partition)) {
        partition.releases.forEach(release => { release() })
        this.#clock.soon(() => { [...this.#waiting].forEach(retry => { retry() }) })
      }
    }
  }

  /** A new connection: nothing gets through it either. */
  connected (a: VirtualNode, b: VirtualNode, link: VirtualLink): void {
    for (const partition of this.#partitions) {
      if (separates(partition, a, b)) {
        partition.releases.push(link.hold())
      }
    }
  }

  isParted (a: VirtualNode, b: VirtualNode): boolean {
    return [...this.#partitions].some(partition => separates(partition, a, b))
  }

  /** Resolves when one node can reach the other; rejects with the reason of the signal. */
  async passable (a: VirtualNode, b: VirtualNode, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()

    if (!this.isParted(a, b)) {
      return
    }

    await new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        this.#waiting.delete(retry)
        signal?.removeEventListener('abort', abort)
      }
      const retry = (): void => {
        if (!this.isParted(a, b)) {
          settle()
          resolve()
        }
      }
      const abort = (): void => {
        settle()
        reject(signal?.reason as Error)
      }

      this.#waiting.add(retry)
      signal?.addEventListener('abort', abort)
    })
  }
}

function separates ({ part }: Partition, a: VirtualNode, b: VirtualNode): boolean {
  const [partOfA, partOfB] = [part.get(a), part.get(b)]

  return partOfA != null && partOfB != null && partOfA !== partOfB
}
