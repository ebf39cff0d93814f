import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all } from '../../test/all.ts'
import { cidsOf, someGraph } from '../../test/pinned-repo.ts'
import { dagLinks } from '../files/dag-links.ts'
import { resolveGarbageOptions } from './options.ts'
import { ServedBlocks } from './served-blocks.ts'
import type { GarbageInit } from './options.ts'
import type { Graph } from '../../test/pinned-repo.ts'
import type { CID } from 'multiformats/cid'

class Peers {
  time = 0
  readonly #served: ServedBlocks
  readonly #graph: Graph

  constructor (graph: Graph, init: GarbageInit) {
    this.#graph = graph
    this.#served = new ServedBlocks(resolveGarbageOptions(init), () => this.time)
  }

  /** Sends blocks by their place in the graph, after some time each. */
  send (after: number, ...indexes: number[]): void {
    for (const index of indexes) {
      this.time += after
      this.#served.sent(this.#graph.blocks[index]?.cid ?? this.#graph.root)
    }
  }

  async fetched (): Promise<number[]> {
    const cids = (await all(this.#served.fetched(async cid => this.#linksOf(cid)))).map(String)

    return cids.map(cid => this.#graph.blocks.findIndex(block => block.cid.toString() === cid)).sort((a, b) => a - b)
  }

  #linksOf (cid: CID): CID[] {
    const block = this.#graph.blocks.find(block => block.cid.equals(cid))

    return block == null ? [] : dagLinks(cid, block.bytes)
  }
}

test('what was sent is being fetched for servedGrace, and no longer', async () => {
  for (const servedGrace of [100, 200]) {
    const peers = new Peers(await someGraph(1), { servedGrace })

    peers.send(0, 0)
    peers.time = servedGrace - 1
    assert.deepEqual(await peers.fetched(), [0])
    peers.time = servedGrace
    assert.deepEqual(await peers.fetched(), [])
    peers.time = 0
    assert.deepEqual(await peers.fetched(), []) // it is forgotten
  }
})

test('with servedGrace 0 nothing is', async () => {
  const peers = new Peers(await someGraph(1), { servedGrace: 0 })

  peers.send(0, 0, 1, 3)
  assert.deepEqual(await peers.fetched(), [])
})

test('a root is being fetched as long as something below it is sent, however long ago it was sent itself', async () => {
  const peers = new Peers(await someGraph(1), { servedGrace: 100 })

  peers.send(90, 0, 1, 3, 4, 2)
  assert.deepEqual(await peers.fetched(), [0, 1, 2])
  peers.send(90, 5)
  peers.send(90, 6)
  assert.deepEqual(await peers.fetched(), [0, 2])
  peers.time += 100
  assert.deepEqual(await peers.fetched(), [0, 2]) // leaves are known by generation: up to twice the grace
  peers.time += 100
  assert.deepEqual(await peers.fetched(), [])
})

test('of maxServed blocks those sent longest ago are forgotten', async () => {
  for (const { maxServed, expected } of [{ maxServed: 2, expected: [0, 2] }, { maxServed: 3, expected: [0, 1, 2] }]) {
    const peers = new Peers(await someGraph(1), { maxServed })

    peers.send(1, 0, 1, 2, 0)
    assert.deepEqual(await peers.fetched(), expected)
  }
})

test('of leaves at least maxServed are remembered', async () => {
  const graph = await someGraph(1, 8)
  const peers = new Peers(graph, { servedGrace: 100, maxServed: 4 })

  assert.equal(cidsOf(graph.blocks).length, 19)
  peers.send(0, 1)
  peers.time = 99
  peers.send(0, 3, 12, 13, 14, 15)
  peers.time = 150
  assert.deepEqual(await peers.fetched(), [1])
})
