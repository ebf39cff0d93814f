import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { cidsOf } from '../../test/support/providing.ts'
import { cidOfKey } from '../message/cid-key.ts'
import { phaseOf } from './phase.ts'
import { SweepPick } from './sweep-pick.ts'
import { SweepPlan } from './sweep-plan.ts'
import type { SavedSweep } from './provide-store.ts'

/** Of which a slice is one millisecond. */
const INTERVAL = 64 * 16 / 15
const planOf = (saved: SavedSweep | undefined, now: number = 0): SweepPlan => new SweepPlan(INTERVAL, 'all', saved, now)
const at = (phase: number, ago: number = 0): SavedSweep => ({ phase, ago, strategy: 'all' })

test('at the first start everything is due, then one slice after the other', () => {
  const plan = planOf(undefined)

  assert.deepEqual(plan.due(0), { phase: 0, length: 1 })
  plan.advance(1)
  assert.equal(plan.due(0), undefined)
  assert.equal(plan.nextAt(0), 1)
  assert.deepEqual(plan.due(1), { phase: 0, length: 1 / 64 })
  plan.advance(1 / 64)
  assert.equal(plan.nextAt(1), 2)
  assert.deepEqual(plan.due(3.5), { phase: 1 / 64, length: 2 / 64 })
})

test('a turn comes to its beginning again, so that each slice comes once', () => {
  const plan = planOf(at(0))
  let passed = 0

  for (let now = 1; now <= 64 * 5; now++) {
    const range = plan.due(now)
    assert.deepEqual(range, { phase: ((now - 1) % 64) / 64, length: 1 / 64 }, `${now}`)
    plan.advance(1 / 64)
    passed++
  }

  assert.equal(passed, 320)
})

test('it goes on where it was, with what came due meanwhile', () => {
  assert.deepEqual(planOf(at(10 / 64, 3)).due(0), { phase: 10 / 64, length: 3 / 64 })
  assert.deepEqual(planOf(at(62 / 64, 4)).due(0), { phase: 62 / 64, length: 4 / 64 })
  assert.equal(planOf(at(10 / 64, 0.5)).due(0), undefined)
  assert.equal(planOf(at(10 / 64, 0.5)).nextAt(0), 0.5)
})

test('who was away for a turn, or changed the strategy, has everything due, from the oldest on', () => {
  assert.deepEqual(planOf(at(10 / 64, 64)).due(0), { phase: 10 / 64, length: 1 })
  assert.deepEqual(planOf(at(10 / 64, 10_000)).due(0), { phase: 10 / 64, length: 1 })
  assert.deepEqual(planOf({ ...at(10 / 64), strategy: 'roots' }).due(0), { phase: 10 / 64, length: 1 })
})

test('a place that is none begins at the beginning', () => {
  for (const phase of [-1, 1, Number.NaN, '5' as unknown as number]) {
    assert.deepEqual(planOf(at(phase, 64)).due(0), { phase: 0, length: 1 })
  }

  assert.equal(planOf(at(0, -1000)).due(0), undefined, 'a clock that was set back')
})

test('what is kept is where it will be, as old as it is then', () => {
  const plan = planOf(at(0, 2.5))
  const place = plan.placeAfter(2 / 64)

  plan.advance(2 / 64)
  assert.deepEqual(place(0), { phase: 2 / 64, ago: 0.5, strategy: 'all' })
  assert.deepEqual(place(7), { phase: 2 / 64, ago: 7.5, strategy: 'all' })
})

test('it is behind when something is announced later than an interval after the last time', () => {
  const plan = planOf(at(0))
  const slack = INTERVAL - 64

  assert.equal(plan.behind(0, 1), 0)
  assert.equal(plan.behind(0, 1 + slack), 0)
  assert.ok(Math.abs(plan.behind(0, 11 + slack) - 10) < 1e-6)
  assert.ok(Math.abs(plan.behind(slack + 20, 1) - 20) < 1e-6)
  assert.ok(plan.behind(0, 1e9) <= INTERVAL)
})

test('the phase of a CID is the beginning of its digest', () => {
  const cid = (...digest: number[]): CID => CID.createV1(0x55, create(0x12, Uint8Array.from(digest)))

  assert.equal(phaseOf(cid(0x80, 0, 0, 0, 0, 0, 1)), 0.5)
  assert.equal(phaseOf(cid(0x40)), 0.25)
  assert.ok(phaseOf(cid(255, 255, 255, 255, 255, 255, 255)) < 1)
  assert.equal(phaseOf(cid()), 0)
})

test('all whose turn it is are picked, and of more than there is room for the oldest, in their order', () => {
  const cids = cidsOf(1, 1000)

  for (const [phase, length, limit] of [[0, 1, 1000], [0, 1, 100], [0.9, 0.3, 50], [0.5, 1 / 64, 1000], [0.25, 0.5, 1]] as const) {
    const pick = new SweepPick({ phase, length }, limit, 0)
    const distance = (cid: CID): number => phaseOf(cid) < phase ? phaseOf(cid) - phase + 1 : phaseOf(cid) - phase
    const due = cids.filter(cid => distance(cid) < length).sort((a, b) => distance(a) - distance(b))

    cids.filter(cid => pick.takes(cid)).forEach(cid => { pick.add(cid) })
    assert.deepEqual(pick.takeAll().map(entry => entry.toCID(cidOfKey).toString()), due.slice(0, limit).map(String))
    assert.equal(pick.length, due.length > limit ? distance(due[limit] as CID) : length)
    assert.equal(pick.dropped, 0)
  }
})

test('pick after pick comes to the end, and each CID comes once', () => {
  const cids = cidsOf(2, 500)
  const seen: string[] = []
  let phase = 0.3
  let left = 1

  for (let rounds = 0; left > 0; rounds++) {
    const pick = new SweepPick({ phase, length: left }, 7, 0)
    cids.filter(cid => pick.takes(cid)).forEach(cid => { pick.add(cid) })
    seen.push(...pick.takeAll().map(entry => entry.toCID(cidOfKey).toString()))
    phase = (phase + pick.length) % 1
    left -= pick.length
    assert.ok(rounds < 100)
  }

  assert.deepEqual(seen.toSorted(), cids.map(String).toSorted())
})

test('more than there is room for with one and the same phase do not hold it up', () => {
  const cids = Array.from({ length: 5 }, (_, i) => CID.createV1(0x55, create(0x12, Uint8Array.from([0x80, 0, 0, 0, 0, 0, i]))))
  const first = new SweepPick({ phase: 0, length: 1 }, 2, 0)

  cids.forEach(cid => { first.add(cid) })
  assert.deepEqual([first.length, first.takeAll().length], [0.5, 0])

  const second = new SweepPick({ phase: 0.5, length: 0.5 }, 2, 0)
  cids.forEach(cid => { second.add(cid) })
  assert.deepEqual([second.length, second.dropped, second.takeAll().length], [0.5, 3, 2])
})
