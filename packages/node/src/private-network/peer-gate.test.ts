import assert from 'node:assert/strict'
import { test } from 'node:test'
import { peerIdFromString } from '@libp2p/peer-id'
import { peerGate } from './peer-gate.ts'

const [friend, stranger, other] = [
  '12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8',
  '12D3KooWBhMbLvQ5qSGMRqMLHLDFuRzHZxL1yQvcHXvCGeF2zvZb',
  'QmaCpDMGvV2BGHeYERUEnRQAwe3N8SzbUtfsmvsqQLuvuJ'
].map(each => peerIdFromString(each)) as [ReturnType<typeof peerIdFromString>, ReturnType<typeof peerIdFromString>, ReturnType<typeof peerIdFromString>]

test('relays too are used by those, and for those, that are allowed', () => {
  const gate = peerGate([friend.toString(), other.toString()])

  assert.equal(gate.denyInboundRelayReservation?.(friend), false)
  assert.equal(gate.denyInboundRelayReservation?.(stranger), true)
  assert.equal(gate.denyInboundRelayedConnection?.(friend, other), false)
  assert.equal(gate.denyInboundRelayedConnection?.(stranger, friend), true)
  assert.equal(gate.denyInboundRelayedConnection?.(friend, stranger), true)
  assert.equal(gate.denyOutboundRelayedConnection?.(friend, other), false)
  assert.equal(gate.denyOutboundRelayedConnection?.(stranger, friend), true)
  assert.equal(gate.denyOutboundRelayedConnection?.(friend, stranger), true)
})
