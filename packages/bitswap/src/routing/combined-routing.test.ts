import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import type { AbortOptions } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { cid, failing, hanging, naming, NEVER, peers, RoutersSetup, self } from '../../test/routers-setup.ts'
import { raceSignal } from '../core/timeout-signal.ts'
import type { VirtualClock } from '../testing/virtual-clock.ts'
import type { NamedProvider, Router } from './router.ts'

test('all are asked at once, and what any of them names comes when it comes', async () => {
  const setup = new RoutersSetup(clock => [naming(clock, 'slow', 300, 1, 2), naming(clock, 'fast', 10, 3, 4)])

  assert.deepEqual(await setup.find(), ['3 @10', '4 @20', '1 @300', '2 @600'])
})

test('a provider comes once, again only with addresses that are new, and we ourselves do not', async () => {
  const [first, second] = ['/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/2'].map(text => multiaddr(text))
  const setup = new RoutersSetup(clock => [
    naming(clock, 'a', 10, { id: self, multiaddrs: [] }, 1, { id: peers[2], multiaddrs: [first] }),
    naming(clock, 'b', 25, 1, { id: peers[2], multiaddrs: [first, second] }, { id: peers[1], multiaddrs: [first] })
  ])

  assert.deepEqual(await setup.find(), ['1 @20', `2 ${first} @30`, `2 ${second} @50`, `1 ${first} @75`])
})

test('one that hangs and ignores its signal holds up nobody, and ends with its time', async () => {
  const counts = { ended: 0 }
  const setup = new RoutersSetup(clock => [hanging('hangs', counts), naming(clock, 'works', 10, 1)], { findTimeout: 500 })

  assert.deepEqual(await setup.find(), ['1 @10'])
  assert.equal(setup.clock.now(), 500)
  assert.equal(counts.ended, 1)
  assert.deepEqual(setup.routing.stat().map(({ timedOut, answered }) => [timedOut, answered]), [[1, 0], [0, 1]])
})

test('a router has its own limits, or those of all', async () => {
  const setup = new RoutersSetup(clock => [
    { ...hanging('hangs'), findTimeout: 50 },
    { ...naming(clock, 'short', 0, 1, 2, 3), maxProviders: 1 },
    naming(clock, 'long', 0, 4, 5, 6)
  ], { findTimeout: 500, maxProviders: 2 })

  assert.deepEqual((await setup.find()).map(Number.parseFloat).toSorted((a, b) => a - b), [1, 4, 5])
  assert.equal(setup.clock.now(), 50)
  assert.throws(() => new RoutersSetup(clock => [{ ...naming(clock, 'a', 0), findTimeout: -1 }]), { name: 'InvalidOptionError' })
  assert.throws(() => new RoutersSetup(clock => [naming(clock, 'a', 0), naming(clock, 'a', 0)]), { name: 'InvalidOptionError' })
})

test('who names thousands takes turns with the others, and is ended when it has named enough', async () => {
  let named = 0
  const setup = new RoutersSetup(() => [
    {
      name: 'endless',
      async * findProviders () {
        for (;;) {
          yield { id: peers[named++ % 30], multiaddrs: [multiaddr(`/ip4/10.0.0.1/tcp/${named}`)] }
        }
      }
    },
    {
      name: 'works',
      async * findProviders () {
        yield * [30, 31, 32].map(i => ({ id: peers[i], multiaddrs: [] }))
      }
    }
  ])
  const found = (await setup.find()).map(Number.parseFloat)

  assert.equal(named, 100)
  assert.ok(Math.max(found.indexOf(30), found.indexOf(31), found.indexOf(32)) < 12, String(found))
})

test('of one that is ahead a few are handed on, then one at a time, until the others have answered', async () => {
  const fast = Array.from({ length: 10 }, (_, i) => i)
  const setup = new RoutersSetup(clock => [naming(clock, 'fast', 1, ...fast), naming(clock, 'slow', 250, 20, 21), naming(clock, 'nobody', 350)], { maxAhead: 2, paceDelay: 100 })

  // the last has nobody to name, and says so by ending at once
  assert.deepEqual(await setup.find(), ['0 @1', '1 @2', '2 @100', '3 @200', '20 @250', ...[4, 5, 6, 7, 8, 9].map((i, n) => `${i} @${n === 0 ? 250 : 250 + n}`), '21 @500'])
})

