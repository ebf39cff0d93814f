import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { peerIdFromSeed, VirtualClock } from 'ts-bitswap/testing'
import { keepingLog } from '../../test/log.ts'
import { AddressLookUps } from './address-look-ups.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { NamedProvider } from 'ts-bitswap'

const peers = Array.from({ length: 20 }, (_, i) => peerIdFromSeed(i + 1))

/** A search of 1000 ms whose look-ups hang until they are answered. */
class Setup {
  readonly clock: VirtualClock = new VirtualClock()
  readonly abort: AbortController = new AbortController()
  /** Whose address was looked for, in that order. */
  readonly asked: number[] = []
  readonly answer: Map<number, PromiseWithResolvers<Multiaddr[]>> = new Map()
  /** What is known of each peer at once. */
  early: Multiaddr[] = []
  mayLookUp = true
  /** What has been named. */
  readonly named: string[] = []
  readonly lookUps: AddressLookUps = new AddressLookUps({
    clock: this.clock,
    log: keepingLog().log,
    addressesOf: (peer, signal) => this.#addressesOf(peer, signal),
    mayLookUp: () => this.mayLookUp
  }, { findTimeout: 1_000, signal: this.abort.signal })

  async search (providers: AsyncGenerator<NamedProvider, undefined>): Promise<void> {
    for await (const { id, multiaddrs } of this.lookUps.complete(providers)) {
      this.named.push([numberOf(id), ...multiaddrs].join(' '))
    }
  }

  async * #addressesOf (peer: PeerId, signal: AbortSignal): AsyncGenerator<Multiaddr> {
    const answer = Promise.withResolvers<Multiaddr[]>()

    signal.addEventListener('abort', () => { answer.reject(signal.reason) })
    this.asked.push(numberOf(peer))
    this.answer.set(numberOf(peer), answer)
    yield * this.early
    yield * await answer.promise
  }
}

function numberOf (peer: PeerId): number {
  return peers.findIndex(each => each.equals(peer))
}

function addressOf (i: number): Multiaddr {
  return multiaddr(`/ip4/127.0.0.1/tcp/${i + 1}`)
}

function bare (i: number): NamedProvider {
  return { id: peers[i], multiaddrs: [] }
}

function whole (i: number): NamedProvider {
  return { id: peers[i], multiaddrs: [addressOf(i)] }
}

async function * named (...providers: NamedProvider[]): AsyncGenerator<NamedProvider, undefined> {
  yield * providers

  return undefined
}

const SOME = Array.from({ length: 12 }, (_, i) => i)

test('who has an address waits for nobody, whose address is found is named with it, and one whose look-up fails without', async () => {
  const setup = new Setup()
  const searching = setup.search(named(bare(0), bare(1), whole(2), whole(3)))

  await setup.clock.advance(0)
  assert.deepEqual([setup.asked, setup.named], [[0, 1], ['2 /ip4/127.0.0.1/tcp/3', '3 /ip4/127.0.0.1/tcp/4']])

  setup.answer.get(1)?.resolve([addressOf(1), addressOf(7)])
  await setup.clock.advance(0)
  assert.deepEqual(setup.named.slice(2), ['1 /ip4/127.0.0.1/tcp/2 /ip4/127.0.0.1/tcp/8'])

  setup.answer.get(0)?.reject(new Error('it fails'))
  await searching
  assert.deepEqual(setup.named.slice(3), ['0'])
})

test('five are looked up at once and ten in all; who is over that is named as it came', async () => {
  const setup = new Setup()
  const searching = setup.search(named(...SOME.map(bare)))

  await setup.clock.advance(0)
  assert.deepEqual(setup.named, ['10', '11'])

  for (const i of SOME.slice(0, 10)) {
    await setup.clock.advance(0)
    assert.deepEqual(setup.asked, SOME.slice(0, Math.min(i + 5, 10)))
    setup.answer.get(i)?.resolve([addressOf(i)])
  }

  await searching
  assert.deepEqual(setup.named.toSorted(), [...SOME.slice(0, 10).map(i => `${i} ${addressOf(i)}`), '10', '11'].toSorted())
})

