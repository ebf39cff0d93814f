import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBlocks, VirtualClock } from 'ts-bitswap/testing'
import { MdnsRouter } from './mdns-router.ts'

const [{ cid }] = await randomBlocks(1, { size: 8 })

async function lookUp (router: MdnsRouter, signal?: AbortSignal): Promise<void> {
  for await (const provider of router.findProviders(cid, signal == null ? {} : { signal })) {
    assert.fail(`it named ${provider.id}`)
  }
}

test('the first look-ups wait until the local network has had its time, later ones for nothing', async () => {
  const clock = new VirtualClock()
  const router = new MdnsRouter(clock, { mdnsTimeout: 3_000 })
  const first = lookUp(router)

  await clock.advance(2_000)
  const second = lookUp(router)
  await clock.run(Promise.all([first, second]))
  assert.equal(clock.now(), 3_000)
  await clock.run(lookUp(router))
  assert.equal(clock.now(), 3_000)
})

test('one that is aborted ends at once, and leaves nothing behind', async () => {
  const clock = new VirtualClock()
  const controller = new AbortController()
  const looking = lookUp(new MdnsRouter(clock, { mdnsTimeout: 3_000 }), controller.signal)

  await clock.advance(1)
  controller.abort(new Error('enough'))
  await assert.rejects(looking, { message: 'enough' })
  assert.equal(clock.pending, 0)
  await assert.rejects(lookUp(new MdnsRouter(clock, { mdnsTimeout: 3_000 }), controller.signal), { message: 'enough' })
})
