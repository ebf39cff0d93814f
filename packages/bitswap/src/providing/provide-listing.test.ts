/** What `provide` does with a source of CIDs that is long. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CID } from 'multiformats/cid'
import { cidsOf, ProvidingWorld } from '../../test/support/providing.ts'

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
