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
 * such there are never more than of what is in, or 64.
 */
export class KeyedHeap<K, V> {
  readonly #before: (a: V, b: V) => boolean
  readonly #nodes: Map<K, Node<K, V>> = new Map()
  /** Also those that were taken out, or replaced. */
  #heap: Heap<Node<K, V>>

  /** @param before - does `a` come out before `b`? Ties come out in any order. */
  constructor (before: (a: V, b: V) => boolean) {
    this.#before = before
    this.#heap = this.#newHeap()
  }

  get size (): number {
    return this.#nodes.size
  }

  has (key: K): boolean {
    return this.#nodes.has(key)
  }

  get (key: K): V | undefined {
    return this.#nodes.get(key)?.value
  }

  /** Replaces the value it has, if any. */
  set (key: K, value: V): void {
    const node = { key, value }

    this.#nodes.set(key, node)
    this.#heap.push(node)
    this.#compact()
  }

  /** Returns what it had. */
  delete (key: K): V | undefined {
    const node = this.#nodes.get(key)

    if (node == null) {
      return undefined
    }

    this.#nodes.delete(key)
    this.#compact()

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
    this.#nodes.clear()
    this.#heap = this.#newHeap()
  }

  #least (): Node<K, V> | undefined {
    for (let node = this.#heap.peek(); node != null; node = this.#heap.peek()) {
      if (this.#nodes.get(node.key) === node) {
        return node
      }

      this.#heap.pop()
    }

    return undefined
  }

  #compact (): void {
    if (this.#heap.size < 64 || this.#heap.size < 2 * this.#nodes.size) {
      return
    }

    this.#heap = this.#newHeap()

    for (const node of this.#nodes.values()) {
      this.#heap.push(node)
    }
  }

  #newHeap (): Heap<Node<K, V>> {
    return new Heap((a, b) => this.#before(a.value, b.value))
  }
}
