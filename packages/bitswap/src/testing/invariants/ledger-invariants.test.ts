import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BusyExchange } from '../../../test/support/busy-exchange.ts'
import { Lane } from '../../network/messenger.ts'
import { RequestState } from '../../server/request.ts'
import type { Instance } from '../instance.ts'
import { areSettled, ledgerDifferences } from './ledger-invariants.ts'
import { isSettled, sendingViolations } from './settled.ts'

function pairs ({ alice, bob, carol }: BusyExchange): Array<[Instance, Instance]> {
  return [[alice, bob], [bob, alice], [alice, carol], [carol, alice], [bob, carol], [carol, bob]]
}

/** Two that are settled, and want something of each other. */
async function settledPair (): Promise<BusyExchange> {
  const busy = await new BusyExchange().start()
  await busy.net.clock.advance(1500)
  await busy.until(() => areSettled(busy.alice.bitswap, busy.carol.bitswap) && busy.account(busy.carol).requests.size > 0)
  await busy.net.clock.advance(1)

  return busy
}

test('settled exchanges agree about their wants whenever the wire is quiet', async () => {
  const busy = await new BusyExchange().start()
  let compared = 0
  const look = (): void => {
    const settled = pairs(busy).filter(([a, b]) => areSettled(a.bitswap, b.bitswap))
    const differences = settled.flatMap(([a, b]) => ledgerDifferences(a.bitswap, b.bitswap))
    const unsent = [busy.alice, busy.bob, busy.carol].flatMap(({ bitswap }) => sendingViolations(bitswap))

    assert.deepEqual([differences, unsent], [[], []])
    compared += settled.length
  }

  const quiet = await busy.atQuietMoments(look, 6000)
  assert.ok(quiet > 20 && compared > 100, `${quiet} quiet moments, ${compared} comparisons`)
})

test('a want that is not held, one that is held in vain, and one of another type are named', async () => {
  const busy = await settledPair()
  const [alice, carol] = [busy.alice.bitswap, busy.carol.bitswap]
  const account = carol.books.server.run?.engine.account(busy.alice.peer)
  const entry = [...busy.peer(busy.carol).wants.entries.values()].find(({ toldAs, key }) => toldAs != null && [...account?.requests.values() ?? []].some(({ multihash }) => multihash === key))
  const request = [...account?.requests.values() ?? []].find(({ multihash }) => multihash === entry?.key)
  const before = ledgerDifferences(alice, carol)

  assert.ok(entry != null && request != null && account != null)
  request.wantType = request.wantType === 'have' ? 'block' : 'have'
  assert.match(ledgerDifferences(alice, carol).filter(line => !before.includes(line)).join(), /^peer …\w{8} holds a want-\w+ for …\w{8}, peer …\w{8} told it of a want-\w+$/)
  account.requests.delete(request.key)
  assert.match(ledgerDifferences(alice, carol).filter(line => !before.includes(line)).join(), /^peer …\w{8} does not hold the want-\w+ for …\w{8} that peer …\w{8} told it of$/)
  account.requests.set(request.key, request)
  busy.peer(busy.carol).wants.forget(entry.key)
  assert.match(ledgerDifferences(alice, carol).filter(line => !before.includes(line)).join(), /^peer …\w{8} holds a want-\w+ for …\w{8} that peer …\w{8} does not want of it$/)
})

test('whoever has something to say, or to deal with, is not settled', async () => {
  const busy = await settledPair()
  const { exchange, carol } = busy

  assert.equal(isSettled(exchange, carol.peer), true)
  assert.equal(isSettled(exchange, exchange.books.self), false, 'not connected')

  const [entry] = busy.peer(carol).wants.entries.values()
  busy.peer(carol).wants.cancel(entry.key)
  assert.equal(isSettled(exchange, carol.peer), false, 'a cancel is due')
  assert.equal(sendingViolations(exchange).length, 1)
  assert.match(sendingViolations(exchange)[0], /^wants are due to peer …\w{8}, and nobody sends them$/)

  const other = await settledPair()
  other.account(other.carol).asking = 1
  assert.equal(isSettled(other.exchange, other.carol.peer), false, 'the store is asked')

  const third = await settledPair()
  third.exchange.books.peers.get(third.carol.peer.toString())?.streams.wake(Lane.Wants)
  assert.equal(isSettled(third.exchange, third.carol.peer), false, 'a sender looks')
})

test('a request that is being sent, while nothing is, is named', async () => {
  const busy = await settledPair()
  const [request] = busy.account(busy.carol).requests.values()

  for (const state of [RequestState.Telling, RequestState.Sending]) {
    request.state = state
    assert.match(sendingViolations(busy.exchange).join(), new RegExp(`^a request of peer …\\w{8} is ${state}, and nothing is being sent to it$`))
  }
})

test('an exchange that is stopped is settled towards nobody and differs from nobody', async () => {
  const busy = await settledPair()

  await busy.net.clock.run(busy.exchange.stop())
  assert.equal(isSettled(busy.exchange, busy.carol.peer), false)
  assert.deepEqual(ledgerDifferences(busy.exchange, busy.carol.bitswap), [])
  assert.deepEqual(sendingViolations(busy.exchange), [])
})
