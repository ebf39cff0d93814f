import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerId } from '@libp2p/interface'
import { randomBlocks } from './random-blocks.ts'
import { VirtualNetwork } from './virtual-network.ts'

const [block] = await randomBlocks(1)

test('one whose words did not get through speaks again when they can', async () => {
  const net = new VirtualNetwork({ latency: 5 })
  const [alice] = await net.instances(1)
  const raw = await net.rawPeer()

  await assert.rejects(net.run(raw.send(alice, { blocks: [block] })), { name: 'NotConnectedError' })
  net.connect(alice, raw)
  net.faults.failOpening(raw, alice, new Error('once'))
  await assert.rejects(net.run(raw.send(alice, { blocks: [block] })), { message: 'once' })
  await net.run(raw.send(alice, { blocks: [block] }))
  await net.advance(100)
  assert.equal(alice.bitswap.stat().unwantedBlocksReceived, 1)
})

test('what comes to it and is no message is noted, and ends nothing', async () => {
  const net = new VirtualNetwork({ latency: 5 })
  const [raw, other] = [await net.rawPeer(), await net.rawPeer()]
  net.connect(raw, other)
  await net.run(other.send(raw, new Uint8Array([3, 255, 255, 255, 0, 0])))
  await net.advance(100)
  assert.deepEqual(raw.streams[0]?.events, ['malformed'])
  assert.deepEqual(raw.messages, [])
})

test('it knows who is connected, keeps so many messages, and closes its half when the other is, unless told not to', async () => {
  const net = new VirtualNetwork({ latency: 5 })
  const [raw, other] = [await net.rawPeer(), await net.rawPeer()]
  const seen: PeerId[] = []
  raw.onConnected = peer => { seen.push(peer) }
  raw.closes = false
  net.connect(raw, other)
  assert.deepEqual(seen, [other.peer])
  assert.deepEqual([...raw.connected], [other.peer])

  // an empty message is one byte
  await net.run(other.send(raw, new Uint8Array(10_001)))
  const { stream, events } = await net.run(other.open(raw))
  await net.run(stream.close())
  await net.advance(100)
  assert.equal(raw.streams[0]?.messages.length, 10_000)
  assert.deepEqual([raw.streams[1]?.events, events], [['ended'], []])
  net.disconnect(raw, other)
  assert.equal(raw.connected.size, 0)
})
