import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quietLogger } from './quiet-logger.ts'

test('nobody who asked for a log loses it, and nobody else pays for one', () => {
  assert.equal(quietLogger({ DEBUG: 'libp2p:*' }), undefined)

  for (const env of [{}, { DEBUG: '' }]) {
    const log = quietLogger(env)?.forComponent('a')

    assert.equal(log?.enabled, false)
    assert.equal(log?.newScope('b'), log)
    log?.('nothing')
    log?.error('nothing')
    log?.trace('nothing')
  }
})
