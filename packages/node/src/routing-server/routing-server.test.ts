/** Requests as clients send them, over loopback. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { delegatedRoutingV1HttpApiClient } from '@helia/delegated-routing-v1-http-api-client'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { someBlock, someBytes } from '../../test/blocks.ts'
import { keepingLog } from '../../test/log.ts'
import { openSocket, OURS, somePeer, startRouting } from '../../test/routing-servers.ts'
import type { FoundPeer, PeerRecord } from './record.ts'
import type { LookUpComponents } from './look-up.ts'

const NDJSON = { accept: 'application/x-ndjson' }
const { cid } = await someBlock(10)

async function * peers (count: number): AsyncGenerator<FoundPeer> {
  for (let index = 0; index < count; index++) {
    yield somePeer(index)
  }
}

function routing (named: () => AsyncIterable<FoundPeer>): Pick<LookUpComponents, 'routing'> {
  return { routing: { findProviders: named } }
}

async function linesOf (response: Response): Promise<PeerRecord[]> {
  return (await response.text()).split('\n').filter(line => line !== '').map(line => JSON.parse(line) as PeerRecord)
}

async function providersOf (response: Response): Promise<PeerRecord[]> {
  return (await response.json() as { Providers: PeerRecord[] }).Providers
}

async function all<T> (values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []

  for await (const value of values) {
    found.push(value)
  }

  return found
}

/** Names one peer, and then nobody for as long as it is asked. */
async function * hanging (signal: AbortSignal | undefined, ended: () => void): AsyncGenerator<FoundPeer> {
  try {
    yield somePeer(1)
    await new Promise<void>((_resolve, reject) => { signal?.addEventListener('abort', () => { reject(signal.reason as Error) }) })
  } finally {
    ended()
  }
}

test('JSON names ourselves first when the block is here, then whom the routing names, each once', async t => {
  const asked: CID[] = []
  const { server, self } = await startRouting(t, {
    ...routing(async function * () { yield * peers(2); yield * peers(3) }),
    hasBlock: each => asked.push(each) > 0
  })
  const response = await fetch(`${server.url}/routing/v1/providers/${cid}`)
  const [first, ...others] = await providersOf(response)

  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'application/json')
  assert.equal(response.headers.get('cache-control'), 'public, max-age=300')
  assert.equal(response.headers.get('access-control-allow-origin'), '*')
  assert.deepEqual(first, { Schema: 'peer', ID: self.toString(), Addrs: [OURS], Protocols: ['transport-bitswap'] })
  assert.deepEqual(others.map(({ ID }) => ID), [0, 1, 2].map(index => somePeer(index).id.toString()))
  assert.deepEqual(asked.map(String), [cid.toString()])
})

test('of ourselves the store is believed, not the routing', async t => {
  const self = somePeer(1)
  const { server } = await startRouting(t, { ...routing(() => peers(3)), self: { peerId: self.id, getMultiaddrs: () => [...self.multiaddrs] } })

  assert.deepEqual((await providersOf(await fetch(`${server.url}/routing/v1/providers/${cid}`))).map(({ ID }) => ID), [0, 2].map(index => somePeer(index).id.toString()))
})

test('ndjson comes line by line, while the routing goes on looking', async t => {
  let ended = (): void => {}
  const whenEnded = new Promise<void>(resolve => { ended = resolve })
  const { server } = await startRouting(t, { routing: { findProviders: (_cid, options) => hanging(options?.signal, ended) } })
  const leaving = new AbortController()
  const response = await fetch(`${server.url}/routing/v1/providers/${cid}`, { headers: NDJSON, signal: leaving.signal })
  const reader = response.body?.getReader()

  assert.equal(response.headers.get('content-type'), 'application/x-ndjson')
  assert.equal(response.headers.get('vary'), 'Accept')
  assert.match(new TextDecoder().decode((await reader?.read())?.value), /^\{"Schema":"peer".*\}\n$/)

  // and a client that leaves ends the look-up
  leaving.abort()
  await whenEnded
})

