import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keys, modern, opened, said, want } from '../../test/wantlist-words.ts'
import type { PeerWants } from './peer-wants.ts'

const key = keys[0] as string

/** The peer was asked for it, and has been silent. */
function asked (): PeerWants {
  const wants = opened()

  want(wants, 0)
  wants.take(modern)
  wants.unanswered(key)

  return wants
}

function sayAll (wants: PeerWants): void {
  while (wants.take(modern) != null) {
    // until nothing is left
  }
}

test('a block that may answer what was said before a silence is followed by a cancel of what was said after it', () => {
  const wants = asked()

  want(wants, 0)
  sayAll(wants)
  wants.blockReceived(key)
  assert.deepEqual(said(wants.take(modern)), { full: false, wants: [], cancels: [0] })
})

test('so is one that may answer what was cancelled before it is wanted again', () => {
  const wants = asked()

  wants.cancel(key)
  sayAll(wants)
  want(wants, 0)
  sayAll(wants)
  wants.blockReceived(key)
  assert.deepEqual(said(wants.take(modern)), { full: false, wants: [], cancels: [0] })
})

test('it is not when the peer had answered, or nothing was said after', () => {
  const [answered, unsaid] = [asked(), asked()]

  answered.refused(key)
  want(answered, 0)
  sayAll(answered)
  answered.blockReceived(key)
  assert.equal(answered.take(modern), undefined)

  want(unsaid, 0)
  unsaid.blockReceived(key)
  assert.equal(unsaid.take(modern), undefined)
})

test('it is followed by one once: what is wanted after that begins anew', () => {
  const wants = asked()

  wants.cancel(key)
  sayAll(wants)
  wants.blockReceived(key)
  want(wants, 0)
  sayAll(wants)
  wants.blockReceived(key)
  assert.equal(wants.take(modern), undefined)
})
