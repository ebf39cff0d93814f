import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alice, bob, startNetwork } from '../../test/network-setup.ts'
import { BitswapProtocol } from './protocols.ts'

test('a peer is disconnected by ending all its connections, also those of a relay, and no others', async () => {
  const { host, network } = await startNetwork()
  const [first, second, other] = [host.open(alice), host.open(alice, { limited: true }), host.open(bob)]

  host.identify(first, [BitswapProtocol.V120])
  network.disconnect(alice)
  assert.deepEqual([first, second, other].map(({ aborted }) => aborted?.name), ['NotConnectedError', 'NotConnectedError', undefined])
})

test('to disconnect somebody who is not connected does nothing', async () => {
  const { host, network } = await startNetwork()
  const other = host.open(bob)

  network.disconnect(alice)
  assert.equal(other.aborted, undefined)
})
