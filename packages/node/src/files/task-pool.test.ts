import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TaskPool } from './task-pool.ts'

test('no more tasks run at a time than allowed, and all are run', async () => {
  const pool = new TaskPool(3)
  let running = 0
  let most = 0
  let ended = 0

  for (let task = 0; task < 10; task++) {
    await pool.add(async () => {
      most = Math.max(most, ++running)
      await new Promise(resolve => { setImmediate(resolve) })
      running--
      ended++
    })
  }

  await pool.finish()
  assert.equal(most, 3)
  assert.equal(ended, 10)
})

test('after a failure no more tasks are started, and the first failure is thrown', async () => {
  const pool = new TaskPool(1)
  let started = false

  await pool.add(async () => { throw new Error('first') })
  await assert.rejects(pool.add(async () => { started = true }), /first/)
  await pool.settle()
  await assert.rejects(pool.finish(), /first/)
  assert.equal(started, false)
})
