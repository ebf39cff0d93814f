import type { Block } from 'ts-bitswap'

/** All blocks, in the order in which they came. */
export async function collect (blocks: AsyncIterable<Block>): Promise<Block[]> {
  const all: Block[] = []

  for await (const block of blocks) {
    all.push(block)
  }

  return all
}
