import assert from 'node:assert/strict'
import test from 'node:test'
import { blockOf, blocksOf, cidOf, MemoryStore, names, Serving, settled, SlowStore, wantBlock, wantHave } from '../../test/support/serving.ts'
import { changeServerOptions } from './change-options.ts'
import { SERVER_DEFAULTS } from './options.ts'
import type { ServerUpdate } from './options.ts'

const deny = (): boolean => false

const OTHER_VALUES: Required<ServerUpdate> = {
  serve: 'silent',
  maxCidSize: 99,
  wantHaveReplaceSize: 0,
  sendDontHaves: false,
  storeAttempts: 1,
  storeRetryDelay: 7,
  receiptSaveInterval: 9,
  filter: deny,
  maxAbsenceAge: 3,
  maxBytesUnderWay: 4096,
  uploadRate: 1e6,
  uploadRatePerPeer: 1e5
}

test('what can be changed is changed, one by one or together, and the rest stays', () => {
  for (const [name, value] of Object.entries(OTHER_VALUES)) {
    assert.deepEqual(changeServerOptions(SERVER_DEFAULTS, { [name]: value }), { ...SERVER_DEFAULTS, [name]: value })
  }

  assert.deepEqual(changeServerOptions(SERVER_DEFAULTS, OTHER_VALUES), { ...SERVER_DEFAULTS, ...OTHER_VALUES })
})

test('what cannot be changed is refused by name, and so is what there is not and what cannot be', () => {
  const fixed = Object.keys(SERVER_DEFAULTS).filter(name => !Object.hasOwn(OTHER_VALUES, name))

  assert.ok(fixed.includes('maxReadAhead') && fixed.length > 5)

  for (const name of fixed as Array<keyof typeof SERVER_DEFAULTS>) {
    assert.throws(() => changeServerOptions(SERVER_DEFAULTS, { [name]: SERVER_DEFAULTS[name] }), { name: 'FixedOptionError', option: `server.${name}` })
  }

  assert.throws(() => changeServerOptions(SERVER_DEFAULTS, { nonsense: 1 } as ServerUpdate), { name: 'InvalidOptionError', option: 'server.nonsense' })
  assert.throws(() => changeServerOptions(SERVER_DEFAULTS, { maxCidSize: 0 }), { name: 'InvalidOptionError', option: 'server.maxCidSize' })
})

test('when one of several cannot be changed, none is', () => {
  const { server } = new Serving(new MemoryStore())
  const before = { ...server.options }

  for (const update of [{ sendDontHaves: false, maxCidSize: -1 }, { sendDontHaves: false, maxReadAhead: 5 }]) {
    assert.throws(() => { server.update(update) })
    assert.deepEqual(server.options, before)
  }
})

test('serving switched off turns away what is wanted, and switched on again serves what is asked for then', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(2)))
  const { server, peer } = serving

  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }), wantBlock(cidOf(2)), wantHave(cidOf(3), { sendDontHave: true }))
  server.presencesFor(peer)?.sent() // it knows that we lack the third
  server.update({ serve: false })
  const { blocks, dontHaves } = await serving.deliver()
  assert.deepEqual([blocks, dontHaves], [[], [cidOf(1)]])
  assert.deepEqual(server.wantlistForPeer(peer), [])
  assert.equal(server.stats.unserved, 3)

  server.update({ serve: true })
  serving.wants(wantBlock(cidOf(1)))
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(1)])
})

test('serving switched to silence says nothing of what was wanted', () => {
  const serving = new Serving(new MemoryStore(blockOf(1)))

  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }))
  serving.server.update({ serve: 'silent' })
  assert.deepEqual([serving.server.hasBlocks(serving.peer), serving.server.hasPresences(serving.peer)], [false, false])
})

test('who waits for a message when serving is switched off is told there is none', async () => {
  const serving = new Serving(new SlowStore(...blocksOf(2)), { maxReadAheadPerPeer: 1 })

  serving.wants(wantBlock(cidOf(1)), wantBlock(cidOf(2)))
  await serving.store.release() // the first was read at once, the second only looked for
  serving.envelope().sent()
  const envelope = serving.server.envelopeFor(serving.peer)
  assert.ok(envelope instanceof Promise)
  serving.server.update({ serve: false })
  await serving.clock.advance(0)
  assert.equal(await envelope, undefined)
})

