import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cid, failing, hanging, naming, NEVER, RoutersSetup } from '../../test/routers-setup.ts'
import { sleep } from '../core/clock.ts'
import { PROVIDING_DEFAULTS } from '../providing/options.ts'
import type { Router } from './router.ts'

const LASTING: AbortSignal = new AbortController().signal

test('a block is announced at each router that can; one suffices, and the others are waited for', async () => {
  const took: string[] = []
  const setup = new RoutersSetup(clock => [
    { name: 'slow', provide: async () => { await sleep(clock, 300); took.push('slow') } },
    { name: 'fast', provide: async () => { took.push('fast') } },
    naming(clock, 'finds only', 0),
    failing('broken'),
    hanging('hangs')
  ], { provideTimeout: 400 })

  await setup.clock.run(setup.routing.provide?.(cid) as Promise<void>)
  assert.deepEqual([took, setup.clock.now()], [['fast', 'slow'], 400])
  assert.deepEqual(setup.routing.stat().map(({ provided, provideFailed }) => [provided, provideFailed]), [[1, 0], [1, 0], [0, 0], [0, 1], [0, 1]])
})

test('a block that nobody announces is an error that names each router and its reason', async () => {
  const setup = new RoutersSetup(() => [failing('broken'), { ...hanging('hangs'), provideTimeout: 200 }])

  await assert.rejects(setup.clock.run(setup.routing.provide?.(cid) as Promise<void>), {
    name: 'ProvideFailedError',
    message: `no router would announce ${cid}: broken: out of order; hangs did not answer within 0.2 s`
  })
})

test('an announcement that is aborted rejects with the reason, unless one has taken it', async () => {
  for (const [others, rejects] of [[[], true], [[{ name: 'took', provide: async () => {} }], false]] as const) {
    const setup = new RoutersSetup(() => [hanging('hangs'), ...others])
    const abort = new AbortController()
    const provided = setup.routing.provide?.(cid, { signal: abort.signal }) as Promise<void>

    setup.clock.timer(10, () => { abort.abort(new Error('enough')) })
    await (rejects ? assert.rejects(setup.clock.run(provided), { message: 'enough' }) : setup.clock.run(provided))
    assert.equal(setup.clock.now(), 10)
    assert.equal(setup.routing.stat()[0].provideFailed, 0)
  }
})

test('one whose time is over may say in that turn that it told enough, and not if nobody is interested any more', async () => {
  const atTheEnd = (delay: number): Router => ({
    name: `${delay} later`,
    provide: async (_cid, { signal } = {}) => {
      await new Promise(resolve => { signal?.addEventListener('abort', resolve) })
      await (delay === 0 ? undefined : sleep(setup.clock, delay))
    }
  })
  const setup = new RoutersSetup(() => [atTheEnd(0), atTheEnd(1)], { provideTimeout: 400 })
  const provide = async (signal?: AbortSignal): Promise<void> => { await setup.clock.run(setup.routing.provide?.(cid, signal == null ? {} : { signal }) as Promise<void>) }
  const counts = (): number[][] => setup.routing.stat().map(({ provided, provideFailed }) => [provided, provideFailed])
  const abort = new AbortController()

  await provide()
  assert.deepEqual([setup.clock.now(), counts()], [400, [[1, 0], [0, 1]]])
  setup.clock.timer(300, () => { abort.abort(new Error('enough')) })
  await assert.rejects(provide(abort.signal), { message: 'enough' })
  assert.deepEqual([setup.clock.now(), counts()], [700, [[1, 0], [0, 1]]])
})

test('one that fails to announce is left out of that, and is still asked who has a block', async () => {
  const setup = new RoutersSetup(clock => [{ ...naming(clock, 'dht', 0, 1), provide: async () => { throw new Error('nobody is near') } }], { maxFailures: 1 })

  await assert.rejects(setup.clock.run(setup.routing.provide?.(cid) as Promise<void>), /nobody is near/)
  await assert.rejects(setup.clock.run(setup.routing.provide?.(cid) as Promise<void>), /dht is left out for 5 s/)
  assert.deepEqual(await setup.find(), ['1 @0'])
})

test('one that hangs for as long as whoever announces waits is left out, and what others take is announced', async () => {
  const setup = new RoutersSetup(() => [hanging('hangs'), { name: 'took', provide: async () => {} }], { provideTimeout: 1_000 })
  const within = async (delay: number, reason: Error): Promise<void> => {
    const abort = new AbortController()
    const cancel = setup.clock.timer(delay, () => { abort.abort(reason) })

    await setup.clock.run(setup.routing.provide?.(cid, { signal: abort.signal }) as Promise<void>)
    cancel()
  }

  await within(400, new DOMException('too late', 'TimeoutError'))
  await within(600, new DOMException('no more', 'AbortError'))
  assert.equal(setup.routing.stat()[0].provideFailed, 0)

  for (let i = 0; i < 3; i++) {
    await within(1_000, new DOMException('too late', 'TimeoutError'))
  }

  const before = setup.clock.now()

  await within(1_000, new DOMException('too late', 'TimeoutError'))
  assert.equal(setup.clock.now(), before)
  assert.equal(setup.routing.stat()[0].provideFailed, 3)
})

test('what one router takes is announced while another hangs, with the limits that both have by default', async () => {
  const setup = new RoutersSetup(() => [hanging('hangs'), { name: 'took', provide: async () => {} }])
  const abort = new AbortController()
  const timedOut = new DOMException('too late', 'TimeoutError')

  setup.clock.timer(PROVIDING_DEFAULTS.timeout, () => { abort.abort(timedOut) })
  await setup.clock.run(setup.routing.provide?.(cid, { signal: abort.signal }) as Promise<void>)
  assert.ok(!abort.signal.aborted)
})

test('who loses interest while it is being found out whether a router works again leaves that to the next', async () => {
  let isBroken = true
  const work = async (): Promise<void> => await (isBroken ? Promise.reject(new Error('out of order')) : NEVER)
  const setup = new RoutersSetup(() => [{ name: 'a', provide: work, async * findProviders () { yield await work() as never } }], { maxFailures: 1 })
  const provide = async (signal: AbortSignal = LASTING): Promise<void> => { await setup.clock.run(setup.routing.provide?.(cid, { signal }) as Promise<void>) }
  const find = async (signal: AbortSignal = LASTING): Promise<void> => { await setup.find({ signal }) }

  for (const [ask, asks] of [[provide, () => setup.routing.stat()[0].provideFailed], [find, () => setup.routing.stat()[0].asked]] as const) {
    const abort = new AbortController()

    isBroken = true
    await assert.rejects(ask(), /out of order/)
    await setup.clock.advance(5_000)
    isBroken = false
    setup.clock.timer(10, () => { abort.abort(new Error('enough')) })
    await assert.rejects(ask(abort.signal), { message: 'enough' })
    const before = asks()
    isBroken = true
    await assert.rejects(ask(), /out of order/)
    assert.equal(asks(), before + 1)
  }
})
