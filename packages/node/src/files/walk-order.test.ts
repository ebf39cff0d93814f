import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all } from '../../test/all.ts'
import { named, Reads, settled, turns, walkOf } from '../../test/named-graph.ts'
import type { Graph } from '../../test/named-graph.ts'
import { walkDag } from './dag-walk.ts'
import { MAX_KNOWN } from './walk-order.ts'

const TREE: Graph = { root: ['a', 'b'], a: ['a1', 'a2'], b: ['b1'] }

/** Nothing more is asked for. */
async function whenQuiet (asked: string[]): Promise<void> {
  for (let before = -1; asked.length > before;) {
    before = asked.length
    await settled()
  }
}

test('of hundreds that are asked for ahead the first are on their way before the last are asked for', async () => {
  const reads = new Reads()
  const graph = { root: Array.from({ length: 200 }, (_, index) => `leaf ${index}`) }
  const walk = all(walkDag(named('root'), walkOf(graph, reads.read.bind(reads)), { readAheadSize: 2 ** 30 }))
  const asked: number[] = []

  for (const name of ['root', 'leaf 0']) {
    await turns()
    reads.waiting.get(name)?.()
    reads.waiting.delete(name)
  }

  while (reads.waiting.size < 199) {
    await Promise.resolve()
    asked.push(reads.waiting.size)
    await new Promise(resolve => { setImmediate(resolve) })
  }

  assert.ok(asked.some(count => count > 0) && asked.every((count, turn) => count <= (asked[turn - 1] ?? 0) + 32), `${asked}`)
  // what is asked for is sent in the turns after: those are left alone
  assert.ok(asked.slice(2).every((count, turn, all) => count === all[turn - 1] || count === all[turn + 1]), `${asked}`)

  while (reads.waiting.size > 0) {
    await reads.release(...reads.waiting.keys())
  }

  assert.equal((await walk).length, 201)
})

test('of what waits for a later turn nothing is asked for once the walk has ended, or is aborted', async () => {
  for (const ends of [true, false]) {
    const reads = new Reads()
    const aborting = new AbortController()
    const walk = walkDag(named('root'), walkOf({ root: ['a', 'b', 'c'] }, reads.read.bind(reads)), { signal: aborting.signal })
    const root = walk.next()

    await turns()
    reads.waiting.get('root')?.()
    assert.equal((await root).value, 'root')
    assert.deepEqual(reads.asked, ['root', 'a'])
    await (ends ? walk.return(undefined) : aborting.abort(new RangeError('no more')))
    await settled()
    assert.deepEqual(reads.asked, ['root', 'a'])

    if (!ends) {
      await assert.rejects(walk.next(), RangeError)
    }
  }
})

test('what comes after an abort leads to nothing', async () => {
  const asked: string[] = []
  const come = Promise.withResolvers<void>()
  const aborting = new AbortController()
  const walk = walkDag(named('root'), walkOf({ root: ['a', 'b', 'c'] }, async ({ name }) => {
    asked.push(name)
    await (name === 'root' ? undefined : come.promise) // minds no signal

    return new Uint8Array(10)
  }), { signal: aborting.signal, readAheadSize: 600_000 })

  assert.equal((await walk.next()).value, 'root')
  await settled()
  assert.deepEqual(asked, ['root', 'a', 'b'])
  aborting.abort(new RangeError('no more'))
  come.resolve()
  await settled()
  assert.deepEqual(asked, ['root', 'a', 'b'])
  await assert.rejects(walk.next(), RangeError)
})

test('of large parents that come together the children of the first are asked for, and a turn has passed, before the next is made sense of', async () => {
  const reads = new Reads()
  const events: string[] = []
  const children = (parent: string): string[] => Array.from({ length: 32 }, (_, index) => `${parent}${index}`)
  const graph: Graph = { root: ['p', 'q'], p: children('p'), q: children('q') }
  const { read, unfold } = walkOf(graph, async (step, signal) => {
    events.push(`ask ${step.name}`)

    if (step.name === 'p31' || step.name === 'q31') {
      setImmediate(() => { events.push(`turn after ${step.name}`) })
    }

    return await reads.read(step, signal)
  })
  const walk = all(walkDag(named('root'), {
    read,
    unfold: (step, bytes) => {
      events.push(`unfold ${step.name}`)

      return unfold(step, bytes)
    }
  }))

  await settled()
  await reads.release('root')
  events.length = 0
  await reads.release('p', 'q')
  await settled()

  const asked = (parent: string): string[] => children(parent).map(name => `ask ${name}`)
  assert.deepEqual(events, ['unfold p', ...asked('p'), 'turn after p31', 'unfold q', ...asked('q'), 'turn after q31'])
  await reads.release(...children('p'), ...children('q'))
  assert.equal((await walk).length, 67)
})

