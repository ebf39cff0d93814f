import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'node:test'
import type { CID } from 'multiformats/cid'
import { randomBlocks } from '../testing/random-blocks.ts'
import { InputPump } from './input-pump.ts'

const cids = (await randomBlocks(8, { size: 8 })).map(({ cid }) => cid)

interface Pumped {
  pump: InputPump
  taken: CID[]
  room: { size: number, isFull: boolean, isWorthwhile: boolean }
  done: Promise<void>
}

function pump (input: Iterator<CID> | AsyncIterator<CID>, size = Infinity): Pumped {
  const taken: CID[] = []
  const room = { size, get isFull () { return taken.length >= this.size }, isWorthwhile: false }
  const pump = new InputPump(input, room, cid => { taken.push(cid) })

  return { pump, taken, room, done: pump.run() }
}

async function * later (): AsyncGenerator<CID> {
  yield * cids
}

for (const [kind, input] of [['that answers at once', () => cids.values()], ['that is asynchronous', later]] as const) {
  test(`of an input ${kind} as much is taken as there is room for, and more when it is worthwhile`, async () => {
    const { pump: pumped, taken, room, done } = pump(input(), 3)

    await setImmediate()
    assert.deepEqual(taken, cids.slice(0, 3))

    room.size = 6
    pumped.progressed()
    await setImmediate()
    assert.equal(taken.length, 3, 'there is room, but it is not worthwhile')

    room.isWorthwhile = true
    pumped.progressed()
    await setImmediate()
    assert.equal(taken.length, 6)
    assert.equal(pumped.ended, false)

    room.size = Infinity
    pumped.progressed()
    await done
    assert.deepEqual([taken, pumped.ended], [cids, true])
  })

  test(`an input ${kind} that is let go of is told so, once, and nothing more is taken`, async () => {
    const inner = input()
    let returned = 0
    const watched = { next: () => inner.next(), return: () => { returned++ }, [Symbol.iterator]: () => watched } as unknown as Iterator<CID>
    const { pump: pumped, taken, done } = pump(watched, 2)

    await setImmediate()
    await pumped.leave()
    await pumped.leave()
    await done
    assert.deepEqual([taken.length, returned, pumped.ended], [2, 1, true])
  })
}

test('an input that hangs is let go of, and what it says later is not taken', async () => {
  const { promise, resolve } = Promise.withResolvers<IteratorResult<CID>>()
  const { pump: pumped, taken, done } = pump({ next: async () => await promise })

  await pumped.leave()
  resolve({ done: false, value: cids[0] as CID })
  await done
  assert.deepEqual(taken, [])
})

test('what the input throws ends it', async () => {
  await assert.rejects(pump({ next: () => { throw new Error('broken') } }).done, { message: 'broken' })
})
