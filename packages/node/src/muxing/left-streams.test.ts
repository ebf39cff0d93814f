/** What is left to libp2p is to it as it is with yamux alone, whatever comes in the same bytes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { GREETING, MULTISTREAM, open, pair, plain, prompt, SPOKEN, tell } from '../../test/muxers.ts'
import type { Pair } from '../../test/muxers.ts'

const UNSPOKEN = `${MULTISTREAM}\x0d/other/1.0.0\n`
const PLAIN_AND_PROMPT = [plain, prompt]

/** As libp2p does, it listens when it is told; what is seen of one stream, and how it stands at the end. */
function watch ({ server }: Pair): string[] {
  const seen: string[] = []

  server.addEventListener('stream', ({ detail: stream }) => {
    seen.push(stream.readBufferLength === 0 && stream.remoteWriteStatus === 'closed' ? 'told, nothing comes' : 'told')
    stream.addEventListener('message', ({ data }) => { seen.push(new TextDecoder().decode(data.subarray()), stream.readStatus) })
    stream.addEventListener('remoteCloseWrite', () => { seen.push('peer ended') })
    stream.addEventListener('close', ({ error }) => { seen.push(error?.name ?? 'closed') })
  })

  return seen
}

const ENDS: Array<[what: string, end: (stream: Stream) => Promise<void> | void]> = [
  ['goes on', () => {}],
  ['ends', async stream => { await stream.close() }]
]

for (const [what, end] of ENDS) {
  for (const early of [false, true]) {
    test(`a stream of a protocol nobody speaks that ${what} is as with yamux alone, ${early ? 'when it came before libp2p listened' : 'when libp2p listens'}`, async () => {
      const [without, within] = await Promise.all(PLAIN_AND_PROMPT.map(async create => {
        const both = pair(create)
        const seen = early ? [] : watch(both)
        const stream = await open(both, UNSPOKEN, 'hello')

        await end(stream)
        await both.deliver()

        const later = early ? watch(both) : seen

        await both.deliver()

        const [left] = both.server.streams

        return [...later, left?.status, left?.readStatus, left?.remoteWriteStatus, left?.readBufferLength]
      }))

      assert.deepEqual(within, without)
    })
  }
}

test('a stream that is reset in the same bytes is not told of, though it could be agreed on', async () => {
  const both = pair()
  const told = tell(both.server)
  const stream = await open(both, `${GREETING}hello`)

  await Promise.resolve()
  stream.abort(new Error('no longer'))
  await both.deliver()
  assert.deepEqual([told.length, both.server.streams.length], [0, 0])
})

test('a stream that is ended in the same bytes is agreed on, and all it said is there', async () => {
  const both = pair()
  const told = tell(both.server)

  await (await open(both, `${GREETING}hello`)).close()
  await both.deliver()

  const came: string[] = []

  told[0]?.addEventListener('message', ({ data }) => { came.push(new TextDecoder().decode(data.subarray())) })
  await both.deliver()
  assert.deepEqual([told[0]?.protocol, told[0]?.status, came], [SPOKEN, 'open', ['hello']])
})

for (const [what, pause] of [['does not listen to', false], ['pauses', true]] as const) {
  test(`what came stays where it is in a stream that whoever is told ${what}`, async () => {
    const both = pair()
    const told = tell(both.server)

    both.server.addEventListener('stream', ({ detail }) => {
      if (pause) {
        detail.addEventListener('message', () => { assert.fail('it was paused') })
        detail.pause()
      }
    })
    await open(both, UNSPOKEN)
    await both.deliver()
    assert.equal(told[0]?.readBufferLength, UNSPOKEN.length)
  })
}
