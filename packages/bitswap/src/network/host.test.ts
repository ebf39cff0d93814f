import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Connection, Libp2p, Libp2pEvents, Peer, StreamHandler } from '@libp2p/interface'
import { TypedEventEmitter } from 'main-event'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { hostFromComponents, hostFromLibp2p } from './host.ts'
import type { Host } from './host.ts'

const self = peerIdFromSeed(0)
const peer = peerIdFromSeed(1)
const stranger = peerIdFromSeed(2)
const connection = {} as Connection
const signal = new AbortController().signal
const handler: StreamHandler = () => {}

interface Recorded {
  calls: unknown[][]
  events: TypedEventEmitter<Libp2pEvents>
  host: Host
}

const tagged: unknown[][] = []

const peerStore = {
  merge: async (...args: unknown[]): Promise<Peer> => {
    tagged.push(args)

    return {} as unknown as Peer
  },
  get: async (id: { toString (): string }): Promise<Peer> => {
    if (id === peer) {
      return { protocols: ['/a'] } as unknown as Peer
    }

    throw Object.assign(new Error('no such peer'), { name: id === stranger ? 'NotFoundError' : 'BrokenError' })
  }
}

/** Both adapters, on things that note how they are called. */
function hosts (): Record<string, Recorded> {
  const make = (build: (calls: unknown[][], events: TypedEventEmitter<Libp2pEvents>) => Host): Recorded => {
    const calls: unknown[][] = []
    const events = new TypedEventEmitter<Libp2pEvents>()

    return { calls, events, host: build(calls, events) }
  }
  const registrar = (calls: unknown[][]): { handle: () => Promise<void>, unhandle: () => Promise<void> } => ({
    handle: async (...args: unknown[]) => { calls.push(args) },
    unhandle: async (...args: unknown[]) => { calls.push(args) }
  })
  const dial = (calls: unknown[][]) => async (...args: unknown[]): Promise<Connection> => {
    calls.push(args)

    return connection
  }

  return {
    libp2p: make((calls, events) => hostFromLibp2p(Object.assign(events, {
      peerId: self,
      peerStore,
      ...registrar(calls),
      dial: dial(calls),
      getConnections: () => [connection]
    }) as unknown as Libp2p)),
    components: make((calls, events) => hostFromComponents({
      peerId: self,
      peerStore,
      events,
      registrar: registrar(calls),
      connectionManager: { openConnection: dial(calls), getConnections: () => [connection] }
    }))
  }
}

for (const [name, { host, calls, events }] of Object.entries(hosts())) {
  test(`the host from ${name} passes on what it is asked`, async () => {
    const heard: unknown[] = []
    const listener = (event: Event): void => { heard.push(event.type) }

    assert.equal(host.peerId, self)
    await host.handle('/a', handler, { maxInboundStreams: 3 })
    await host.unhandle('/a')
    assert.equal(await host.dial(peer, { signal }), connection)
    assert.deepEqual(calls, [['/a', handler, { maxInboundStreams: 3 }], ['/a'], [peer, { signal }]])
    assert.deepEqual(host.getConnections(), [connection])

    host.events.addEventListener('connection:open', listener)
    events.safeDispatchEvent('connection:open', { detail: connection })
    host.events.removeEventListener('connection:open', listener)
    events.safeDispatchEvent('connection:open', { detail: connection })
    assert.deepEqual(heard, ['connection:open'])
  })

  test(`the host from ${name} sets and removes tags in the peer store, and none of others`, async () => {
    await host.tag(peer, 'x', { value: 5, ttl: 1000 })
    await host.tag(peer, 'x', undefined)
    assert.deepEqual(tagged.splice(0), [[peer, { tags: { x: { value: 5, ttl: 1000 } } }], [peer, { tags: { x: undefined } }]])
  })

  test(`the host from ${name} knows what the peer store knows, and of strangers nothing`, async () => {
    assert.deepEqual(await host.getProtocols(peer), ['/a'])
    assert.deepEqual(await host.getProtocols(stranger), [])
    await assert.rejects(host.getProtocols(self), { name: 'BrokenError' })
  })
}
