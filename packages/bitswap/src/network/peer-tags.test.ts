import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settled } from '../../test/fake-libp2p.ts'
import { alice, bob, startNetwork } from '../../test/network-setup.ts'
import { TagName } from './network.ts'

const TAG = { value: 5, ttl: 1000 }
const name = TagName.Source

test('a tag is set, replaced and taken back, in the order it was said', async () => {
  const { host, network } = await startNetwork()

  network.tag(alice, name, TAG)
  await settled()
  network.tag(alice, name, { ...TAG, value: 100 })
  await settled()
  network.tag(alice, name, undefined)
  await settled()
  assert.deepEqual(host.tagged, [[alice.toString(), name, TAG], [alice.toString(), name, { ...TAG, value: 100 }], [alice.toString(), name, undefined]])
})

test('while libp2p is busy with one only the last word about each is kept', async () => {
  const { host, network } = await startNetwork()
  const busy = Promise.withResolvers<void>()

  host.tagging = async () => { await busy.promise }
  network.tag(alice, name, TAG)
  await settled()

  for (let value = 0; value <= 100; value++) {
    network.tag(bob, name, { value, ttl: 1000 })
  }

  assert.equal(host.tagged.length, 1)
  busy.resolve()
  await settled()
  assert.deepEqual(host.tagged.slice(1), [[bob.toString(), name, { value: 100, ttl: 1000 }]])
})

test('a tag that cannot be set is logged, and the others are set', async () => {
  const { host, network, logger } = await startNetwork()

  host.tagging = async () => { throw new Error('the datastore is closed') }
  network.tag(alice, name, TAG)
  network.tag(bob, name, TAG)
  await settled()
  assert.equal(host.tagged.length, 2)
  assert.equal(logger.errors.length, 2)
})

test('stop takes back the tags there are, waits for that, and then none are set', async () => {
  const { host, network } = await startNetwork()

  network.tag(alice, name, TAG)
  network.tag(bob, name, TAG)
  network.tag(bob, name, undefined)
  await settled()
  host.tagged.length = 0
  await network.stop()
  assert.deepEqual(host.tagged, [[alice.toString(), name, undefined]])

  network.tag(alice, name, TAG)
  await settled()
  assert.equal(host.tagged.length, 1)
})

test('a call that libp2p never answers is left behind, and the others are made', async () => {
  const { host, network, clock } = await startNetwork()

  host.tagging = async () => { await new Promise(() => {}) }
  network.tag(alice, name, TAG)
  network.tag(bob, name, TAG)
  await clock.advance(9999)
  assert.equal(host.tagged.length, 1)
  host.tagging = async () => {}
  await clock.advance(1)
  await settled()
  assert.deepEqual(host.tagged.map(([peer]) => peer), [alice.toString(), bob.toString()])
})

test('tags of different names are each other\'s neighbours, and all are taken back', async () => {
  const { host, network } = await startNetwork()

  network.tag(alice, TagName.Source, TAG)
  network.tag(alice, TagName.Partner, { ...TAG, value: 7 })
  await settled()
  network.tag(alice, TagName.Source, undefined)
  await settled()
  assert.deepEqual(host.tagged, [
    [alice.toString(), 'bitswap', TAG],
    [alice.toString(), 'bitswap-partner', { ...TAG, value: 7 }],
    [alice.toString(), 'bitswap', undefined]
  ])

  await network.stop()
  assert.deepEqual(host.tagged.slice(3), [[alice.toString(), 'bitswap-partner', undefined]])
})
