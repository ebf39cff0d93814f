import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Uint8ArrayList } from 'uint8arraylist'
import { silentLogger } from '../testing/silent-logger.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import type { Letter } from './letter.ts'
import type { NetworkStream } from './network.ts'
import { OutgoingStream } from './outgoing-stream.ts'
import { BitswapProtocol } from './protocols.ts'
import { resolveNetworkOptions } from './resolve-options.ts'

interface Setup {
  outgoing: OutgoingStream
  sent: number[]
  events: string[]
}

/** A stream that never has room, and takes whatever it is given. */
function setUp (): Setup {
  const sent: number[] = []
  const events: string[] = []
  const stream: NetworkStream = {
    protocol: BitswapProtocol.V120,
    unsent: 0,
    send: bytes => {
      sent.push(bytes.byteLength)

      return false
    },
    drained: async () => {},
    read: () => {},
    pause: () => {},
    resume: () => {},
    close: async () => { events.push('close') },
    abort: error => { events.push(`abort ${error.message}`) }
  }
  const owner = {
    streamGone: (_: unknown, failure?: Error) => { events.push(`gone ${failure?.message}`) },
    streamForgot: () => {},
    streamProven: () => { events.push('proven') },
    lostAfterSent: () => { events.push('lost after sent') }
  }
  const components = { clock: new VirtualClock(), log: silentLogger().forComponent('test'), owner }

  return { outgoing: new OutgoingStream(stream, components, resolveNetworkOptions({ pieceSize: 100 })), sent, events }
}

function letter (events: string[], size: number): Pick<Letter, 'frame' | 'lost'> {
  return {
    frame: new Uint8ArrayList(new Uint8Array(size)),
    lost: error => { events.push(`lost ${error.message}`) }
  }
}

test('no piece is larger than allowed but the last, which takes along up to a quarter, and each waits for room', async () => {
  for (const [size, pieces] of [[100, [100]], [125, [125]], [126, [100, 26]], [225, [100, 125]], [250, [100, 100, 50]]] as const) {
    const { outgoing, sent, events } = setUp()
    let waits = 0
    await outgoing.send(letter(events, size), async () => { waits++ })
    assert.deepEqual(sent, pieces)
    assert.equal(waits, pieces.length)
  }
})

test('a reset in the very turn in which there is room again loses the message', async () => {
  const { outgoing, events } = setUp()
  const room = async (): Promise<void> => { outgoing.closed(new Error('reset')) }
  await assert.rejects(outgoing.send(letter(events, 10), room), { name: 'StreamClosedError' })
  assert.deepEqual(events, ['gone reset'])
  assert.equal(outgoing.isUsable, false)
})

test('the end is told once, whatever follows', async () => {
  const { outgoing, events } = setUp()
  await outgoing.send(letter(events, 10), async () => {})
  outgoing.closed(new Error('reset'))
  outgoing.closed(new Error('again'))
  outgoing.ended()
  assert.deepEqual(events, ['lost after sent', 'lost reset', 'gone reset'])
})

test('an abort loses what was sent lately, and its owner is not told of the end it made', async () => {
  const { outgoing, events } = setUp()
  await outgoing.send(letter(events, 10), async () => {})
  outgoing.abort(new Error('enough'))
  outgoing.closed(new Error('enough'))
  outgoing.abort(new Error('again'))
  assert.deepEqual(events, ['lost after sent', 'lost enough', 'abort enough', 'abort again'])
})
