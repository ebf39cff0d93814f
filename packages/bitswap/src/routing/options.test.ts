import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveRoutersOptions, ROUTERS_DEFAULTS } from './options.ts'

test('what is not given is the default', () => {
  assert.deepEqual(resolveRoutersOptions({ rest: 7 }), { ...ROUTERS_DEFAULTS, rest: 7 })
})

test('what cannot be is refused by name', () => {
  const refused = { findTimeout: 0, provideTimeout: Infinity, maxProviders: 1.5, maxAhead: 0, paceDelay: 0, maxFailures: 0, rest: NaN, maxRest: '1', relayed: 1, unknown: 1 }

  for (const [name, value] of Object.entries(refused)) {
    assert.throws(() => resolveRoutersOptions({ [name]: value }), { name: 'InvalidOptionError', option: `routers.${name}` })
  }
})
