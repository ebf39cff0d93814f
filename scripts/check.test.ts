import assert from 'node:assert/strict'
import test from 'node:test'
import { runChecks } from './check.ts'
import { run } from './command.ts'

test('all checks run, also after one that fails, and those that failed are named', async () => {
  const failed = await runChecks([
    { name: 'bad', command: 'node', args: ['-e', 'process.exit(1)'] },
    { name: 'good', command: 'node', args: ['-e', ''] },
    { name: 'missing', command: 'no-such-command', args: [] }
  ])

  assert.deepEqual(failed, ['bad', 'missing'])
})

test('asking for a check there is not fails', async () => {
  await assert.rejects(run('node', ['scripts/check.ts', 'nothing'], { capture: true }), { name: 'CommandFailedError', output: /no check is called nothing/ })
})
