import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turnstile } from './turnstile.ts'

/** An action that runs until it is told to end. */
function held (): { action: () => Promise<string>, end: (how: string | Error) => void, started: () => boolean } {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let started = false

  return {
    action: async () => {
      started = true

      return await promise
    },
    end: how => {
      if (typeof how === 'string') {
        resolve(how)
      } else {
        reject(how)
      }
    },
    started: () => started
  }
}

async function turn (): Promise<void> {
  await new Promise(resolve => { setImmediate(resolve) })
}

test('as many run as allowed, and the next waits for one to end', async () => {
  const turnstile = new Turnstile(2)
  const actions = [held(), held(), held()]
  const runs = actions.map(async ({ action }) => await turnstile.run(action))

  await turn()
  assert.deepEqual(actions.map(({ started }) => started()), [true, true, false])

  actions[1]?.end('second')
  await turn()
  assert.deepEqual(actions.map(({ started }) => started()), [true, true, true])

  actions[0]?.end('first')
  actions[2]?.end('third')
  assert.deepEqual(await Promise.all(runs), ['first', 'second', 'third'])
})

test('one that fails makes room as well, and fails only its own caller', async () => {
  const turnstile = new Turnstile(1)
  const [first, second] = [held(), held()]
  const runs = [turnstile.run(first.action), turnstile.run(second.action)]
  const failed = assert.rejects(async () => await runs[0], /broken/)

  first.end(new Error('broken'))
  second.end('fine')

  await failed
  assert.equal(await runs[1], 'fine')
  assert.equal(await turnstile.run(async () => 'after'), 'after')
})
