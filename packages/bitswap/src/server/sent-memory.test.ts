/** What is kept of a message that was sent and may still be lost: enough to say it again, and no more. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { CID } from 'multiformats/cid'
import { collectGarbage } from '../../test/support/collect-garbage.ts'
import { blocksOf, cidOf, cidV0Of, names, Serving, SlowStore, wantBlock } from '../../test/support/serving.ts'
import { blocksMessage, wantsMessage } from '../outgoing.ts'

/** A store that reads its blocks anew each time, as one on a disk does. */
class ReadingStore extends SlowStore {
  override isOpen = true

  override async * get (cid: CID): AsyncGenerator<Uint8Array> {
    for await (const bytes of super.get(cid)) {
      yield bytes.slice()
    }
  }
}

test('blocks that were sent are let go of, and are sent again when they are lost after all', async () => {
  const serving = new Serving(new ReadingStore(...blocksOf(4)))
  const sent: Array<WeakRef<object>> = []
  const losses: Array<(error: Error) => void> = []

  await serving.asking(...blocksOf(4).map(({ cid }) => wantBlock(cid)))
  await (async () => {
    const message = await blocksMessage(serving.server.envelopeFor(serving.peer), () => undefined)
    assert.ok(message != null)
    message.message.blocks.forEach(({ bytes, cid }) => { sent.push(new WeakRef(bytes), new WeakRef(cid)) })
    losses.push(message.lost)
    message.sent()
  })()
  assert.equal(sent.length, 8)
  await collectGarbage()
  assert.deepEqual(sent.filter(reference => reference.deref() != null), [])

  losses.forEach(lost => { lost(new Error('reset')) })
  assert.deepEqual(names((await serving.deliver()).blocks), names(blocksOf(4).map(({ cid }) => cid)))
})

test('presences that were sent are let go of, and are said again when they are lost after all', async () => {
  const serving = new Serving(new ReadingStore())
  const asked = [cidOf(1), cidV0Of(2), cidOf(3)]
  const sent: Array<WeakRef<object>> = []
  const losses: Array<(error: Error) => void> = []

  await serving.asking(...asked.map(cid => wantBlock(cid, { sendDontHave: true })))
  ;(() => {
    const message = wantsMessage(undefined, serving.server.presencesFor(serving.peer))
    assert.ok(message != null)
    message.message.presences.forEach(presence => { sent.push(new WeakRef(presence), new WeakRef(presence.cid)) })
    losses.push(message.lost)
    message.sent()
  })()
  assert.equal(sent.length, 6)
  await collectGarbage()
  assert.deepEqual(sent.filter(reference => reference.deref() != null), [])

  losses.forEach(lost => { lost(new Error('reset')) })
  assert.deepEqual(names((await serving.deliver()).dontHaves), names(asked))
})

test('an account is let go of when its peer leaves, though its message is written only then', async () => {
  const serving = new Serving(new ReadingStore(...blocksOf(1)))
  const { server, peer } = serving
  const accounts: Array<WeakRef<object>> = []

  await serving.asking(wantBlock(cidOf(1)))
  await (async () => {
    const envelope = await server.envelopeFor(peer)
    accounts.push(new WeakRef(server.books.run?.engine.account(peer) ?? {}))
    server.peerDisconnected(peer)
    envelope?.sent()
  })()
  await collectGarbage()
  assert.equal(accounts[0].deref(), undefined)
  assert.equal(server.stats.blocksSent, 1)
})