test('what is named that is no provider is passed over', async () => {
  const garbage = [undefined, null, true, 'peer', {}, { id: 'text' }, { id: { toString: () => 'x' }, multiaddrs: [] }] as unknown as NamedProvider[]
  const noAddresses = { id: peers[1] } as unknown as NamedProvider
  const toAnother = multiaddr(`/ip4/127.0.0.1/tcp/9/p2p/${peers[3]}`)
  const badAddresses = { id: peers[2], multiaddrs: [null, '/ip4/1.2.3.4/tcp/1', multiaddr('/'), toAnother, multiaddr('/ip4/127.0.0.1/tcp/1')] } as unknown as NamedProvider
  const setup = new RoutersSetup(clock => [naming(clock, 'lies', 0, ...garbage, noAddresses, badAddresses)])

  assert.deepEqual(await setup.find(), ['1 @0', '2 /ip4/127.0.0.1/tcp/1 @0'])
  assert.deepEqual(setup.routing.stat().map(({ malformed, providersNamed }) => [malformed, providersNamed]), [[7, 2]])
})

test('of one provider no more than 32 addresses are taken', async () => {
  const multiaddrs = Array.from({ length: 100 }, (_, i) => multiaddr(`/ip4/127.0.0.1/tcp/${i + 1}`))
  const [found] = await new RoutersSetup(clock => [naming(clock, 'many', 0, { id: peers[1], multiaddrs })]).find()

  assert.equal(found.split(' ').length, 1 + 32 + 1)
})

test('addresses behind a relay are taken only when they are of use', async () => {
  const relayed = multiaddr(`/ip4/127.0.0.1/tcp/1/p2p/${peers[9]}/p2p-circuit`)
  const direct = multiaddr('/ip4/127.0.0.1/tcp/2')
  const routers = (clock: VirtualClock): Router[] => [naming(clock, 'a', 0, { id: peers[1], multiaddrs: [relayed] }, { id: peers[2], multiaddrs: [relayed, direct] })]

  assert.deepEqual(await new RoutersSetup(routers).find(), [`2 ${direct} @0`])
  assert.deepEqual(await new RoutersSetup(routers, { relayed: true }).find(), [`1 ${relayed} @0`, `2 ${relayed} ${direct} @0`])
})

test('one that fails is no loss, all that fail are an error that says why', async () => {
  assert.deepEqual(await new RoutersSetup(clock => [failing('broken'), naming(clock, 'works', 10, 1)]).find(), ['1 @10'])
  assert.deepEqual(await new RoutersSetup(clock => [failing('broken'), naming(clock, 'empty', 10)]).find(), [])
  await assert.rejects(new RoutersSetup(() => [failing('broken'), failing('odd', 'text'), hanging('hangs')], { findTimeout: 500 }).find(), (error: Error & { reasons: Map<string, Error> }) => {
    assert.equal(error.name, 'LookUpFailedError')
    assert.equal(error.message, `no router could say who has ${cid}: broken: out of order; odd: text; hangs did not answer within 0.5 s`)
    assert.deepEqual([...error.reasons.keys()], ['broken', 'odd', 'hangs'])

    return true
  })
})

test('what does not look like an iterator of providers is a failure', async () => {
  const odd = { name: 'odd', findProviders: () => 7 } as unknown as Router
  const setup = new RoutersSetup(() => [odd])

  await assert.rejects(setup.find(), { name: 'LookUpFailedError' })
  assert.equal(setup.routing.stat()[0].failed, 1)
})

test('an iteration that is abandoned ends all look-ups, and waits for none', async () => {
  const counts = { ended: 0 }
  let stopped = 0
  const setup = new RoutersSetup(clock => [
    hanging('hangs', counts),
    naming(clock, 'works', 10, 1, 2),
    {
      name: 'obeys',
      async * findProviders (_cid: CID, { signal }: AbortOptions = {}) {
        try {
          yield await raceSignal(NEVER, signal as AbortSignal)
        } finally {
          stopped++
        }
      }
    }
  ])

  assert.deepEqual(await setup.find({}, 1), ['1 @10'])
  await setup.clock.advance(1)
  assert.deepEqual([setup.clock.now(), counts.ended, stopped], [11, 1, 1])
})

test('who is being waited for when it is abandoned is told that it is over; who aborts, why', async () => {
  const setup = new RoutersSetup(() => [hanging('hangs')])
  const providers = setup.routing.findProviders?.(cid) as AsyncIterableIterator<NamedProvider, undefined>
  const [first, second] = [providers.next(), providers.next()]

  await providers.return?.()
  assert.deepEqual(await Promise.all([first, second]), [{ done: true, value: undefined }, { done: true, value: undefined }])

  const abort = new AbortController()
  const aborted = setup.routing.findProviders?.(cid, { signal: abort.signal })[Symbol.asyncIterator]().next()

  abort.abort(new Error('enough'))
  await assert.rejects(aborted as Promise<unknown>, { message: 'enough' })
  await assert.rejects(setup.find({ signal: abort.signal }), { message: 'enough' })
  assert.equal(setup.clock.now(), 0)
})

