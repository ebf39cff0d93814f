/** What `provide` does with a source of CIDs that is long, stops answering, or fails late. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CID } from 'multiformats/cid'
import { cidsOf, ProvidingWorld } from '../../test/support/providing.ts'
import { ProvidesNotKeptError } from './errors.ts'
import type { Providing } from './providing.ts'
import { watched } from './watched.ts'

const ENOUGH = new Error('enough')

/** Gives the same few again and again, and counts how many were taken in each turn of the event loop. */
class Endless {
  readonly #cids: CID[] = cidsOf(1, 16)
  readonly #world: ProvidingWorld
  taken = 0
  mostInATurn = 0
  turns = 0

  constructor (world: ProvidingWorld) {
    this.#world = world
  }

  * first (count: number): Generator<CID> {
    let before = 0
    const turn = (): void => {
      this.mostInATurn = Math.max(this.mostInATurn, this.taken - before)
      before = this.taken
      this.turns++

      if (this.taken < count) {
        this.#world.clock.soon(turn)
      }
    }

    this.#world.clock.soon(turn)

    while (this.taken < count) {
      yield this.#cids[this.taken++ % this.#cids.length] as CID
    }
  }
}

/** Answers once, and then only when it is told to. */
class Stuck {
  readonly #cids: CID[] = cidsOf(2, 1)
  readonly asked: PromiseWithResolvers<void> = Promise.withResolvers()
  readonly answer: PromiseWithResolvers<IteratorResult<CID>> = Promise.withResolvers()

  readonly source: AsyncIterable<CID> = { [Symbol.asyncIterator]: () => ({ next: async () => await this.#next() }) }

  async #next (): Promise<IteratorResult<CID>> {
    const value = this.#cids.pop()

    if (value != null) {
      return { value }
    }

    this.asked.resolve()

    return await this.answer.promise
  }
}

test('of a hundred thousand CIDs 1024 are queued in a turn of the event loop', async () => {
  const world = new ProvidingWorld({ provideDelay: 1_000_000 })
  const { providing } = world.begin()
  const endless = new Endless(world)

  await world.net.run(providing.provide(endless.first(100_000)))
  assert.equal(endless.taken, 100_000)
  assert.ok(endless.mostInATurn <= 1024, `${endless.mostInATurn} in a turn`)
  assert.ok(endless.turns >= 97, `${endless.turns} turns`)
  providing.stop()
})

test('provide heeds its signal between these turns, and takes no more then', async () => {
  const world = new ProvidingWorld({ provideDelay: 1_000_000 })
  const { providing } = world.begin()
  const endless = new Endless(world)
  const aborting = new AbortController()
  const provided = assert.rejects(world.net.run(providing.provide(endless.first(1_000_000), { signal: aborting.signal })), ENOUGH)

  world.clock.soon(() => { world.clock.soon(() => { aborting.abort(ENOUGH) }) })
  await provided
  assert.ok(endless.taken > 0 && endless.taken <= 3 * 1024, `${endless.taken} were taken`)
  assert.equal(providing.stat().queued + providing.stat().inFlight, 16, 'those that came stay')
  providing.stop()
})

for (const [what, end] of [['its signal', ENOUGH], ['a stop', { name: 'NotStartedError' }]] as const) {
  test(`${what} ends a provide at once whose source does not answer; that it fails later is of no interest`, async () => {
    const world = new ProvidingWorld({ provideDelay: 1_000_000 })
    const { providing } = world.begin({ workers: 1 })
    const stuck = new Stuck()
    const aborting = new AbortController()
    const provided = assert.rejects(providing.provide(stuck.source, { signal: aborting.signal }), end)

    await stuck.asked.promise

    if (end === ENOUGH) {
      aborting.abort(ENOUGH)
    } else {
      providing.stop()
    }

    await provided
    stuck.answer.reject(new Error('too late'))
    await world.clock.advance(1)
    assert.equal(providing.stat().queued + providing.stat().inFlight, 1, 'the one that came stays')
    providing.stop()
    await world.clock.advance(0)
    assert.equal(world.clock.pending, 0)
  })
}

test('a source that does not answer is waited for as long as nobody ends it, also in another life than the first', async () => {
  const world = new ProvidingWorld()
  const { providing } = world.begin()
  const stuck = new Stuck()

  providing.stop()
  providing.start()
  const provided = providing.provide(stuck.source)
  await world.clock.advance(10 * 3_600_000)
  stuck.answer.resolve({ value: undefined, done: true })
  await provided
  assert.equal(providing.stat().provided, 1)
  providing.stop()
})

/** Announces, and keeps what is to be announced in a store that is done when `written` is settled. */
function keptLate (): { world: ProvidingWorld, providing: Providing, written: PromiseWithResolvers<void>, aborting: AbortController } {
  const world = new ProvidingWorld({ provideDelay: 1_000_000 })
  const { store } = world
  const { providing } = world.begin({ store })
  const written = Promise.withResolvers<void>()

  store.stuck = written.promise

  return { world, providing, written, aborting: new AbortController() }
}

test('provide is ended by its signal while the store keeps what was queued, and not by a stop, which keeps it', async () => {
  const { world, providing, written, aborting } = keptLate()
  const aborted = assert.rejects(providing.provide(cidsOf(3, 1), { signal: aborting.signal }), ENOUGH)
  const kept = providing.provide(cidsOf(4, 1))
  await world.clock.advance(0)
  aborting.abort(ENOUGH)
  await aborted
  providing.stop()
  written.resolve()
  await world.net.run(kept)
  assert.equal(world.store.entries.size, 2)
})

test('a signal that aborted does not hide that the store fails later', async () => {
  const { world, providing, written, aborting } = keptLate()
  const aborted = assert.rejects(providing.provide(cidsOf(5, 1), { signal: aborting.signal }), ENOUGH)
  await world.clock.advance(0)
  aborting.abort(ENOUGH)
  await aborted
  written.reject(new Error('no disk'))
  await world.clock.advance(0)
  await assert.rejects(world.net.run(providing.provide(cidsOf(6, 1))), ProvidesNotKeptError)
  providing.stop()
})

test('an abort while nobody waits for the source is heeded by who asks next', async () => {
  const world = new ProvidingWorld()
  const stuck = new Stuck()
  const aborting = new AbortController()
  const steps = watched(stuck.source, { clock: world.clock, signal: aborting.signal })

  assert.equal((await steps.next()).done, false)
  aborting.abort(ENOUGH)
  await assert.rejects(steps.next(), ENOUGH)
  await assert.rejects(watched(stuck.source, { clock: world.clock, signal: aborting.signal }).next(), ENOUGH)
})
