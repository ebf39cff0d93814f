import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { Standing } from './connected-peers.ts'
import { PeerWatch } from './peer-watch.ts'

const peer = peerIdFromSeed(1)

interface Setup {
  clock: VirtualClock
  watch: PeerWatch
  controller: AbortController
  become: (standing: Standing) => void
}

function setup (): Setup {
  let standing: Standing = Standing.Unknown
  const clock = new VirtualClock()
  const watch = new PeerWatch({ clock, peers: { standing: () => standing } }, { identifyTimeout: 100 })
  const become = (next: Standing): void => {
    standing = next
    watch.changed()
  }

  return { clock, watch, controller: new AbortController(), become }
}

test('it is known at once of a peer that has said it', async () => {
  const { clock, watch, controller, become } = setup()

  become(Standing.Speaking)
  assert.equal(await watch.speaks(peer, controller.signal), true)

  become(Standing.Mute)
  await assert.rejects(watch.speaks(peer, controller.signal), { name: 'UnsupportedProtocolError' })

  become(Standing.Absent)
  await assert.rejects(watch.speaks(peer, controller.signal), { name: 'NotConnectedError' })
  assert.equal(clock.pending, 0)
})

test('all who wait are told when it becomes known', async () => {
  const { clock, watch, controller, become } = setup()
  const waiting = [watch.speaks(peer, controller.signal), watch.speaks(peer, controller.signal)]

  become(Standing.Unknown)
  assert.equal(clock.pending, 2)
  become(Standing.Speaking)
  assert.deepEqual(await Promise.all(waiting), [true, true])
  assert.equal(clock.pending, 0)
})

test('who waits for a peer that leaves, or turns out not to speak it, is rejected', async () => {
  for (const [standing, name] of [[Standing.Absent, 'NotConnectedError'], [Standing.Mute, 'UnsupportedProtocolError']] as const) {
    const { watch, controller, become } = setup()
    const waiting = watch.speaks(peer, controller.signal)

    become(standing)
    await assert.rejects(waiting, { name })
  }
})

test('waiting ends when identifyTimeout is over, and not before', async () => {
  const { clock, watch, controller } = setup()
  let result: boolean | undefined
  const waiting = watch.speaks(peer, controller.signal).then(speaks => { result = speaks })

  await clock.advance(99)
  assert.equal(result, undefined)
  await clock.advance(1)
  await waiting
  assert.equal(result, false)
})

test('waiting ends with the reason of the signal, and leaves no listener and no timer', async () => {
  const { clock, watch, controller } = setup()
  const reason = new RangeError('no time')
  const waiting = watch.speaks(peer, controller.signal)

  controller.abort(reason)
  await assert.rejects(waiting, reason)
  await assert.rejects(watch.speaks(peer, controller.signal), reason)
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
  assert.equal(clock.pending, 0)
})