test('one that fails again and again is left out, found out about, and taken back; the log says so once', async () => {
  let broken = true
  let asked = 0
  const setup = new RoutersSetup(clock => [{
    name: 'a',
    async * findProviders () {
      asked++

      if (broken) {
        throw new Error('out of order')
      }

      yield { id: peers[1], multiaddrs: [] }
    }
  }, naming(clock, 'b', 0, 2)], { maxFailures: 2, rest: 100, maxRest: 150 })
  const askedAfter = async (wait: number): Promise<number> => {
    await setup.clock.advance(wait)
    await setup.find()

    return asked
  }

  assert.deepEqual([await askedAfter(0), await askedAfter(0), await askedAfter(99)], [1, 2, 2])
  assert.equal(setup.routing.stat()[0].leftOut, true)
  assert.equal(setup.routing.stat()[0].reason, 'out of order')
  assert.deepEqual([await askedAfter(1), await askedAfter(149)], [3, 3])
  broken = false
  assert.deepEqual([await askedAfter(1), await askedAfter(0)], [4, 5])
  assert.deepEqual(setup.logged, ['error: router %s is left out of %s for %d ms, and tried again then - %e', 'router %s works again at %s'])
  assert.deepEqual(setup.routing.stat()[0], {
    name: 'a', asked: 5, answered: 2, failed: 3, timedOut: 0, passedOver: 2, providersNamed: 2, malformed: 0, provided: 0, provideFailed: 0, leftOut: false, reason: undefined, meanTime: 0
  })
})

test('one that says when to come back is left out until then', async () => {
  const setup = new RoutersSetup(clock => [failing('busy', Object.assign(new Error('too many requests'), { retryAfter: 7_000 })), naming(clock, 'b', 0, 2)])

  await setup.find()
  await setup.clock.advance(6_999)
  await setup.find()
  assert.deepEqual(setup.routing.stat().map(({ asked, passedOver }) => [asked, passedOver]), [[1, 1], [2, 0]])
  await setup.clock.advance(1)
  await setup.find()
  assert.equal(setup.routing.stat()[0].asked, 2)
})

test('a caller who runs out of time tells of the router, one who loses interest does not', async () => {
  const setup = new RoutersSetup(() => [hanging('hangs')], { maxFailures: 1, findTimeout: 1_000 })
  const after = async (delay: number, reason: Error): Promise<void> => {
    const abort = new AbortController()

    setup.clock.timer(delay, () => { abort.abort(reason) })
    await assert.rejects(setup.find({ signal: abort.signal }))
  }

  await after(400, new DOMException('too late', 'TimeoutError'))
  await after(900, new DOMException('no more', 'AbortError'))
  assert.equal(setup.routing.stat()[0].timedOut, 0)
  await after(600, new DOMException('too late', 'TimeoutError'))
  assert.deepEqual(setup.routing.stat().map(({ timedOut, leftOut }) => [timedOut, leftOut]), [[1, true]])
})

test('one that walks a network may take longer than there is time, and is not left out for it', async () => {
  for (const walks of [true, false]) {
    const setup = new RoutersSetup(() => [{ ...hanging('dht'), walks }], { maxFailures: 1, findTimeout: 100 })

    await assert.rejects(setup.find(), { name: 'LookUpFailedError' })
    assert.deepEqual(setup.routing.stat().map(({ timedOut, leftOut }) => [timedOut, leftOut]), [[1, !walks]])
  }
})

test('what it takes on the average until the first answer is told', async () => {
  const setup = new RoutersSetup(clock => [naming(clock, 'a', 100, 1, 2)])

  await setup.find()
  assert.equal(setup.routing.stat()[0].meanTime, 100)
})

test('it can do what one of its routers can', () => {
  const can = ({ routing }: RoutersSetup): boolean[] => [routing.findProviders != null, routing.provide != null]

  assert.deepEqual(can(new RoutersSetup(() => [])), [false, false])
  assert.deepEqual(can(new RoutersSetup(clock => [naming(clock, 'a', 0)])), [true, false])
  assert.deepEqual(can(new RoutersSetup(() => [{ name: 'a', provide: async () => {} }])), [false, true])
})
