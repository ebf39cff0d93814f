import assert from 'node:assert/strict'
import { test } from 'node:test'
import { someBlock } from '../../test/blocks.ts'
import { describeWait } from './describe-want.ts'
import type { WantExplanation, WantPeer } from 'ts-bitswap'

const { cid } = await someBlock(1)

function waiting (peers: Array<Partial<WantPeer>>, next: WantExplanation['next'] = { event: 'answer', due: 1_000 }): WantExplanation {
  return {
    cid,
    state: 'looking',
    age: 5_000,
    priority: 1,
    sessions: [1],
    peers: peers.map((peer, index) => ({ peer: `peer ${index}`, asked: 'have', askedAgo: 5_000, answer: undefined, ...peer })),
    search: 'none',
    refreshes: 0,
    next,
    steps: []
  }
}

function described (want: WantExplanation | undefined, unreachable: string[] = []): string {
  return describeWait({ want, peers: [], unreachable })
}

test('of a block that is waited for it is said who was asked, what each said, and when all are asked again', () => {
  assert.equal(
    described(waiting([{}, { answer: 'dont-have' }, { asked: 'block', answer: 'have' }, { answer: 'silent' }, { answer: 'disconnected' }], { event: 'refresh', due: 24_600 })),
    [
      'peer 0 was asked for it 5 s ago and has not answered',
      'peer 1 does not have it',
      'peer 2 has it, was asked for it 5 s ago and has not sent it',
      'peer 3 did not answer',
      'peer 4 disconnected; all are asked again in 25 s'
    ].join(', ')
  )
})

test('a peer that is to be asked has it, one whose time is not known was asked all the same', () => {
  assert.equal(described(waiting([{ asked: undefined, answer: 'have' }, { askedAgo: undefined }])), 'peer 0 has it, peer 1 was asked for it and has not answered')
})

test('who could not be reached is named too', () => {
  assert.equal(described(waiting([]), ['/ip4/127.0.0.1/tcp/1']), 'no peer is connected, /ip4/127.0.0.1/tcp/1 could not be reached')
})

test('of many peers the first five are named', () => {
  assert.match(described(waiting(Array.from({ length: 7 }, () => ({ answer: 'dont-have' })))), /peer 4 does not have it, and 2 more peers$/)
})

test('what it waits for is said where that is not an answer', () => {
  const said = { room: /; it is asked for when what was asked for before has come$/, dial: /; a peer is being dialled$/, stored: /; it has come and is being stored$/ }

  for (const event of ['room', 'dial', 'stored'] as const) {
    assert.match(described(waiting([], { event, due: undefined })), said[event])
  }

  assert.equal(described(undefined), 'nobody was asked for it yet')
})
