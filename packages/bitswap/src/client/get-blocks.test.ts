/** What the consumer of `getBlocks` holds is a generator in all that can be seen. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks, VirtualNetwork } from '../testing/index.ts'
import type { Block } from '../message/message.ts'
import type { Instance } from '../testing/index.ts'
import { getBlocks } from './get-blocks.ts'
import type { Retrievals } from './retrievals.ts'

const blocks = await randomBlocks(6, { size: 64 })
const cids = blocks.map(({ cid }) => cid)

async function pair (): Promise<{ net: VirtualNetwork, alice: Instance, bob: Instance }> {
  const net = new VirtualNetwork({ latency: 10 })
  const [alice, bob] = await net.instances(2)

  return { net, alice, bob }
}

test('calls that do not wait for each other are answered in order, and then it is done for good', async () => {
  const { net, alice, bob } = await pair()

  bob.hold(...blocks)

  const coming = alice.bitswap.getBlocks(cids)
  const results = await net.run(Promise.all(Array.from({ length: 8 }, async () => await coming.next())))

  assert.deepEqual(results.map(({ done }) => done), [...blocks.map(() => false), true, true])
  assert.deepEqual(new Set(results.slice(0, 6).map(({ value }) => String(value.cid))), new Set(cids.map(String)))
  assert.deepEqual(await coming.next(), { done: true, value: undefined })
})

test('a block that is here costs no wait, and one promise', async () => {
  const { net, alice, bob } = await pair()

  bob.hold(...blocks)

  const coming = alice.bitswap.getBlocks(cids)

  await net.run(coming.next())

  const next = coming.next()
  const first = await Promise.race([next, Promise.resolve('later')])

  assert.notEqual(first, 'later')
  await coming.return(undefined)
})

test('leaving answers a call that waits, wants nothing more, and is told its value', async () => {
  const { net, alice } = await pair()
  const coming = alice.bitswap.getBlocks(cids)
  const waiting = coming.next()

  await net.advance(100)
  assert.equal(alice.bitswap.wantBoard.wants.size, 6)
  assert.deepEqual(await net.run(Promise.all([coming.return('left'), waiting])), [{ done: true, value: 'left' }, { done: true, value: undefined }])
  assert.equal(alice.bitswap.wantBoard.wants.size, 0)
  assert.deepEqual(await coming.next(), { done: true, value: undefined })
})

test('what is thrown into it comes back, and ends it', async () => {
  const { net, alice } = await pair()
  const coming = alice.bitswap.getBlocks(cids)
  const waiting = coming.next()

  await net.advance(100)
  await net.run(assert.rejects(coming.throw(new Error('enough')), { message: 'enough' }))
  assert.deepEqual([await waiting, await coming.next(), alice.bitswap.wantBoard.wants.size], [{ done: true, value: undefined }, { done: true, value: undefined }, 0])
})

test('left before it began it never begins; and what beginning throws is what the first call gets', async () => {
  let begun = 0
  const begin = (): never => {
    begun++

    throw new Error('not now')
  }
  const make = (): AsyncGenerator => getBlocks({} as Retrievals, cids, begin)
  const [left, failed] = [make(), make()]

  await left.return(undefined)
  assert.deepEqual([await left.next(), begun], [{ done: true, value: undefined }, 0])
  await assert.rejects(failed.next(), { message: 'not now' })
  assert.deepEqual([await failed.next(), begun], [{ done: true, value: undefined }, 1])
})

test('an error that ends it comes once, after that it is done', async () => {
  const { net, alice } = await pair()
  const coming = alice.bitswap.getBlocks(cids, { failFast: true })

  await net.run(assert.rejects(coming.next(), { name: 'BlockUnavailableError' }))
  assert.deepEqual(await coming.next(), { done: true, value: undefined })
})

test('calls that come while others wait in line come after them, and none is forgotten', async () => {
  const { net, alice, bob } = await pair()
  const coming = alice.bitswap.getBlocks(cids)
  const order: number[] = []
  const call = async (number: number): Promise<void> => {
    await coming.next()
    order.push(number)
  }
  const calls = [call(0), call(1), call(2)]

  await net.advance(100)
  await bob.bitswap.addBlock(blocks[0] as Block)
  await net.advance(100)
  calls.push(call(3))
  assert.deepEqual(order, [0])

  for (const block of blocks.slice(1, 4)) {
    await bob.bitswap.addBlock(block)
    await net.advance(100)
  }

  await net.run(Promise.all(calls))
  assert.deepEqual(order, [0, 1, 2, 3])
  await net.run(coming.return(undefined))
})
