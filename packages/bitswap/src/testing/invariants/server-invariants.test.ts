import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BusyExchange } from '../../../test/support/busy-exchange.ts'
import { Account } from '../../server/account.ts'
import { cidOfRequest, createRequest, RequestState } from '../../server/request.ts'
import type { Request } from '../../server/request.ts'
import type { ServerInit } from '../../server/options.ts'
import { peerIdFromSeed } from '../peer-ids.ts'
import { serverViolations } from './server-invariants.ts'

async function busyServer (server: ServerInit = {}): Promise<BusyExchange> {
  return await new BusyExchange({ server }).start()
}

function violations ({ exchange, net }: BusyExchange): string[] {
  return serverViolations(exchange, net.clock.now())
}

/** One that is in no book, for the block of another. */
function strangerTo (request: Request): Request {
  return createRequest(request.account, 'a stranger', { cid: cidOfRequest(request), priority: 1, wantType: 'block', sendDontHave: false }, 1)
}

/** Writes to what is only shown. */
function writable<K, V> (map: ReadonlyMap<K, V>): Map<K, V> {
  return map as Map<K, V>
}

/** Cases by what is to be found; each breaks one thing, though it may show in more than one place. */
const CASES: ReadonlyArray<[RegExp, (busy: BusyExchange) => Promise<void>]> = [
  [/^peer …\w{8} is closed, or under the key of another, and still there$/, async busy => { (await busy.request(RequestState.Absent)).account.open = false }],
  [/ is under the key, or in the account, of another$/, async busy => {
    const request = await busy.request(RequestState.Absent)
    request.account.requests.set('another', request)
  }],
  [/^request …\w{8} \(absent\) of peer …\w{8} is not found by its block$/, async busy => {
    const { multihash } = await busy.request(RequestState.Absent)
    writable(busy.run.engine.ledger.byBlock).delete(multihash)
  }],
  [/^\d+ requests are kept by peer, \d+ by block$/, async busy => {
    const request = await busy.request(RequestState.Absent)
    writable(busy.run.engine.ledger.byBlock).set('unknown', strangerTo(request))
  }],
  [/^\d+ requests are counted, there are \d+$/, async busy => {
    const request = await busy.request(RequestState.Absent)
    request.account.requests.delete(request.key)
  }],
  [/^\d+ requests are kept, over 1$/, async busy => {
    await busy.until(() => busy.run.engine.ledger.size > 1)
    Object.assign(busy.exchange.books.options.server, { maxWants: 1 })
  }],
  [/^the peer with the most requests is taken to have \d+, there is one with \d+$/, async busy => {
    const { account } = await busy.request(RequestState.Absent)
    Object.defineProperty(busy.run.engine.ledger, 'fullest', { value: undefined })
    assert.ok(account.requests.size > 0)
  }],
  [/^a block is kept that nobody wants$/, async busy => {
    await busy.request(RequestState.Absent)
    writable(busy.run.engine.ledger.byBlock).set('unknown', new Set())
  }],
  [/ is going to be refused$/, async busy => {
    const { account, key } = await busy.request(RequestState.Absent)
    account.presences.refuse(key)
  }],
  [/^1 refusals are counted, there are 0$/, async busy => { busy.run.engine.refusals.count++ }],
  [/^request …\w{8} \(absent\) of peer …\w{8} holds 9 bytes$/, async busy => { (await busy.request(RequestState.Absent)).bytes = new Uint8Array(9) }],
  [/ \(gone\) of peer …\w{8} is kept$/, async busy => { (await busy.request(RequestState.Absent)).state = RequestState.Gone }],
  [/ \(resting\) of peer …\w{8} has no time at which it is asked about again$/, async busy => { (await busy.request(RequestState.Absent)).state = RequestState.Resting }],
  [/ \(have\) of peer …\w{8} is going to be answered nothing$/, async busy => {
    const { account, key } = await busy.request(RequestState.Have)
    account.presences.delete(key)
  }],
  [/ \(ready\) of peer …\w{8} has no bytes$/, async busy => { (await busy.request(RequestState.Ready)).bytes = undefined }],
  [/ \(ready\) of peer …\w{8} has 5000000 bytes, over 4194176$/, async busy => { (await busy.request(RequestState.Ready)).bytes = new Uint8Array(5_000_000) }],
  [/ \(queued\) of peer …\w{8} is not in the queue of its state$/, async busy => { (await busy.request(RequestState.Absent)).state = RequestState.Queued }],
  [/ \(ready\) of peer …\w{8} is not in the queue of its state$/, async busy => { (await busy.request(RequestState.Absent)).state = RequestState.Ready }],
  [/^peer …\w{8} has 1 requests to be asked about, 0 of them in that state$/, async busy => {
    const request = await busy.request(RequestState.Absent)
    request.account.unasked.push(request, 0)
  }],
  [/^peer …\w{8} has 1 requests to be asked about, and only \d of 32 questions under way$/, async busy => {
    const request = await busy.request(({ state, account }) => state === RequestState.Absent && account.asking < 9)
    request.account.unasked.push(request, 0)
  }],
  [/^peer …\w{8} has \d+ requests to be read with \d+ bytes, in that state are \d+ with \d+$/, async busy => {
    const request = await busy.request(RequestState.Absent)
    request.account.queued.push(request, 1)
  }],
  [/^peer …\w{8} has 1 requests to be sent with 1 bytes, in that state are 0 with 0$/, async busy => {
    const request = await busy.request(({ state, account }) => state === RequestState.Absent && account.ready.size === 0)
    request.account.ready.push(request, 1)
  }],
  [/^peer …\w{8} has \d+ requests to be sent with (\d+) bytes, in that state are \d+ with (?!\1$)\d+$/, async busy => { (await busy.request(RequestState.Ready)).bytes = new Uint8Array(9) }],
  [/^peer …\w{8} counts \d+ requests that are being read, there are \d+$/, async busy => { (await busy.request(RequestState.Absent)).account.reading++ }],
  [/^peer …\w{8} has 33 questions under way, of 32 at the most, for \d+ requests or more$/, async busy => { (await busy.request(RequestState.Absent)).account.asking = 33 }],
  [/^peer …\w{8} has 0 questions under way, of 32 at the most, for [1-9]\d* requests or more$/, async busy => {
    const request = await busy.request(({ state, account }) => state === RequestState.Asking && account.unasked.size === 0)
    request.account.asking = 0
  }],
  [/^peer …\w{8} is going to be told \d+ answers, \d+ of them to its requests$/, async busy => {
    const request = await busy.request(RequestState.Absent)
    request.account.presences.add(strangerTo(request))
  }],
  [/^peer …\w{8} has 33 reads under way with \d+ bytes, of 32 at the most, for \d+ requests or more$/, async busy => { (await busy.request(RequestState.Absent)).account.reads = 33 }],
  [/^peer …\w{8} has 0 reads under way with 7 bytes, of 32 at the most, for 0 requests or more$/, async busy => {
    const { account } = await busy.request(({ state, account }) => state === RequestState.Absent && account.reads === 0)
    account.readingBytes = 7
  }],
  [/^peer …\w{8} has 33 questions and 0 reads that take too long, of 32 each at the most$/, async busy => { (await busy.request(RequestState.Absent)).account.overdue.asking = 33 }],
  [/^peer …\w{8} has 0 questions and 33 reads that take too long, of 32 each at the most$/, async busy => { (await busy.request(RequestState.Absent)).account.overdue.reads = 33 }],
  [/^the store takes too long for 129 things, over 128$/, async busy => {
    await busy.request(RequestState.Absent)
    Object.defineProperty(busy.run.reader, 'overdue', { value: 129 })
  }],
  [/^peer …\w{8} has \d+ bytes read ahead, over \d+$/, async busy => {
    const { account } = await busy.request(RequestState.Ready)
    account.reads = 2
    account.readingBytes = 1e9
  }],
  [/^(\d+) bytes are counted as read ahead, the requests that are ready have (?!\1$)\d+$/, async busy => { (await busy.request(RequestState.Ready)).bytes = new Uint8Array(9) }],
  [/^\d+ bytes are on their way from the store, the peers count \d+$/, async busy => { (await busy.request(RequestState.Reading)).account.readingBytes += 1e6 }],
  [/^5 bytes are on their way from a store that is not asked for any$/, async busy => {
    const { account } = await busy.request(({ state }) => state === RequestState.Absent && busy.run.reader.running === 0)
    busy.run.engine.readBegan(account, 5)
  }],
  [/^\d+ bytes are read ahead, over \d+$/, async busy => {
    const { account } = await busy.request(RequestState.Ready)
    busy.run.engine.readBegan(account, 1e9)
    account.readingBytes = 0
    account.ready.push(strangerTo(await busy.request(RequestState.Ready)), 1e9)
  }],
  [/^1 requests wait for another attempt, 0 rest$/, async busy => { busy.run.engine.resting.set(await busy.request(RequestState.Absent), 1e9) }],
  [/^a request was to be asked about again at -1, it is \d+$/, async busy => { busy.run.engine.resting.set(await busy.request(RequestState.Absent), -1) }],
  [/^a request is to be asked about again at 1000000000, and the timer goes off at Infinity$/, async busy => { busy.run.engine.resting.set(await busy.request(RequestState.Absent), 1e9) }],
  [/^a message for peer …\w{8} is waited for, and none of its \d+ blocks is read$/, async busy => {
    const request = await busy.request(RequestState.Absent)
    await busy.until(() => request.account.reads === 0 && request.account.ready.size === 0)
    request.account.queued.push(request, 1)
    Object.defineProperty(busy.run.lane, 'waiting', { value: [request.account] })
  }],
  [/^a message for peer …\w{8} is waited for, which has left$/, async busy => {
    await busy.request(({ account }) => account.queued.size > 0 || account.reading > 0)
    const account = new Account(peerIdFromSeed(99), 1, { bytes: 0 })
    account.reading = 1
    assert.ok(busy.run.lane.take(account) instanceof Promise)
  }],
  [/^a message of peer …\w{8} waits for the store, which is not asked for it$/, async busy => {
    const { account } = await busy.request(({ account }) => account.asking > 0)
    assert.ok(busy.run.queries.whenAsked(account) instanceof Promise)
    account.asking = 0
  }],
  [/^peer …\w{8} has an account, and is not connected$/, async busy => {
    await busy.request(RequestState.Absent)
    writable(busy.exchange.books.peers).delete(busy.bob.peer.toString())
  }],
  [/^peer …\w{8} is connected, and has no account$/, async busy => {
    await busy.request(RequestState.Absent)
    writable(busy.run.engine.ledger.byPeer).delete(busy.bob.peer.toString())
  }]
]

