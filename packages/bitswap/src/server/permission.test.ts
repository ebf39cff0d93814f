import assert from 'node:assert/strict'
import test from 'node:test'
import { foreignPromise } from '../../test/support/foreign-promise.ts'
import { cidOf, recordingLog, wantHave } from '../../test/support/serving.ts'
import { cidKey } from '../message/cid-key.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { Account } from './account.ts'
import { allowAll } from './options.ts'
import type { RequestFilter } from './options.ts'
import { Permission } from './permission.ts'
import { createRequest } from './request.ts'
import { createServerStats } from './stats.ts'

const peer = peerIdFromSeed(1)
const cid = cidOf(1)
const request = createRequest(new Account(peer, 10, { bytes: 0 }), cidKey(cid), wantHave(cid), 0)

async function ask (filter: RequestFilter): Promise<{ isAllowed: boolean, denied: number, failed: number, logged: number }> {
  const [log, stats] = [recordingLog(), createServerStats()]
  const isAllowed = await new Permission({ clock: new VirtualClock(), log, stats }, { filter, filterTimeout: 1000 }).has(request)

  return { isAllowed, denied: stats.denied, failed: stats.filterErrors, logged: log.lines.length }
}

test('the filter is told who wants what and how', async () => {
  const asked: unknown[] = []

  await ask((...args) => {
    asked.push(args)

    return true
  })

  assert.deepEqual(asked, [[peer, cid, 'have']])
})

test('its answer holds, now or later, and a denial is counted', async () => {
  for (const isAllowed of [true, false]) {
    for (const filter of [() => isAllowed, async () => isAllowed, () => foreignPromise(Promise.resolve(isAllowed))]) {
      assert.deepEqual(await ask(filter), { isAllowed, denied: isAllowed ? 0 : 1, failed: 0, logged: 0 })
    }
  }
})

test('a filter that throws or rejects denies, and is named in the log', async () => {
  const denied = { isAllowed: false, denied: 1, failed: 1, logged: 1 }

  assert.deepEqual(await ask(() => { throw new Error('broken') }), denied)
  assert.deepEqual(await ask(async () => { throw new Error('broken') }), denied)
})

test('without a filter everybody may have everything', async () => {
  const isUnconditional = (filter: RequestFilter): boolean =>
    new Permission({ clock: new VirtualClock(), log: recordingLog(), stats: createServerStats() }, { filter, filterTimeout: 1000 }).isUnconditional

  assert.ok(isUnconditional(allowAll))
  assert.ok(!isUnconditional(() => true))
  assert.equal((await ask(allowAll)).isAllowed, true)
})
