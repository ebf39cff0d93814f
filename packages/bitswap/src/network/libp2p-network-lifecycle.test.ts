import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeStream } from '../../test/fake-stream.ts'
import { alice, bob, createNetwork, Recorder, startNetwork } from '../../test/network-setup.ts'
import { TagName } from './network.ts'
import { BitswapProtocol } from './protocols.ts'

const { V110, V120 } = BitswapProtocol

test('stop takes all back, tells readers and nobody else, and start may follow', async () => {
  const { host, network, receiver, clock } = await startNetwork()
  const connection = host.open(alice)
  host.identify(connection, [V120])
  const inbound = await host.inbound(connection, V120)
  const outbound = new FakeStream(V120)
  connection.answer = async () => outbound
  await network.openStream(alice)

  await network.stop()
  assert.equal(host.handlers.size, 0)
  assert.equal(host.listeners, 0)
  assert.equal(clock.pending, 0)
  assert.deepEqual([inbound.status, inbound.listeners, outbound.status, outbound.listeners], ['aborted', 0, 'aborted', 0])
  assert.deepEqual(receiver.told.slice(2), ['alice closed NotStartedError'])
  assert.deepEqual(network.peers(), [])

  host.close(connection)
  assert.equal(receiver.told.length, 3)
  await assert.rejects(network.openStream(alice), { name: 'NotStartedError' })
  await assert.rejects(network.connect(alice), { name: 'NotStartedError' })

  const again = new Recorder()
  await network.start(again)
  host.identify(host.open(bob), [V120])
  assert.deepEqual(again.told, [`bob connected ${V120}`])
})

test('start and stop called twice, or over each other, do each thing once', async () => {
  const { host, network, receiver } = createNetwork()

  await Promise.all([network.start(receiver), network.start(new Recorder())])
  assert.equal(host.listeners, 3)
  host.identify(host.open(alice), [V120])
  assert.equal(receiver.told.length, 1)

  await Promise.all([network.stop(), network.stop()])
  assert.equal(host.listeners, 0)

  await Promise.all([network.start(receiver), network.stop(), network.start(receiver)])
  assert.equal(host.handlers.size, 4)
  assert.equal(host.listeners, 3)
  await Promise.all([network.start(receiver), network.stop()])
  assert.equal(host.handlers.size, 0)
  assert.equal(host.listeners, 0)
})

test('where another Bitswap is there, start says so and leaves nothing', async () => {
  const { host, network, receiver } = createNetwork()
  await host.handle(V110, () => {}, {})
  await assert.rejects(network.start(receiver), { name: 'DuplicateProtocolHandlerError' })
  assert.equal(host.listeners, 0)
  assert.deepEqual([...host.handlers.keys()], [V110])

  await host.unhandle(V110)
  await network.start(receiver)
  assert.equal(host.handlers.size, 4)
})

test('a stop that cannot tell others logs it and stops', async () => {
  const { host, network, logger } = await startNetwork()
  host.unhandle = async protocol => {
    host.handlers.delete(protocol)
    throw new Error('the datastore is closed')
  }
  await network.stop()

  assert.equal(host.handlers.size, 0)
  assert.equal(logger.errors.length, 4)
})

for (const hung of ['tags', 'protocols']) {
  test(`stop waits no longer than closeTimeout for a peer store that never takes back ${hung}, and start may follow`, async () => {
    const { host, network, receiver, clock, logger } = await startNetwork({ closeTimeout: 50 })
    const never = new Promise<void>(() => {})
    const unhandle = host.unhandle.bind(host)

    host.tagging = async () => { await (hung === 'tags' ? never : undefined) }
    host.unhandle = async protocol => {
      await unhandle(protocol)
      await (hung === 'protocols' ? never : undefined)
    }
    network.tag(alice, TagName.Source, { value: 5, ttl: 1000 })
    const stopped = network.stop()
    await clock.run(stopped, { limit: 50 })
    assert.deepEqual([clock.now(), logger.errors.length, host.handlers.size, host.listeners], [50, 1, 0, 0])

    await network.start(receiver)
    assert.equal(host.handlers.size, 4)
  })
}

test('a stream that was being agreed on while we stopped is reset', async () => {
  const { host, network, receiver } = await startNetwork()
  const connection = host.open(alice)
  const { handler, options } = host.handlers.get(V120) ?? assert.fail('no handler')
  await network.stop()
  host.handlers.set(V120, { handler, options })

  const stream = await host.inbound(connection, V120)
  assert.equal(stream.status, 'aborted')
  assert.deepEqual(receiver.told, [])
})