test('another filter is asked about what waits to be sent, whether it was read or not, and about what comes', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(3)))
  const { server, peer } = serving

  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }), wantHave(cidOf(2), { sendDontHave: true }))
  assert.ok(server.hasBlocks(peer) && server.hasPresences(peer))
  server.update({ filter: (_peer, cid) => !cid.equals(cidOf(1)) })
  const { blocks, haves, dontHaves } = await serving.deliver()
  assert.deepEqual([blocks, haves, dontHaves], [[], [cidOf(2)], [cidOf(1)]])

  server.update({ filter: deny })
  serving.wants(wantBlock(cidOf(3), { sendDontHave: true }))
  assert.deepEqual((await serving.deliver()).dontHaves, [cidOf(3)])
  server.update({ filter: SERVER_DEFAULTS.filter })
  serving.wants(wantBlock(cidOf(3)))
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(3)])
})

test('a block that is being read when the filter changes is not sent if it is denied', async () => {
  const serving = new Serving(new SlowStore(blockOf(1)))

  serving.wants(wantBlock(cidOf(1), { sendDontHave: true }))
  await settled()
  serving.server.update({ filter: deny })
  serving.store.isOpen = true
  await serving.store.release()
  const { blocks, dontHaves } = await serving.deliver()
  assert.deepEqual([blocks, dontHaves], [[], [cidOf(1)]])
})

for (const lane of ['blocks', 'presences']) {
  for (const wasSent of [false, true]) {
    test(`${lane} that are lost once the filter has changed are not sent again if they are denied${wasSent ? ', though they were sent' : ''}`, async () => {
      const serving = new Serving(new MemoryStore(blockOf(1)))
      const { server, peer } = serving

      serving.wants((lane === 'blocks' ? wantBlock : wantHave)(cidOf(1), { sendDontHave: true }))
      const delivery = lane === 'blocks' ? serving.envelope() : server.presencesFor(peer)

      if (wasSent) {
        delivery?.sent()
      }

      server.update({ filter: deny })
      delivery?.lost(new Error('reset'))
      const { blocks, haves, dontHaves } = await serving.deliver()
      assert.deepEqual([blocks, haves, dontHaves], [[], [], [cidOf(1)]])
    })
  }
}

test('from then on want-haves are replaced up to another size, DONT_HAVEs said or not, and CIDs ignored by another length', async () => {
  const serving = new Serving(new MemoryStore(...blocksOf(9, 2000)))
  const { server } = serving

  server.update({ wantHaveReplaceSize: 2000 })
  serving.wants(wantHave(cidOf(1)))
  assert.deepEqual((await serving.deliver()).blocks, [cidOf(1)])
  server.update({ sendDontHaves: false })
  serving.wants(wantHave(cidOf(99), { sendDontHave: true }))
  assert.deepEqual((await serving.deliver()).dontHaves, [])
  server.update({ maxCidSize: 10 })
  serving.wants(wantHave(cidOf(2)))
  assert.equal(server.stats.ignored, 1)
})

test('from then on a store that fails is asked as often, and after as long, as is said', async () => {
  const serving = new Serving(new MemoryStore())
  const { server, store, clock } = serving

  server.update({ storeRetryDelay: 10_000 })
  store.failure = new Error('no disk')
  serving.wants(wantHave(cidOf(1)))
  await clock.advance(9_999)
  assert.equal(store.calls.length, 1)
  await clock.advance(1)
  assert.equal(store.calls.length, 2)
  server.update({ storeAttempts: 1 })
  serving.wants(wantHave(cidOf(2)))
  assert.equal(server.stats.storeFailures, 1)
})

test('receipts are saved as often as is said last', async () => {
  let saves = 0
  const receiptStore = { load: async () => [], save: async () => { saves++ } }
  const { server, peer, clock } = new Serving(new MemoryStore(), { receiptStore })

  await settled()
  server.update({ receiptSaveInterval: 5 })
  server.blockReceivedFrom(peer, 1)
  await clock.advance(5)
  assert.equal(saves, 1)
})

test('a change while it is stopped holds from the start on', async () => {
  const serving = new Serving(new MemoryStore())
  const { server, peer } = serving

  server.stop()
  server.update({ sendDontHaves: false })
  server.start()
  server.peerConnected(peer)
  serving.wants(wantHave(cidOf(1), { sendDontHave: true }))
  assert.deepEqual(names((await serving.deliver()).dontHaves), [])
})
