/** What is done to peers as a whole, on real libp2p nodes over TCP on loopback. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Events, withNodes } from './libp2p-nodes.ts'

test('a peer that is disconnected is gone for both, and may come back', { timeout: 60_000 }, async () => {
  await withNodes(async (a, b) => {
    const [atA, atB] = [new Events(), new Events()]
    await a.network.start(atA)
    await b.network.start(atB)
    const peer = await a.network.connect(b.libp2p.getMultiaddrs())
    await atA.next()
    await atB.next()

    b.network.disconnect(a.network.self)
    assert.equal(await atB.next(), `disconnected ${a.network.self}`)
    assert.equal(await atA.next(), `disconnected ${peer}`)
    assert.deepEqual(a.network.peers(), [])

    await a.network.connect(b.libp2p.getMultiaddrs())
    assert.deepEqual(a.network.peers().map(String), [peer.toString()])
  })
})
