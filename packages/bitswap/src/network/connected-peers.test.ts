import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Connection } from '@libp2p/interface'
import { FakeConnection } from '../../test/fake-libp2p.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { ConnectedPeers } from './connected-peers.ts'
import { BitswapProtocol } from './protocols.ts'

const peer = peerIdFromSeed(1)
const { V100, V110, V120 } = BitswapProtocol

function connect (init?: { limited?: boolean }): Connection {
  return new FakeConnection(peer, init) as unknown as Connection
}

const setup = (runOnLimitedConnections = false): ConnectedPeers => new ConnectedPeers({ runOnLimitedConnections })

test('a peer counts once it is connected and said that it speaks Bitswap', () => {
  const peers = setup()

  assert.equal(peers.standing(peer), 'absent')
  assert.equal(peers.opened(connect()), undefined)
  assert.equal(peers.standing(peer), 'unknown')
  assert.equal(peers.identified(peer, [V100, V120]), 'connected')
  assert.equal(peers.standing(peer), 'speaking')
  assert.deepEqual(peers.protocols(peer), [V120, V100], 'best first')
  assert.deepEqual(peers.speaking(), [peer])
})

test('further connections and identifies change nothing, until the last connection closes', () => {
  const peers = setup()
  const [first, second] = [connect(), connect()]

  peers.opened(first)
  peers.identified(peer, [V120])
  assert.equal(peers.opened(first), undefined)
  assert.equal(peers.opened(second), undefined)
  assert.equal(peers.identified(peer, [V120]), undefined)
  assert.equal(peers.closed(first), undefined)
  assert.equal(peers.closed(first), undefined, 'twice')
  assert.equal(peers.closed(second), 'disconnected')
  assert.equal(peers.closed(second), undefined)
  assert.equal(peers.standing(peer), 'absent')
})

test('that a peer has gone is news also when it never said what it speaks, or said nothing of Bitswap', () => {
  for (const spoken of [undefined, []]) {
    const peers = setup()
    const connection = connect()

    peers.opened(connection)

    if (spoken != null) {
      peers.identified(peer, spoken)
    }

    assert.equal(peers.closed(connection), 'disconnected')
    assert.equal(peers.closed(connection), undefined)
  }
})

test('a peer that left has to say again what it speaks', () => {
  const peers = setup()
  const first = connect()

  peers.opened(first)
  peers.identified(peer, [V120])
  peers.closed(first)
  assert.equal(peers.identified(peer, [V120]), undefined, 'late news of a peer that is gone')
  assert.equal(peers.opened(connect()), undefined)
  assert.equal(peers.standing(peer), 'unknown')
  assert.deepEqual(peers.protocols(peer), [])
})

test('a peer that says it speaks none is no peer, and comes and goes with what it says', () => {
  const peers = setup()

  peers.opened(connect())
  assert.equal(peers.identified(peer, []), undefined)
  assert.equal(peers.standing(peer), 'mute')
  assert.equal(peers.identified(peer, [V110]), 'connected')
  assert.equal(peers.identified(peer, [V120]), undefined)
  assert.deepEqual(peers.protocols(peer), [V120])
  assert.equal(peers.identified(peer, []), 'disconnected')
})

test('what is presumed counts until the peer has said something, and never against it', () => {
  const peers = setup()

  assert.equal(peers.presumed(peer, [V120]), undefined, 'not connected')
  peers.opened(connect())
  assert.deepEqual(peers.unidentified(), [peer])
  assert.equal(peers.presumed(peer, [V110]), 'connected')
  assert.deepEqual(peers.unidentified(), [])
  assert.equal(peers.identified(peer, []), 'disconnected')
  assert.equal(peers.presumed(peer, [V120]), undefined)
  assert.equal(peers.standing(peer), 'mute')
})

test('a limited connection does not count', () => {
  const peers = setup()
  const limited = connect({ limited: true })

  peers.opened(limited)
  assert.equal(peers.identified(peer, [V120]), undefined)
  assert.equal(peers.standing(peer), 'unknown')
  assert.deepEqual(peers.connections(peer), [])

  const direct = connect()
  assert.equal(peers.opened(direct), 'connected', 'it said what it speaks over the limited one')
  assert.deepEqual(peers.connections(peer), [direct])
  assert.equal(peers.closed(direct), 'disconnected')
  assert.equal(peers.standing(peer), 'unknown')
  assert.equal(peers.closed(limited), 'disconnected', 'it has gone altogether')
  assert.equal(peers.standing(peer), 'absent')
})

test('with runOnLimitedConnections a limited connection counts, and comes last', () => {
  const peers = setup(true)
  const [limited, first, second] = [connect({ limited: true }), connect(), connect()]

  peers.opened(first)
  peers.identified(peer, [V120])
  peers.opened(second)
  peers.opened(limited)
  assert.deepEqual(peers.connections(peer), [second, first, limited])
  peers.closed(first)
  assert.equal(peers.closed(second), undefined)
  assert.equal(peers.closed(limited), 'disconnected')
})

test('a connection that is closing is not used, and one that closed before it was told of never counts', () => {
  const peers = setup()
  const closing = connect()

  peers.opened(closing)
  peers.identified(peer, [V120])
  closing.status = 'closing'
  assert.deepEqual(peers.connections(peer), [])
  assert.equal(peers.standing(peer), 'speaking', 'it leaves when the connection has')

  const closed = connect()
  closed.status = 'closed'
  peers.closed(closing)
  peers.opened(closed)
  assert.equal(peers.standing(peer), 'absent')
})

test('nothing is kept of peers that left', () => {
  const peers = setup()

  for (let seed = 0; seed < 100; seed++) {
    const connection = new FakeConnection(peerIdFromSeed(seed)) as unknown as Connection

    peers.opened(connection)
    peers.identified(connection.remotePeer, [V120])
    peers.closed(connection)
  }

  assert.deepEqual(peers.speaking(), [])
  assert.deepEqual(peers.unidentified(), [])

  peers.opened(connect())
  peers.identified(peer, [V120])
  peers.opened(new FakeConnection(peerIdFromSeed(2)) as unknown as Connection)
  peers.clear()
  assert.deepEqual([peers.speaking(), peers.unidentified()], [[], []])
})