for (const [found, break_] of CASES) {
  test(`it is found that ${String(found).slice(1, -1)}`, async () => {
    const busy = await busyServer()
    await break_(busy)
    const all = violations(busy)

    assert.ok(all.some(violation => found.test(violation)), all.join('\n'))
  })
}

test('what is bounded may stand at its bound, and not one past it', async () => {
  const busy = await busyServer({ maxWantsPerPeer: 4 })
  const { account } = await busy.request(({ account }) => account.requests.size === 4)

  assert.deepEqual(violations(busy), [])
  account.requests.set('a fifth', strangerTo([...account.requests.values()][0]))
  assert.match(violations(busy).join('\n'), /^peer …\w{8} has 5 requests, over 4$/m)

  for (let refused = account.presences.refusals; refused < 4 * 8; refused++) {
    assert.ok(account.presences.refuse(`refusal ${refused}`))
  }

  assert.doesNotMatch(violations(busy).join('\n'), /refusals, over/)
  Object.assign(account.presences, { maxRefused: 31 })
  assert.match(violations(busy).join('\n'), /^peer …\w{8} is going to be told 32 refusals, over 31$/m)
})

test('the store is asked no more at once than it may be', async () => {
  const busy = await busyServer({ maxConcurrentReads: 2 })

  await busy.until(() => busy.run.reader.running === 2)
  assert.deepEqual(violations(busy), [])
  Object.defineProperty(busy.run.reader, 'running', { value: 3 })
  assert.deepEqual(violations(busy), ['the store is asked 3 things at once, over 2'])
})

