/** Everything an iterable yields, for tests. */
export async function all<T> (source: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []

  for await (const item of source) {
    items.push(item)
  }

  return items
}
