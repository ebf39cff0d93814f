import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { peerOf } from './peer-target.ts'

const peer = peerIdFromSeed(1)
const relay = peerIdFromSeed(2)

test('a target names the peer it is, or the one its address ends with', () => {
  assert.equal(peerOf(peer), peer)
  assert.equal(peerOf(multiaddr(`/ip4/127.0.0.1/tcp/1/p2p/${peer}`))?.toString(), peer.toString())
  assert.equal(peerOf([multiaddr(`/ip4/127.0.0.1/tcp/1/p2p/${peer}`), multiaddr(`/ip4/127.0.0.1/tcp/2/p2p/${peer}`)])?.toString(), peer.toString())
  assert.equal(peerOf(multiaddr(`/ip4/127.0.0.1/tcp/1/p2p/${relay}/p2p-circuit/p2p/${peer}`))?.toString(), peer.toString())
})

test('an address without a peer names none, nor does a relay without the peer behind it', () => {
  assert.equal(peerOf(multiaddr('/ip4/127.0.0.1/tcp/1')), undefined)
  assert.equal(peerOf(multiaddr(`/ip4/127.0.0.1/tcp/1/p2p/${relay}/p2p-circuit`)), undefined)
  assert.equal(peerOf([]), undefined)
})
