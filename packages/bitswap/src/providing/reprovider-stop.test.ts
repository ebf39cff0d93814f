/** A stop while the sweep waits: for the store, or for what lists. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CID } from 'multiformats/cid'
import { cidsOf, ProvidingWorld } from '../../test/support/providing.ts'

const INTERVAL = 3_200_000

test('a sweep that waits for the store at a stop is over with it: after the next start nothing is left out because of it', async () => {
  const world = new ProvidingWorld()
  const { store } = world
  const cids = cidsOf(1, 64)
  const written = Promise.withResolvers<void>()
  const { providing } = world.begin({
    store,
    interval: INTERVAL,
    async * keys () {
      store.stuck = written.promise
      yield * cids
    }
  })

  await world.clock.advance(1_000)
  providing.stop()
  providing.start()
  await world.clock.advance(1_000)
  written.resolve()
  await world.clock.advance(1_000)
  assert.deepEqual(new Set(world.timesOf(cids)), new Set([1]))
  await world.clock.advance(INTERVAL)
  assert.deepEqual(Math.min(...world.timesOf(cids)), 2)
  providing.stop()
})

test('a list that does not answer is left at a stop, and what it fails with later is of no interest', async () => {
  const world = new ProvidingWorld()
  const answers: Array<PromiseWithResolvers<IteratorResult<CID>>> = []
  const { providing, log } = world.begin({
    interval: INTERVAL,
    keys: () => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          const answer = Promise.withResolvers<IteratorResult<CID>>()

          answers.push(answer)

          return await answer.promise
        }
      })
    })
  })

  await world.clock.advance(1_000)
  providing.stop()
  await world.clock.advance(0)
  assert.deepEqual([answers.length, world.clock.pending], [1, 0])
  answers[0]?.reject(new Error('too late'))
  await world.clock.advance(0)
  assert.deepEqual(log.errors, [])
})