test('a look-up that hangs is given up after a quarter of the time, with the addresses that came until then, and none begins in the second half', async () => {
  const setup = new Setup()
  const late = Promise.withResolvers<undefined>()
  const searching = setup.search((async function * () {
    yield * SOME.slice(0, 9).map(bare)
    await late.promise
    yield bare(9)

    return undefined
  })())

  await setup.clock.advance(249)
  assert.deepEqual([setup.named, setup.asked.length], [[], 5])
  setup.early = [addressOf(7)]
  await setup.clock.advance(1)
  assert.deepEqual([setup.named, setup.asked.length], [['0', '1', '2', '3', '4'], 9])
  await setup.clock.advance(250)
  assert.deepEqual(setup.named.slice(5), SOME.slice(5, 9).map(i => `${i} /ip4/127.0.0.1/tcp/8`))
  late.resolve(undefined)
  await searching
  assert.deepEqual([setup.named.at(-1), setup.asked.length, setup.clock.pending], ['9', 9, 0])
})

test('a peer is looked up once, and not when it was named with addresses; named again with addresses it waits for nothing', async () => {
  const setup = new Setup()
  const searching = setup.search(named(bare(0), whole(1), bare(1), bare(0), whole(0)))

  await setup.clock.advance(0)
  setup.answer.get(0)?.resolve([])
  await searching
  assert.deepEqual([setup.asked, setup.named], [[0], ['1 /ip4/127.0.0.1/tcp/2', '0 /ip4/127.0.0.1/tcp/1', '0']])
})

test('who takes its time loses nobody whose address is found meanwhile', async () => {
  const setup = new Setup()
  const providers = setup.lookUps.complete(named(bare(0), bare(1)))
  const first = providers.next()

  await setup.clock.advance(0)
  setup.answer.get(1)?.resolve([addressOf(1)])
  assert.deepEqual((await first).value, whole(1))
  setup.answer.get(0)?.resolve([addressOf(0)])
  await setup.clock.advance(0)
  assert.deepEqual([await providers.next(), (await providers.next()).done], [{ done: false, value: whole(0) }, true])
})

test('of one peer 32 addresses are taken', async () => {
  const setup = new Setup()
  const searching = setup.search(named(bare(0)))

  await setup.clock.advance(0)
  setup.answer.get(0)?.resolve(Array.from({ length: 40 }, (_, i) => addressOf(i)))
  await searching
  assert.equal(setup.named[0].split(' ').length, 33)
})

test('what may not be looked up is named at once', async () => {
  const setup = new Setup()

  setup.mayLookUp = false
  await setup.search(named(bare(0), whole(1)))
  assert.deepEqual([setup.asked, setup.named], [[], ['0', '1 /ip4/127.0.0.1/tcp/2']])
})

test('a search that fails names those it is looking up before it says so', async () => {
  const setup = new Setup()
  const searching = setup.search((async function * () {
    yield bare(0)
    yield bare(0)

    throw new Error('it broke off')
  })())

  await setup.clock.advance(0)
  setup.answer.get(0)?.resolve([addressOf(0)])
  await assert.rejects(searching, { message: 'it broke off' })
  assert.deepEqual(setup.named, ['0 /ip4/127.0.0.1/tcp/1'])
})

test('an abort ends the search and all look-ups of it, whether somebody waits for them or not', async () => {
  const setup = new Setup()
  const searching = setup.search(named(bare(0), bare(1)))

  await setup.clock.advance(0)
  setup.abort.abort(new Error('enough'))
  await assert.rejects(searching, { message: 'enough' })
  await setup.clock.advance(0)
  assert.deepEqual([setup.named, setup.clock.pending], [[], 0])
})
