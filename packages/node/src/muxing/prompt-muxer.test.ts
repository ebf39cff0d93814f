import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serviceCapabilities } from '@libp2p/interface'
import { GREETING, MULTISTREAM, open, pair, prompt, read, registrar, SPOKEN, tell } from '../../test/muxers.ts'

test('a stream that says all at once is agreed on when libp2p is told of it, and what follows is there', async () => {
  const both = pair()
  const told = tell(both.server)
  const answer = read(await open(both, `${GREETING}hello`))

  await both.deliver()

  const came = read(told[0])

  await both.deliver()
  assert.deepEqual([told.length, told[0]?.protocol, came, answer], [1, SPOKEN, ['hello'], [GREETING]])
})

test('libp2p is told that it can do what the muxer can', () => {
  assert.deepEqual(Reflect.get(prompt({ registrar }), serviceCapabilities), ['@libp2p/stream-multiplexing'])
})

test('a name that is no ASCII is left to libp2p, who knows how it is written', async () => {
  const both = pair(prompt, { getHandler: () => ({ handler: () => {}, options: {} }) })
  const told = tell(both.server)

  await open(both, `${MULTISTREAM}\x07/caf\xe9\n`)
  await open(both, `${MULTISTREAM}\x06/cafe\n`)
  await both.deliver()
  assert.deepEqual(told.map(({ protocol }) => protocol), ['', '/cafe'])
})

for (const [what, ...pieces] of [
  ['of a protocol nobody speaks', `${MULTISTREAM}\x0d/other/1.0.0\nhello`],
  ['that asks which there are', `${MULTISTREAM}\x03ls\n`],
  ['that waits for the first answer', MULTISTREAM],
  ['whose first bytes are cut in two', GREETING.slice(0, 30), `${GREETING.slice(30)}hello`],
  ['whose length is longer than names are', `${MULTISTREAM}\x80\x01${'x'.repeat(127)}\n`],
  ['with a line that does not end', `${MULTISTREAM}\x0e${SPOKEN}!hello`],
  ['that speaks no multistream', `\x13/multistream/2.0.0\n\x0e${SPOKEN}\nhello`]
] as const) {
  test(`a stream ${what} is left to libp2p as it came`, async () => {
    const both = pair()
    const told = tell(both.server)
    const answer = read(await open(both, ...pieces))

    await both.deliver()

    const came = read(told[0])

    await both.deliver()
    assert.deepEqual([told.length, told[0]?.protocol, came.join(''), answer], [1, '', pieces.join(''), []])
  })
}

test('libp2p is told of a stream that says nothing, to wait for it', async () => {
  const both = pair()
  const told = tell(both.server)
  const ours = await open(both)

  await both.deliver()
  assert.deepEqual(told.map(({ protocol }) => protocol), [''])

  const came = read(told[0])

  ours.send(new TextEncoder().encode(GREETING))
  await both.deliver()
  assert.deepEqual([told.length, came], [1, [GREETING]])
})

test('it is told once of each stream that came before it listened', async () => {
  const both = pair()

  await Promise.all([open(both, GREETING), open(both), open(both, MULTISTREAM)])
  await both.deliver()
  both.server.addEventListener('stream', () => {})

  const told = tell(both.server)

  await both.deliver()
  assert.deepEqual(told.map(({ protocol }) => protocol), [SPOKEN, '', ''])
})

test('a stream that is over before it can be agreed on is none, and does the others no harm', async () => {
  const both = pair()
  const ours = await open(both, GREETING)

  ours.abort(new Error('no longer'))
  await both.deliver()

  const told = tell(both.server)

  await both.deliver()
  assert.deepEqual(told, [])

  await open(both, GREETING)
  await both.deliver()
  assert.deepEqual(told.map(({ protocol }) => protocol), [SPOKEN])
})

test('streams of ours are opened, and all is closed, as before', async () => {
  const both = pair()
  const theirs = tell(both.client)
  const ours = await both.server.createStream()

  await both.deliver()
  assert.deepEqual([both.server.protocol, both.server.streams, theirs.length], ['/yamux/1.0.0', [ours], 1])
  both.server.abort(new Error('over'))
  assert.deepEqual([both.server.status, ours.status], ['closed', 'aborted'])

  const other = pair()

  await other.server.close()
  assert.equal(other.server.status, 'closed')
})
