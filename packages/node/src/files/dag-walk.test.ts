import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all } from '../../test/all.ts'
import { named, Reads, settled, walkOf } from '../../test/named-graph.ts'
import type { Graph } from '../../test/named-graph.ts'
import { walkDag } from './dag-walk.ts'

const TREE: Graph = { root: ['a', 'b'], a: ['a1', 'a2'], b: ['b1'] }

test('a graph is walked depth first, in the order of its links', async () => {
  const names = await all(walkDag(named('root'), walkOf(TREE)))

  assert.deepEqual(names, ['root', 'a', 'a1', 'a2', 'b', 'b1'])
})

test('blocks that come out of order are given out in order', async () => {
  const reads = new Reads()
  const walk = all(walkDag(named('root'), walkOf(TREE, reads.read.bind(reads))))

  await settled()
  await reads.release('root')
  await reads.release('b')
  await reads.release('b1')
  await reads.release('a')
  await reads.release('a2')
  await reads.release('a1')

  assert.deepEqual(await walk, ['root', 'a', 'a1', 'a2', 'b', 'b1'])
})

test('what a block ahead links to is asked for before its turn', async () => {
  const reads = new Reads()
  const walk = all(walkDag(named('root'), walkOf(TREE, reads.read.bind(reads))))

  await settled()
  await reads.release('root')
  await reads.release('b')

  assert.deepEqual(reads.asked, ['root', 'a', 'b', 'b1'])
  await reads.release('b1', 'a')
  await reads.release('a1', 'a2')
  await walk
})

test('a block ahead that makes no sense is a failure at its turn', async () => {
  const { read } = walkOf(TREE)
  const seen: string[] = []
  const walk = walkDag(named('root'), {
    read,
    unfold: ({ name }) => {
      if (name === 'b') {
        throw new SyntaxError('b makes no sense')
      }

      return { value: name, next: (TREE[name] ?? []).map(named) }
    }
  })

  await assert.rejects(async () => {
    for await (const name of walk) {
      seen.push(name)
      await settled()
    }
  }, /b makes no sense/)
  assert.deepEqual(seen, ['root', 'a', 'a1', 'a2'])
})

test('a failure is thrown at the turn of its block, after those before it', async () => {
  const seen: string[] = []
  const walk = walkDag(named('root'), walkOf(TREE, async step => {
    if (step.name === 'a2') {
      throw new Error('a2 is gone')
    }

    return new Uint8Array(1)
  }))

  await assert.rejects(async () => {
    for await (const name of walk) {
      seen.push(name)
    }
  }, /a2 is gone/)
  assert.deepEqual(seen, ['root', 'a', 'a1'])
})

test('leaving the loop ends the reads that are under way', async () => {
  const signals: AbortSignal[] = []
  const walk = walkDag(named('root'), walkOf(TREE, async (step, signal) => {
    if (step.name !== 'root') {
      signals.push(signal)
      await new Promise((_resolve, reject) => { signal.addEventListener('abort', () => { reject(signal.reason as Error) }) })
    }

    return new Uint8Array(1)
  }))

  for await (const name of walk) {
    assert.equal(name, 'root')
    await settled()
    break
  }

  assert.equal(signals.length, 2)
  assert.ok(signals.every(signal => signal.aborted))
})

test('an abort ends the walk with the reason given', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  const walk = walkDag(named('root'), walkOf(TREE), { signal: controller.signal })

  await walk.next()
  controller.abort(reason)

  await assert.rejects(async () => walk.next(), error => error === reason)
})

test('with once a block that is linked to twice is visited where it comes first', async () => {
  const graph = { root: ['a', 'b', 'shared'], a: ['a1'], b: ['shared', 'a1'], shared: ['deep'] }
  const names = await all(walkDag(named('root'), walkOf(graph), { once: true }))

  assert.deepEqual(names, ['root', 'a', 'a1', 'b', 'shared', 'deep'])
})

test('with once the first place counts even when a later one comes before it', async () => {
  const reads = new Reads()
  const graph = { root: ['a', 'shared', 'z'], a: ['shared'], shared: ['deep', 'deeper'] }
  const walk = all(walkDag(named('root'), walkOf(graph, reads.read.bind(reads)), { once: true }))

  await settled()
  await reads.release('root')
  await reads.release('shared')
  await reads.release('deeper', 'deep')

  while (reads.waiting.size > 0) {
    await reads.release(...reads.waiting.keys())
  }

  assert.deepEqual(await walk, ['root', 'a', 'shared', 'deep', 'deeper', 'z'])
})

test('with once a graph that links to the same over and over is read in the time of its blocks', async () => {
  const graph: Graph = {}
  let reads = 0

  for (let level = 0; level < 40; level++) {
    graph[`level ${level}`] = Array.from({ length: 10 }, () => `level ${level + 1}`)
  }

  const names = await all(walkDag(named('level 0'), walkOf(graph, async () => {
    reads++

    return new Uint8Array(1)
  }), { once: true }))

  assert.equal(names.length, 41)
  assert.ok(reads <= 41 * 21, `${reads} reads`)
})
