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

test('when the first that links to nothing comes along with others, the next are asked for a few at a time all the same', async () => {
  const reads = new Reads()
  const names = (prefix: string): string[] => Array.from({ length: 40 }, (_, index) => `${prefix} ${index}`)
  const graph: Graph = { root: [...names('file'), ...names('folder')], ...Object.fromEntries(names('folder').map(name => [name, names(`in ${name}`)])) }
  const walk = all(walkDag(named('root'), walkOf(graph, reads.read.bind(reads)), { readAheadSize: 2 ** 30, maxReadAhead: 10_000 }))

  await reads.release('root')
  assert.equal(reads.asked.length, 81)

  for (const name of [...reads.waiting.keys()]) {
    reads.waiting.get(name)?.()
    reads.waiting.delete(name)
  }

  for (let turn = 0, before = 81; turn < 20; turn++) {
    await new Promise(resolve => { setImmediate(resolve) })
    assert.ok(reads.asked.length - before <= 32, `${reads.asked.length - before} in turn ${turn}`)
    before = reads.asked.length
  }

  while (reads.waiting.size > 0) {
    await reads.release(...reads.waiting.keys())
  }

  assert.equal((await walk).length, 81 + 40 * 40)
})

test('a block that turns out not to be linked to is waited for no more', async () => {
  const ended: string[] = []
  const walk = walkOf({ root: ['a'] }, async ({ name }, signal) => {
    if (name === 'nobody') {
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended.push(name)
          reject(signal.reason as Error)
        })
      })
    }

    return new Uint8Array(10)
  })
  const names = walkDag(named('root'), { ...walk, read: async (step, signal) => await walk.read(nameOf(step), signal), firstLink: ({ name }) => name === 'root' ? named('nobody').cid : undefined })

  assert.equal((await names.next()).value, 'root')
  assert.deepEqual(ended, ['nobody'])
  assert.equal((await names.next()).value, 'a')
  assert.equal((await names.next()).done, true)
})

test('after an abort the first link of what comes is not asked for; what a read throws at once is the failure of its own block', async () => {
  const asked: string[] = []
  const aborting = new AbortController()
  const come = Promise.withResolvers<void>()
  const walk = walkOf({ root: ['a'], a: ['b'] }, async ({ name }) => {
    asked.push(name)
    await (name === 'a' ? come.promise : undefined) // minds no signal

    return new Uint8Array(10)
  })
  const firstLink = ({ name }: Named): Named['cid'] | undefined => ({ root: named('a').cid, a: named('b').cid })[name]
  const names = walkDag(named('root'), { ...walk, read: async (step, signal) => await walk.read(nameOf(step), signal), firstLink }, { signal: aborting.signal })

  assert.equal((await names.next()).value, 'root')
  aborting.abort(new RangeError('no more'))
  come.resolve()
  await turns()
  assert.deepEqual(asked, ['root', 'a'])

  const throwing = walkDag(named('root'), {
    ...walk,
    read: step => {
      if (nameOf(step).name === 'a') {
        throw new RangeError('no a')
      }

      return Promise.resolve(new Uint8Array(10))
    },
    firstLink
  })

  assert.equal((await throwing.next()).value, 'root')
  await assert.rejects(throwing.next(), /no a/)
})
