import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REACHABILITY_DEFAULTS, resolveReachabilityOptions } from './options.ts'
import type { ReachabilityInit } from './options.ts'

test('options that are wrong are refused', () => {
  const wrong: ReachabilityInit[] = [
    { upnp: 1 as never },
    { autonat: 'yes' as never },
    { relayServer: undefined as never },
    { holePunching: null as never },
    { relay: 'maybe' as never },
    { relays: ['/ip4/1.2.3.4/tcp/1'] },
    { maxRelays: 0 },
    { maxReservations: 0 },
    { announce: ['1.2.3.4:4001'] },
    { announce: ['/ip4/0.0.0.0/tcp/4001'] },
    { announce: ['/ip4/1.2.3.4/tcp/0'] },
    { appendAnnounce: ['/ip6/::/tcp/4001'] },
    { noAnnounce: '/ip4/1.2.3.4' as never }
  ]

  for (const init of wrong) {
    const [name] = Object.keys(init)

    assert.throws(() => resolveReachabilityOptions(init), { name: 'InvalidOptionError', option: `reachability.${name}` }, JSON.stringify(init))
  }

  assert.deepEqual(resolveReachabilityOptions(), REACHABILITY_DEFAULTS)
  assert.deepEqual(resolveReachabilityOptions({ announce: ['/ip4/1.2.3.4/tcp/4001'] }).announce, ['/ip4/1.2.3.4/tcp/4001'])
})
