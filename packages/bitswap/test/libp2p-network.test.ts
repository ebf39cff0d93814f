/** The network on real libp2p nodes, over TCP on loopback: what the fakes of the unit tests might get wrong. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock } from '../src/core/clock.ts'
import { hostFromLibp2p } from '../src/network/host.ts'
import { Libp2pNetwork } from '../src/network/libp2p-network.ts'
import type { NetworkStream } from '../src/network/network.ts'
import { BitswapProtocol, PROTOCOLS } from '../src/network/protocols.ts'
import { resolveNetworkOptions } from '../src/network/resolve-options.ts'
import { Count, Events, MiB, identified, withNodes } from './libp2p-nodes.ts'

const PIECE = 256 * 1024
const { V120 } = BitswapProtocol

test('streams go both ways, half-close, and end well', { timeout: 60_000 }, async () => {
  await withNodes(async (a, b) => {
    await a.network.start(new Events())
    await b.network.start(new Events())
    assert.ok((await a.network.connect(b.libp2p.getMultiaddrs())).equals(b.network.self))

    for (const [from, to] of [[a, b], [b, a]] as const) {
      await from.network.connect(to.network.self)
      const stream = await from.network.openStream(to.network.self)
      const count = new Count()
      stream.read(count)
      assert.equal(stream.protocol, V120)

      stream.send(new Uint8Array(MiB))
      await stream.close()
      await count.bytes(MiB)
      await count.ending.promise
      assert.equal(await count.closing.promise, undefined)
      assert.equal(count.received, MiB)
    }
  })
})

/** A stream over which something can be said and heard while another stands still. */
async function roundTrip (stream: NetworkStream, count: Count): Promise<void> {
  const arrived = count.bytes(count.received + 1)
  stream.send(new Uint8Array(1))
  await arrived
}

test('a paused reader stops its sender, loses nothing, and holds up no other stream', { timeout: 60_000 }, async () => {
  await withNodes(async (a, b) => {
    const streams: NetworkStream[] = []
    const sink = new Count()
    await a.network.start(new Events())
    await b.network.start(new Events((_, stream) => {
      // the first is the one that is paused, the second sends back what comes
      streams.push(stream)
      stream.read(streams.length === 1 ? sink : { data: bytes => { stream.send(bytes) }, ended: () => {}, closed: () => {} })
    }))
    const peer = await a.network.connect(b.libp2p.getMultiaddrs())
    const [stream, other] = [await a.network.openStream(peer), await a.network.openStream(peer)]
    const heard = new Count()
    stream.read(new Count())
    other.read(heard)
    await roundTrip(other, heard)

    const target = 96 * MiB
    const reader = streams[0] ?? assert.fail('no stream came')
    const stalls: number[] = []
    let [sent, largest, read] = [0, 0, 0]
    reader.pause()

    while (sent < target) {
      const room = stream.send(new Uint8Array(PIECE))
      sent += PIECE
      largest = Math.max(largest, stream.unsent)

      if (room) {
        continue
      }

      const drain = { done: false }
      const draining = stream.drained().then(() => { drain.done = true })

      // all that was on its way when the other side answered has arrived: if there is no room now, there will be none
      while (!drain.done) {
        await roundTrip(other, heard)

        if (!drain.done) {
          assert.equal(sink.received, read, 'nothing is delivered while paused')
          stalls.push(sent)
          reader.resume()
          reader.pause()
          read = sink.received
          await draining
        }
      }
    }

    reader.resume()
    await stream.close()
    await sink.bytes(target)
    await sink.ending.promise
    assert.equal(sink.received, target)
    assert.ok((stalls[0] ?? 0) > 15 * MiB, `stood still first after ${stalls[0]} bytes`)
    assert.ok(stalls.length >= 4, `stood still ${stalls.length} times`)
    assert.ok(largest <= 2 * PIECE, `${largest} bytes were kept by the sender`)
  })
})

test('a peer may have more streams open than the 32 of libp2p, as Kubo has', { timeout: 60_000 }, async () => {
  await withNodes(async (a, b) => {
    await a.network.start(new Events())
    await b.network.start(new Events())
    const peer = await a.network.connect(b.libp2p.getMultiaddrs())

    for (let i = 0; i < 100; i++) {
      const [stream, count] = [await a.network.openStream(peer), new Count()]
      stream.read(count)
      await roundTrip(stream, count)
    }
  })
})

test('maxInboundStreams are served, and one more is reset', { timeout: 60_000 }, async () => {
  await withNodes(async (a, b) => {
    await a.network.start(new Events())
    await b.network.start(new Events())
    const peer = await a.network.connect(b.libp2p.getMultiaddrs())
    const streams: Array<[NetworkStream, Count]> = []

    for (let i = 0; i < 3; i++) {
      streams.push([await a.network.openStream(peer), new Count()])
    }

    const more = new Count()
    const fourth = await a.network.openStream(peer)
    fourth.read(more)
    assert.notEqual(await more.closing.promise, undefined)

    for (const [stream, count] of streams) {
      stream.read(count)
      await roundTrip(stream, count)
    }
  }, { maxInboundStreams: 3 })
})

test('a reset arrives as one', { timeout: 60_000 }, async () => {
  await withNodes(async (a, b) => {
    const sink = new Count()
    await a.network.start(new Events())
    await b.network.start(new Events((_, stream) => { stream.read(sink) }))
    const stream = await a.network.openStream(await a.network.connect(b.libp2p.getMultiaddrs()))
    stream.read(new Count())
    stream.send(new Uint8Array(1))
    await sink.bytes(1)

    stream.abort(new Error('enough'))
    assert.equal((await sink.closing.promise)?.name, 'StreamResetError')
  })
})

