import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RouterTimeoutError } from 'ts-bitswap/errors'
import { describeSearch } from './describe-search.ts'
import type { KeptPeerStat } from '../routing/kept-peers.ts'
import type { RouterStat } from 'ts-bitswap'

const router = (name: string, reason?: string): RouterStat => ({
  name, asked: 1, answered: 0, failed: 0, timedOut: 0, passedOver: 0, providersNamed: 0, malformed: 0, provided: 0, provideFailed: 0, leftOut: false, reason, meanTime: undefined
})

const peer = (kind: KeptPeerStat['kind'], connected: boolean): KeptPeerStat => ({ peer: 'peer', kind, connected, failures: 0 })

function described (routers: RouterStat[], peers: KeptPeerStat[]): string[] {
  return describeSearch({ routing: { stat: () => routers }, keptPeers: () => peers })
}

test('what works is not worth a word', () => {
  assert.deepEqual(described([], []), [])
  assert.deepEqual(described([router('dht')], [peer('bootstrap', true), peer('bootstrap', false)]), [])
})

test('each router that failed is named, and that no bootstrap peer is there, once', () => {
  assert.deepEqual(described([router('dht'), router('http://a', 'fetch failed')], [peer('bootstrap', false), peer('bootstrap', false), peer('peer', true)]), [
    'http://a could not say who has it: fetch failed',
    'none of 2 bootstrap peers could be reached'
  ])
})

test('a router is named once, and a time has no more digits than say something', () => {
  const { message } = new RouterTimeoutError('http://a', 10_004.565387000001)

  assert.deepEqual(described([router('http://a', message)], []), ['http://a could not say who has it: did not answer within 10 s'])
})