for (const [name, server] of Object.entries<ServerInit>({
  'as it comes': {},
  'with tight limits': { maxWantsPerPeer: 6, maxReadsPerPeer: 2, maxConcurrentReads: 2, maxReadAheadPerPeer: 4000, maxReadAhead: 6000, targetMessageSize: 4000 },
  'with a store that fails': { storeRetryDelay: 10 }
})) {
  test(`a busy server has no violations at any time, ${name}`, async () => {
    const busy = await busyServer(server)
    const states = new Set<RequestState>()
    let steps = 0

    await busy.until(() => {
      assert.deepEqual(violations(busy), [])

      if (server.storeRetryDelay != null && ++steps % 20 === 0) {
        busy.alice.store.failures[0] ??= new Error('the disk is tired')
      }

      busy.run.engine.ledger.byPeer.forEach(({ requests }) => { requests.forEach(({ state }) => states.add(state)) })

      return busy.net.clock.now() > 3000
    })

    for (const state of ['asking', 'absent', 'have', 'reading', 'ready', 'sending', server.storeRetryDelay == null ? 'asking' : 'resting'] as const) {
      assert.ok(states.has(state), state)
    }

    await busy.net.clock.run(busy.exchange.stop())
    assert.deepEqual(violations(busy), [])
  })
}
