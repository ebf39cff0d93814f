import assert from 'node:assert/strict'
import test from 'node:test'
import { run } from './command.ts'

test('a command returns its standard output, and only that', async () => {
  assert.equal(await run('node', ['-e', "console.error('aside'); console.log('said')"], { capture: true }), 'said\n')
})

test('node is the pinned one', async () => {
  assert.equal(await run('node', ['-p', 'process.version'], { capture: true }), `${process.version}\n`)
})

test('a command that fails rejects with all it printed', async () => {
  const failing = run('node', ['-e', "console.log('one'); console.error('two'); process.exit(3)"], { capture: true })

  await assert.rejects(failing, (error: Error & { output?: string }) => {
    assert.match(error.message, /^node -e .* ended with 3$/)
    assert.deepEqual(error.output?.trim().split('\n').sort(), ['one', 'two'])

    return true
  })
})

test('a command that is not there rejects', async () => {
  await assert.rejects(run('no-such-command', [], { capture: true }), { message: 'no-such-command could not be started' })
})
