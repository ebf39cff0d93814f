/** Who is told of streams may change, and none is lost without the peer being told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { GREETING, open, pair, plain, SPOKEN, tell } from '../../test/muxers.ts'
import { promptMuxer } from './prompt-muxer.ts'

test('a stream that comes when nobody listens any more is kept for who listens next', async () => {
  const both = pair()
  const first = (): void => { assert.fail('it listens no more') }

  both.server.addEventListener('stream', first)
  both.server.removeEventListener('stream', first)
  await open(both, GREETING)
  await both.deliver()

  const told = tell(both.server)

  await both.deliver()
  assert.deepEqual(told.map(({ protocol }) => protocol), [SPOKEN])
})

test('who listens with a signal that is aborted is nobody', async () => {
  const both = pair()

  both.server.addEventListener('stream', () => {}, { signal: AbortSignal.abort() })
  await open(both, GREETING)
  await both.deliver()

  const told = tell(both.server)

  await both.deliver()
  assert.deepEqual(told.map(({ status }) => status), ['open'])
})

test('as long as anybody listens, streams come', async () => {
  const both = pair()
  const first = (): void => { assert.fail('it listens no more') }
  const told = tell(both.server)

  both.server.addEventListener('stream', first)
  both.server.removeEventListener('stream', first)
  await open(both, GREETING)
  await both.deliver()
  assert.equal(told.length, 1)
})

test('who listens once is told of one, and what came in the same bytes is reset', async () => {
  const both = pair()
  const told: Stream[] = []

  both.server.addEventListener('stream', ({ detail }) => { told.push(detail) }, { once: true })

  const ours = await Promise.all([open(both, GREETING), open(both, GREETING)])

  await both.deliver()
  await both.deliver()
  assert.deepEqual([told.length, ours.map(({ status }) => status)], [1, ['open', 'reset']])
})

test('a stream whose protocol the muxer has agreed on is told of at once, and nothing of it is read', async () => {
  const both = pair(promptMuxer(() => {
    const factory = plain()

    return {
      protocol: factory.protocol,
      createStreamMuxer (connection) {
        const muxer = factory.createStreamMuxer(connection)

        muxer.addEventListener('stream', ({ detail }) => { detail.protocol = '/agreed/1.0.0' })

        return muxer
      }
    }
  }))
  const told = tell(both.server)

  await open(both, `${GREETING}hello`)
  await both.deliver()
  assert.deepEqual(told.map(({ protocol, readBufferLength }) => [protocol, readBufferLength]), [['/agreed/1.0.0', GREETING.length + 5]])
})
