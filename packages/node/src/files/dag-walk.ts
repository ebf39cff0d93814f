/**
 * Reads a graph of blocks from its root in order, depth first, while blocks
 * further on are fetched already (`walk-order.ts`). Knows neither files nor
 * networks: how a block is had, and what it links to, is handed in.
 *
 * The order is what a file has on disk and a CAR in its stream.
 */
import { END, SKIPPED, WalkOrder } from './walk-order.ts'
import type { Step, Walk, WalkDagOptions } from './walk.ts'

export type { Step, Unfolded, Walk, WalkDagOptions } from './walk.ts'

/**
 * Visits everything below `root`, it included, and yields what `unfold` makes of
 * each block, in order. Leaving the loop ends what is under way.
 *
 * @throws what `read` or `unfold` throw, when it is the turn of that block
 */
export async function * walkDag<S extends Step, V> (root: S, walk: Walk<S, V>, options: WalkDagOptions = {}): AsyncGenerator<V> {
  const order = new WalkOrder(root, walk, options)

  try {
    for (let visit = await order.shift(); visit !== END; visit = await order.shift()) {
      if (visit !== SKIPPED) {
        yield visit.value
      }
    }
  } finally {
    order.stop()
  }
}
