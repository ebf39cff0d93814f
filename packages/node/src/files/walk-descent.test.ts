/** The way down to the first bytes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all } from '../../test/all.ts'
import { named, Reads, turns, walkOf } from '../../test/named-graph.ts'
import type { Graph, Named } from '../../test/named-graph.ts'
import { walkDag } from './dag-walk.ts'

const TREE: Graph = { root: ['a', 'b'], a: ['a1', 'a2'], b: ['b1'] }

/** Of a step whose name is that of another: by its CID. */
function nameOf ({ cid }: Named): Named {
  return named(new TextDecoder().decode(cid.multihash.digest))
}

test('what is waited for is asked for alone, down to the first block that links to nothing; then the rest, a turn later', async () => {
  const reads = new Reads()
  const graph = { root: ['a', 'b', 'c'], a: ['a1', 'a2'] }
  const walk = walkDag(named('root'), walkOf(graph, reads.read.bind(reads)))
  const root = walk.next()

  for (const [here, asked] of [['root', ['root', 'a']], ['a', ['root', 'a', 'a1']]] as const) {
    await turns()
    reads.waiting.get(here)?.()
    await turns()
    assert.deepEqual(reads.asked, asked)
  }

  assert.equal((await root).value, 'root')
  assert.equal((await walk.next()).value, 'a')
  const first = walk.next()
  reads.waiting.get('a1')?.()
  assert.equal((await first).value, 'a1')
  assert.deepEqual(reads.asked, ['root', 'a', 'a1'], 'who reads has the first before others are asked for')
  await turns()
  assert.deepEqual(reads.asked, ['root', 'a', 'a1', 'a2', 'b', 'c'])
  await walk.return(undefined)
})

test('what takes its time is not waited for alone: the others are asked for, and then what each of them links to with the rest', async () => {
  const reads = new Reads()
  const graph = { root: ['a', 'b'], a: ['a1', 'a2'] }
  const walk = all(walkDag(named('root'), walkOf(graph, reads.read.bind(reads))))

  await reads.release('root')
  assert.deepEqual(reads.asked, ['root', 'a', 'b'])
  reads.waiting.get('a')?.()
  await turns()
  assert.deepEqual(reads.asked, ['root', 'a', 'b', 'a1', 'a2'])

  while (reads.waiting.size > 0) {
    await reads.release(...reads.waiting.keys())
  }

  assert.equal((await walk).length, 5)
})

test('on the way down what is plainly linked to first is asked for before the block is made sense of, and once', async () => {
  const reads = new Reads()
  const events: string[] = []
  const graph: Graph = { root: ['a', 'b'], a: ['a1', 'a2'] }
  const { read, unfold } = walkOf(graph, async (step, signal) => {
    events.push(`ask ${step.name}`)

    return await reads.read(step, signal)
  })
  const walk = all(walkDag(named('root'), {
    // as one that reads by the CID
    read: async (step, signal) => await read(nameOf(step), signal),
    unfold: (step, bytes) => {
      events.push(`unfold ${step.name}`)

      return unfold(step, bytes)
    },
    firstLink: ({ name }) => graph[name]?.map(link => named(link).cid)[0]
  }))

  for (const name of ['root', 'a']) {
    await turns()
    reads.waiting.get(name)?.()
  }

  await turns()
  assert.deepEqual(events, ['ask root', 'ask a', 'unfold root', 'ask a1', 'unfold a'])

  while (reads.waiting.size > 0) {
    await reads.release(...reads.waiting.keys())
  }

  assert.deepEqual(await walk, ['root', 'a', 'a1', 'a2', 'b'])
  assert.equal(reads.asked.length, 5)
})

test('a first link that turns out to be another changes nothing but that one block is fetched in vain', async () => {
  for (const vain of ['ends', 'fails']) {
    const asked: string[] = []
    const walk = walkOf(TREE, async ({ name }) => {
      asked.push(name)

      if (name === 'fails') {
        throw new RangeError('no such block')
      }

      return new Uint8Array(10)
    })

    const names = await all(walkDag(named('root'), { ...walk, read: async (step, signal) => await walk.read(nameOf(step), signal), firstLink: () => named(vain).cid }))

    assert.deepEqual(names, ['root', 'a', 'a1', 'a2', 'b', 'b1'])
    assert.deepEqual(asked.filter(name => name === vain).length, 3, 'for the root, its first, and the first of that')
  }
})