for (const headers of [{}, NDJSON]) {
  test(`a look-up that takes too long is answered with what it named, ${JSON.stringify(headers)}`, async t => {
    const { server } = await startRouting(t, {
      // ignores its signal, too
      ...routing(async function * () {
        yield somePeer(1)
        await new Promise(() => {})
      }),
      hasBlock: () => true
    }, { timeout: 50 })
    const response = await fetch(`${server.url}/routing/v1/providers/${cid}`, { headers })

    assert.equal((await (response.headers.get('content-type') === 'application/json' ? providersOf : linesOf)(response)).length, 2)
  })
}

test('a store that does not answer holds up nobody beyond the time of a look-up', async t => {
  const { server } = await startRouting(t, { hasBlock: () => new Promise(() => {}) }, { timeout: 50 })

  assert.deepEqual(await providersOf(await fetch(`${server.url}/routing/v1/providers/${cid}`)), [])
})

for (const maxProviders of [100, 7]) {
  test(`of thousands of providers ${maxProviders} are named, and the look-up is ended`, async t => {
    let looked = 0
    const { server } = await startRouting(t, routing(async function * () {
      for await (const peer of peers(5_000)) {
        looked++
        yield peer
      }
    }), maxProviders === 100 ? {} : { maxProviders })

    assert.equal((await providersOf(await fetch(`${server.url}/routing/v1/providers/${cid}`))).length, maxProviders)
    assert.equal(looked, maxProviders)
    assert.equal((await linesOf(await fetch(`${server.url}/routing/v1/providers/${cid}`, { headers: NDJSON }))).length, maxProviders)
    assert.equal(looked, 2 * maxProviders)
  })
}

test('a routing that never ends and never waits is asked for a hundred times as many as may be named', async t => {
  let looked = 0
  const { server } = await startRouting(t, routing(async function * () {
    while (true) {
      looked++
      yield somePeer(1)
    }
  }), { maxProviders: 5 })

  assert.equal((await providersOf(await fetch(`${server.url}/routing/v1/providers/${cid}`))).length, 1)
  assert.equal(looked, 500)
})

test('filters of the request hold for ourselves and for others', async t => {
  const { server } = await startRouting(t, { ...routing(() => peers(3)), hasBlock: () => true })
  const named = async (query: string): Promise<number> => (await providersOf(await fetch(`${server.url}/routing/v1/providers/${cid}?${query}`))).length

  assert.equal(await named(''), 4)
  assert.equal(await named('filter-protocols=transport-bitswap'), 1)
  assert.equal(await named('filter-protocols=unknown'), 3)
  assert.equal(await named('filter-addrs=udp'), 0)
  assert.equal(await named('filter-addrs=!p2p-circuit'), 4)
})

test('nobody is an empty answer, which may be kept for a few seconds', async t => {
  const { server } = await startRouting(t)

  for (const headers of [{}, NDJSON]) {
    const response = await fetch(`${server.url}/routing/v1/providers/${cid}`, { headers })

    assert.equal(response.status, 200)
    assert.equal(response.headers.get('cache-control'), 'public, max-age=15')
    assert.equal(await response.text(), headers === NDJSON ? '' : '{"Providers":[]}')
  }
})

test('a routing that fails is a 500 that says nothing of the inside, unless somebody was named', async t => {
  const failing = routing(async function * () { yield await Promise.reject<FoundPeer>(new Error('/secret/path')) })
  const { server, kept } = await startRouting(t, failing)
  const other = await startRouting(t, { ...failing, hasBlock: () => true })

  for (const headers of [{}, NDJSON]) {
    const response = await fetch(`${server.url}/routing/v1/providers/${cid}`, { headers })

    assert.equal(response.status, 500)
    assert.equal(await response.text(), 'the look-up failed\n')
  }

  assert.equal(kept.errors.length, 2)
  assert.equal((await providersOf(await fetch(`${other.server.url}/routing/v1/providers/${cid}`))).length, 1)
})

