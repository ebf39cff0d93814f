import assert from 'node:assert/strict'
import { test } from 'node:test'
import { someBlock } from '../../test/blocks.ts'
import { settled } from '../../test/named-graph.ts'
import { BlockGuard } from './block-guard.ts'

/** An action that ends when it is told to. */
function held (): { action: () => Promise<string>, end: () => void, begun: () => boolean } {
  const { promise, resolve } = Promise.withResolvers<string>()
  let begun = false

  return {
    action: async () => {
      begun = true

      return await promise
    },
    end: () => { resolve('done') },
    begun: () => begun
  }
}

const always = (): boolean => true

test('a block in use is not removed, and one that is not is', async () => {
  const guard = new BlockGuard()
  const { cid } = await someBlock(10)

  for (const use of ['read', 'change'] as const) {
    const reading = held()
    const read = guard[use](cid, reading.action)

    assert.equal(await guard.removeUnused(cid, always, async () => 'removed'), undefined)
    reading.end()
    assert.equal(await read, 'done')
    assert.equal(await guard.removeUnused(cid, always, async () => 'removed'), 'removed')
  }
})

test('who comes while a block is removed waits until it is gone', async () => {
  for (const use of ['read', 'change'] as const) {
    const guard = new BlockGuard()
    const { cid } = await someBlock(10)
    const removing = held()
    const using = held()
    const removed = guard.removeUnused(cid, always, removing.action)
    const used = guard[use](cid, using.action)

    await settled()
    assert.equal(using.begun(), false)
    removing.end()
    await removed
    await settled()
    assert.equal(using.begun(), true)
    using.end()
    await used
  }
})

test('whether a block may be removed is asked at the last moment', async () => {
  const guard = new BlockGuard()
  const { cid } = await someBlock(10)

  assert.equal(await guard.removeUnused(cid, () => false, async () => 'removed'), undefined)
})

test('changes of a block go one after the other, also when one fails; of two blocks beside each other', async () => {
  const guard = new BlockGuard()
  const [{ cid }, { cid: other }] = [await someBlock(10), await someBlock(11)]
  const [first, second, beside] = [held(), held(), held()]
  const failing = guard.change(cid, async () => {
    await first.action()
    throw new Error('failed')
  })
  const after = guard.change(cid, second.action)
  const others = guard.change(other, beside.action)

  await settled()
  assert.deepEqual([first.begun(), second.begun(), beside.begun()], [true, false, true])
  first.end()
  await assert.rejects(failing, /failed/)
  await settled()
  assert.equal(second.begun(), true)
  second.end()
  beside.end()
  await Promise.all([after, others])
})

test('a tracker notes what is in use when it begins, and what is used until it ends', async () => {
  const guard = new BlockGuard()
  const [before, within, during, after] = await Promise.all([1, 2, 3, 4].map(async seed => (await someBlock(10, seed)).cid))
  assert.ok(before != null && within != null && during != null && after != null)
  const reading = held()

  await guard.read(before, async () => undefined)
  const read = guard.read(within, reading.action)
  const tracker = guard.track()
  reading.end()
  await read
  await guard.change(during, async () => undefined)
  tracker.end()
  await guard.read(after, async () => undefined)

  assert.deepEqual([before, within, during, after].map(cid => tracker.used.has(cid)), [false, true, true, false])
})
