import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InTurn } from './in-turn.ts'

test('steps are done one after the other, in the order they were asked for; one that fails tells who asked, and holds up none', async () => {
  const turns = new InTurn()
  const done: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = turns.run(async () => {
    await gate.promise
    done.push('first')
    throw new Error('broken')
  })
  const second = turns.run(async () => { done.push('second') })

  await Promise.resolve()
  assert.deepEqual(done, [])
  gate.resolve()
  await assert.rejects(first, { message: 'broken' })
  await second
  assert.deepEqual(done, ['first', 'second'])
})