test('a store that fails is logged, and others are named all the same', async t => {
  const { server, kept } = await startRouting(t, { ...routing(() => peers(1)), hasBlock: async () => { throw new Error('disk') } })

  assert.equal((await providersOf(await fetch(`${server.url}/routing/v1/providers/${cid}`))).length, 1)
  assert.equal(kept.errors.length, 1)
})

test('a peer is ourselves, or whom the routing finds', async t => {
  const known = somePeer(3)
  const { server, self } = await startRouting(t, {
    async findPeer (peer) {
      if (!peer.equals(known.id)) {
        throw new Error('not found')
      }

      return known
    }
  })
  const found = async (id: string): Promise<string[]> => {
    const response = await fetch(`${server.url}/routing/v1/peers/${id}`)

    assert.equal(response.status, 200)

    return (await response.json() as { Peers: PeerRecord[] }).Peers.flatMap(({ Addrs }) => Addrs)
  }

  assert.deepEqual(await found(self.toString()), [OURS])
  assert.deepEqual(await found(self.toCID().toString()), [OURS])
  assert.deepEqual(await found(known.id.toString()), known.multiaddrs.map(String))
  assert.deepEqual(await found(somePeer(4).id.toString()), [])
  assert.deepEqual(await (async () => { const only = await startRouting(t); return (await fetch(`${only.server.url}/routing/v1/peers/${known.id}`)).json() })(), { Peers: [] })
})

test("Helia's client is answered", async t => {
  const { server, self } = await startRouting(t, {
    ...routing(() => peers(30)),
    hasBlock: () => true,
    findPeer: async () => somePeer(1)
  })
  const client = delegatedRoutingV1HttpApiClient({ url: server.url })(keepingLog())

  t.after(async () => { await client.stop() })
  assert.equal((await all(client.getProviders(cid))).length, 31)
  assert.equal((await all(client.getProviders(cid, { filterProtocols: ['transport-bitswap'], filterAddrs: ['!p2p-circuit', 'tcp'] }))).length, 1)
  assert.equal((await all(client.getPeers(self.toCID())))[0]?.Addrs[0]?.toString(), OURS)
  assert.equal((await all(client.getPeers(somePeer(1).id.toCID()))).length, 1)
})

test('a reader that does not read is cut off, and the look-up is ended', async t => {
  let looked = 0
  let ended = (): void => {}
  const whenEnded = new Promise<void>(resolve => { ended = resolve })
  const addresses = Array.from({ length: 64 }, (_, index) => `/dns4/${'x'.repeat(200)}.example/tcp/${index + 1}`)
  const { server, kept } = await startRouting(t, routing(async function * () {
    try {
      while (true) {
        yield somePeer(looked++, addresses)
      }
    } finally {
      ended()
    }
  }), { maxProviders: 100_000, writeTimeout: 100 })
  const socket = await openSocket(t, server.url)

  socket.pause()
  socket.write(`GET /routing/v1/providers/${cid} HTTP/1.1\r\nHost: localhost\r\nAccept: application/x-ndjson\r\n\r\n`)
  await whenEnded

  // a record has 16 KiB; what the operating system keeps of a connection is some megabytes
  assert.ok(looked < 5_000, `${looked} records were written`)
  socket.resume()
  await once(socket, 'close')
  assert.equal(kept.errors.length, 1)
})

test('blocks are asked for by their CID in any form', async t => {
  const { server } = await startRouting(t, { hasBlock: () => true })
  const v0 = CID.createV0(await sha256.digest(someBytes(3)))

  assert.equal((await providersOf(await fetch(`${server.url}/routing/v1/providers/${v0}`))).length, 1)
})
