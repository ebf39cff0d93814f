import { Heap } from './heap.ts'

interface Node<K, V> {
  readonly key: K
  readonly value: V
}

/**
 * A heap of values that are known by a key: the least first, by a comparison
 * given at the start; each can be looked up, replaced, and taken out wherever it
 * is. Values must not change while they are in it. All costs the logarithm of
 * their number at the most.
 *
 * Limits: what was taken out stays in memory until it would have come out; of
 * such there are never more than of what is in, or 64, and none when it is
 * empty: every idle peer has several of these, which keep next to nothing then.
 */
export class KeyedHeap<K, V> {
  readonly #before: (a: V, b: V) => boolean
  /** Undefined while it is empty, as the heap. */
  #nodes: Map<K, Node<K, V>> | undefined
  /** Also those that were taken out, or replaced. */
  #heap: Heap<Node<K, V>> | undefined

  /** @param before - does `a` come out before `b`? Ties come out in any order. */
  constructor (before: (a: V, b: V) => boolean) {
    this.#before = before
  }

  get size (): number {
    return this.#nodes?.size ?? 0
  }

  has (key: K): boolean {
    return this.#nodes?.has(key) === true
  }

  get (key: K): V | undefined {
    return this.#nodes?.get(key)?.value
  }

  /** Replaces the value it has, if any. */
  set (key: K, value: V): void {
    const node = { key, value }
    const nodes = this.#nodes ?? new Map<K, Node<K, V>>()
    const heap = this.#heap ?? this.#newHeap()

    this.#nodes = nodes
    this.#heap = heap
    nodes.set(key, node)
    heap.push(node)
    this.#compact(nodes, heap)
  }

  /** Returns what it had. */
  delete (key: K): V | undefined {
    const nodes = this.#nodes
    const heap = this.#heap
    const node = nodes?.get(key)

    if (nodes == null || heap == null || node == null) {
      return undefined
    }

    if (nodes.size === 1) {
      this.clear()
    } else {
      nodes.delete(key)
      this.#compact(nodes, heap)
    }

    return node.value
  }

  /** The key whose value is least. */
  peek (): K | undefined {
    return this.#least()?.key
  }

  /** The least value. */
  peekValue (): V | undefined {
    return this.#least()?.value
  }

  clear (): void {
    this.#nodes = undefined
    this.#heap = undefined
  }

  #least (): Node<K, V> | undefined {
    for (let node = this.#heap?.peek(); node != null; node = this.#heap?.peek()) {
      if (this.#nodes?.get(node.key) === node) {
        return node
      }

      this.#heap?.pop()
    }

    return undefined
  }

  #compact (nodes: ReadonlyMap<K, Node<K, V>>, { size }: Heap<Node<K, V>>): void {
    if (size < 64 || size < 2 * nodes.size) {
      return
    }

    const heap = this.#newHeap()

    this.#heap = heap

    for (const node of nodes.values()) {
      heap.push(node)
    }
  }

  #newHeap (): Heap<Node<K, V>> {
    return new Heap((a, b) => this.#before(a.value, b.value))
  }
}
