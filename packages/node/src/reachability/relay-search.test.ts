/** When relays are looked for, and when they are dialled, with parts of libp2p that are played. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { keepingLog } from '../../test/log.ts'
import { RelaySearch } from './relay-search.ts'
import type { RelaySearchComponents } from './relay-search.ts'
import type { Connection, Listener } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { TestContext } from 'node:test'

const PUBLIC = multiaddr('/ip4/8.8.8.8/tcp/4001')
const PRIVATE = multiaddr('/ip4/10.0.0.1/tcp/4001')
const RELAY = '/ip4/10.0.0.2/tcp/4001/p2p/12D3KooWBhMbLvQ5qSGMRqMLHLDFuRzHZxL1yQvcHXvCGeF2zvZb'

interface Played {
  components: RelaySearchComponents
  addresses: Multiaddr[]
  listeners: Listener[]
  connections: Connection[]
  dials: number
  dial: () => Promise<Connection>
}

function played (): Played {
  const state: Played = {
    addresses: [PRIVATE],
    listeners: [{} as Listener],
    connections: [],
    dials: 0,
    dial: async () => { throw new Error('nobody there') },
    components: {
      logger: keepingLog().logger,
      addressManager: { getAddresses: () => state.addresses },
      connectionManager: {
        getConnections: () => state.connections,
        async openConnection () {
          state.dials++

          return state.dial()
        }
      },
      transportManager: {
        async listen (addresses) {
          state.listeners.push(...addresses.map(() => {
            const listener = { close: async () => { state.listeners.splice(state.listeners.indexOf(listener), 1) } } as Listener

            return listener
          }))
        },
        getListeners: () => [...state.listeners]
      }
    }
  }

  return state
}

/** A search whose checks come when they are told to. */
function start (t: TestContext, { components }: Played, relays: string[] = []): { check: (times?: number) => Promise<void>, search: RelaySearch } {
  t.mock.timers.enable({ apis: ['setInterval'] })

  const search = new RelaySearch(components, { maxRelays: 2, relays })

  t.after(() => { search.stop() })
  search.afterStart()

  return {
    search,
    async check (times = 1) {
      for (let index = 0; index < times; index++) {
        t.mock.timers.tick(30_000)
        await settled()
      }
    }
  }
}

/** What was begun without waiting has ended. */
async function settled (): Promise<void> {
  await new Promise<void>(resolve => { setImmediate(resolve) })
}

test('relays are looked for as long as no public address is known, and no longer', async t => {
  const state = played()
  const { check } = start(t, state)

  await settled()
  assert.equal(state.listeners.length, 3)
  await check(3)
  assert.equal(state.listeners.length, 3)

  state.addresses = [PRIVATE, PUBLIC]
  await check()
  assert.equal(state.listeners.length, 1)

  state.addresses = [PRIVATE]
  await check()
  assert.equal(state.listeners.length, 3)
})

test('a node with a public address does not look for relays', async t => {
  const state = played()

  state.addresses = [PUBLIC]
  start(t, state)
  await settled()
  assert.equal(state.listeners.length, 1)
})

test('a relay that does not answer is dialled ever more rarely, and at once when it was connected meanwhile', async t => {
  const state = played()
  const { check } = start(t, state, [RELAY])

  await settled()
  assert.equal(state.dials, 1)

  const checksUntilDialled = async (): Promise<number> => {
    const before = state.dials
    let checks = 0

    while (state.dials === before) {
      await check()
      checks++
    }

    return checks
  }

  for (const checks of [1, 2, 4, 8, 16, 21, 21]) {
    assert.equal(await checksUntilDialled(), checks)
  }

  state.connections = [{} as Connection]
  await check(30)
  state.connections = []
  assert.deepEqual([await checksUntilDialled(), await checksUntilDialled(), await checksUntilDialled()], [1, 1, 2])
})

test('a relay is dialled once at a time, and not after the end', async t => {
  const state = played()
  const { check, search } = start(t, state, [RELAY])

  state.dial = () => new Promise(() => {})
  await check(100) // the first had failed by then
  assert.equal(state.dials, 2)
  search.stop()
  await check(100)
  assert.equal(state.dials, 2)
})