test('peers that were connected before start are reported, and both ends see a disconnect and a reconnect', { timeout: 60_000 }, async () => {
  await withNodes(async (a, b) => {
    const [atA, atB] = [new Events(), new Events()]
    await b.network.start(atB)
    await identified(a, b)
    await a.network.start(atA)
    assert.deepEqual(atA.rest, [`connected ${b.network.self} ${V120}`], 'before start resolves')
    await atA.next()
    assert.equal(await atB.next(), `connected ${a.network.self} ${V120}`, 'told by a push: a spoke no Bitswap when b heard of it first')

    await a.libp2p.hangUp(b.network.self)
    await a.network.connect(b.libp2p.getMultiaddrs())

    for (const [events, peer] of [[atA, b], [atB, a]] as const) {
      assert.equal(await events.next(), `disconnected ${peer.network.self}`)
      assert.equal(await events.next(), `connected ${peer.network.self} ${V120}`)
      assert.deepEqual(events.rest, [])
      assert.equal((await peer.network.openStream(peer === a ? b.network.self : a.network.self)).protocol, V120)
    }
  })
})

test('many quick reconnects end in what is true', { timeout: 60_000 }, async () => {
  await withNodes(async (a, b) => {
    const [atA, atB] = [new Events(), new Events()]
    await a.network.start(atA)
    await b.network.start(atB)

    for (let i = 0; i < 10; i++) {
      await a.libp2p.dial(b.libp2p.getMultiaddrs())
      await a.libp2p.hangUp(b.network.self)
    }

    await a.network.connect(b.libp2p.getMultiaddrs())
    assert.deepEqual(a.network.peers().map(String), [b.network.self.toString()])

    let connected = false

    for (const event of [...atA.rest]) {
      const begins = event.startsWith('connected')

      // an end without a beginning is that of a connection whose peer was not identified yet
      assert.ok(!(connected && begins), 'each end comes before the next beginning')
      connected = begins
    }

    assert.ok(connected)
  })
})

test('a peer without Bitswap is no peer', { timeout: 60_000 }, async () => {
  await withNodes(async (a, b) => {
    const events = new Events()
    await a.network.start(events)

    await assert.rejects(a.network.connect(b.libp2p.getMultiaddrs()), { name: 'UnsupportedProtocolError' })
    await assert.rejects(a.network.openStream(b.network.self), { name: 'UnsupportedProtocolError' })
    assert.deepEqual(events.rest, [])
    assert.deepEqual(a.network.peers(), [])
  })
})

test('dialling ourselves says so, also when the address does not tell', { timeout: 60_000 }, async () => {
  await withNodes(async a => {
    await a.network.start(new Events())
    const [own] = a.libp2p.getMultiaddrs()
    const bare = multiaddr(own?.toString().split('/p2p/')[0])

    await assert.rejects(a.network.connect(a.network.self), { name: 'InvalidPeerIdError', message: /dial ourselves/ })
    await assert.rejects(a.network.connect(bare), { message: /dial self/ })
  })
})

test('stop leaves no handler, listener or stream, twice and with libp2p stopped first, and start may come before it', { timeout: 60_000 }, async () => {
  await withNodes(async (a, b) => {
    const types = ['connection:open', 'connection:close', 'peer:identify']
    const target = a.libp2p as unknown as { listenerCount (type: string): number }
    const listeners = (): number[] => types.map(type => target.listenerCount(type))
    const before = listeners()
    await a.libp2p.stop()

    // as Helia does it: the network first, and each twice
    await a.network.start(new Events())
    await a.network.start(new Events())
    await a.libp2p.start()
    await b.network.start(new Events())

    const peer = await a.network.connect(b.libp2p.getMultiaddrs())
    const count = new Count()
    const stream = await a.network.openStream(peer)
    stream.read(count)
    stream.send(new Uint8Array(1))
    await count.bytes(1)

    const closed = once(b.libp2p, 'connection:close')
    await a.network.stop()
    await a.network.stop()
    assert.equal((await count.closing.promise)?.name, 'NotStartedError')
    assert.deepEqual(listeners(), before)
    assert.deepEqual(a.libp2p.getProtocols().filter(protocol => PROTOCOLS.includes(protocol as BitswapProtocol)), [])
    assert.deepEqual(a.libp2p.getConnections().flatMap(({ streams }) => streams).filter(({ protocol }) => protocol === V120), [])

    await a.libp2p.stop()
    await closed
    await a.network.stop()
    await a.libp2p.start()
    await a.network.start(new Events())
    await a.network.connect(b.libp2p.getMultiaddrs())
  })
})

test('a second Bitswap on the same libp2p is refused, and the first goes on', { timeout: 60_000 }, async () => {
  await withNodes(async (a, b) => {
    await a.network.start(new Events())
    await b.network.start(new Events())
    const second = new Libp2pNetwork({ host: hostFromLibp2p(a.libp2p), clock: systemClock, logger: a.libp2p.logger }, resolveNetworkOptions())

    await assert.rejects(second.start(new Events()), { name: 'DuplicateProtocolHandlerError' })
    await second.stop()
    await b.network.connect(a.libp2p.getMultiaddrs())
    assert.equal((await b.network.openStream(a.network.self)).protocol, V120)
  })
})

test('a node that speaks an older protocol only is asked for that first', { timeout: 60_000 }, async () => {
  await withNodes(async (a, b) => {
    const events = new Events()
    await a.network.start(events)
    await b.libp2p.handle(BitswapProtocol.V100, () => {})
    const peer = await a.network.connect(b.libp2p.getMultiaddrs())

    assert.equal(await events.next(), `connected ${peer} ${BitswapProtocol.V100}`)
    assert.equal((await a.network.openStream(peer)).protocol, BitswapProtocol.V100)
  })
})