test('of hundreds of folders with a file each, all files are asked for in the turn in which the folders come', async () => {
  const reads = new Reads()
  const folders = Array.from({ length: 200 }, (_, index) => `folder ${index}`)
  const graph: Graph = { root: folders, ...Object.fromEntries(folders.map(name => [name, [`file of ${name}`]])) }
  const walk = all(walkDag(named('root'), walkOf(graph, reads.read.bind(reads)), { readAheadSize: 2 ** 30 }))

  await settled()
  await reads.release('root')

  while (reads.waiting.size < folders.length) {
    await settled()
  }

  for (const name of folders) {
    reads.waiting.get(name)?.()
  }

  await new Promise(resolve => { setImmediate(resolve) })
  assert.equal(reads.asked.length, 1 + 2 * folders.length)

  while (reads.waiting.size > 0) {
    await reads.release(...reads.waiting.keys())
  }

  assert.equal((await walk).length, 1 + 2 * folders.length)
})

test('what there is no room to ask for is made sense of when its turn comes', async () => {
  const reads = new Reads()
  const unfolded: string[] = []
  const graph: Graph = { root: ['p', 'q'], p: ['p1', 'p2', 'p3', 'p4'], q: ['q1'] }
  const { read, unfold } = walkOf(graph, reads.read.bind(reads))
  const walk = all(walkDag(named('root'), {
    read,
    unfold: (step, bytes) => {
      unfolded.push(step.name)

      return unfold(step, bytes)
    }
  }, { maxReadAhead: 3 }))

  await settled()
  await reads.release('root')
  await reads.release('p', 'q')
  await settled()
  assert.deepEqual(unfolded, ['root', 'p'])
  assert.deepEqual(reads.asked, ['root', 'p', 'q', 'p1', 'p2'])

  while (reads.waiting.size > 0) {
    await reads.release(...reads.waiting.keys())
    await settled()
  }

  assert.equal((await walk).length, 8)
  assert.equal(reads.most, 2)
})

test('no more bytes than allowed are asked for ahead, by the mean of those that came; blocks that link to others tell nothing of the rest', async () => {
  const reads = new Reads()
  const graph = { root: Array.from({ length: 20 }, (_, index) => `leaf ${index}`) }
  const walk = all(walkDag(named('root'), walkOf(graph, reads.read.bind(reads)), { readAheadSize: 50 }))

  await settled()
  await reads.release('root')
  assert.equal(reads.waiting.size, 1)
  await reads.release('leaf 0')
  assert.equal(reads.waiting.size, 5)

  while (reads.waiting.size > 0) {
    await reads.release(...reads.waiting.keys())
  }

  assert.equal(reads.most, 5)
  assert.equal((await walk).length, 21)
})

test('the block whose turn it is is asked for even when it alone is over the bound', async () => {
  const names = await all(walkDag(named('root'), walkOf(TREE), { readAheadSize: 1, maxReadAhead: 1 }))

  assert.deepEqual(names, ['root', 'a', 'a1', 'a2', 'b', 'b1'])
})

test('a block ahead is unfolded while few links are known, and at its turn once they are many', async () => {
  for (const { leaves, ahead } of [{ leaves: MAX_KNOWN - 3, ahead: true }, { leaves: MAX_KNOWN - 2, ahead: false }]) {
    const asked: string[] = []
    const wide = Array.from({ length: leaves }, (_, index) => `leaf ${index}`)
    const graph = { root: ['slow', 'wide', 'last'], wide, last: ['end'] }
    const walk = walkOf(graph, async ({ name }) => {
      asked.push(name)
      // by then all that may be unfolded ahead has been
      await (name === 'slow' ? whenQuiet(asked) : undefined)

      return new Uint8Array(1)
    })
    const names: string[] = []

    for await (const name of walkDag(named('root'), walk, { maxReadAhead: MAX_KNOWN * 2 })) {
      names.push(name)

      if (name === 'slow') {
        assert.equal(asked.includes('end'), ahead)
      }
    }

    assert.equal(names.length, leaves + 5)
    assert.equal(names.at(-1), 'end')
  }
})

test('no more blocks than allowed are asked for ahead', async () => {
  const reads = new Reads()
  const graph = { root: Array.from({ length: 20 }, (_, index) => `leaf ${index}`) }
  const walk = all(walkDag(named('root'), walkOf(graph, reads.read.bind(reads)), { maxReadAhead: 4 }))

  await settled()
  await reads.release('root')
  assert.equal(reads.waiting.size, 4)

  // one that came still counts until those before it had their turn
  await reads.release('leaf 3')
  assert.equal(reads.asked.includes('leaf 4'), false)

  while (reads.waiting.size > 0) {
    await reads.release(...reads.waiting.keys())
  }

  assert.equal(reads.most, 4)
  assert.equal((await walk).length, 21)
})
