import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeHost } from '../../test/fake-libp2p.ts'
import { BitswapProtocol, PROTOCOLS } from './protocols.ts'
import { RegisteredProtocols } from './registered-protocols.ts'

const { V100, V110, V120, Unversioned } = BitswapProtocol
const options = { maxInboundStreams: 7 }

test('all four ids are handled when the call returns, with the options given', async () => {
  const host = new FakeHost()
  const protocols = new RegisteredProtocols(host, '')
  const registered = protocols.register(() => {}, options)

  assert.deepEqual([...host.handlers.keys()], PROTOCOLS)
  assert.equal(host.handlers.get(V120)?.options, options)
  await registered

  assert.deepEqual(await protocols.unregister(), [])
  assert.equal(host.handlers.size, 0)
})

test('a prefix stands before all ids, and bare ids are strangers', async () => {
  const host = new FakeHost()
  const protocols = new RegisteredProtocols(host, '/mine')
  await protocols.register(() => {}, options)

  assert.deepEqual([...host.handlers.keys()], PROTOCOLS.map(protocol => `/mine${protocol}`))
  assert.equal(protocols.protocolOf('/mine/ipfs/bitswap/1.1.0'), V110)
  assert.equal(protocols.protocolOf(V110), undefined)
  assert.deepEqual(protocols.among(['/ipfs/ping/1.0.0', '/mine/ipfs/bitswap', V110, '/mine/ipfs/bitswap/1.2.0']), [V120, Unversioned])
  assert.deepEqual(protocols.offer([V100])[0], '/mine/ipfs/bitswap/1.0.0')
})

test('what a peer speaks is offered first, then the rest, best first in each', () => {
  const protocols = new RegisteredProtocols(new FakeHost(), '')

  assert.deepEqual(protocols.offer([]), PROTOCOLS)
  assert.deepEqual(protocols.offer([Unversioned, V110]), [V110, Unversioned, V120, V100])
})

test('handlers of another Bitswap are left alone, and ours are taken back', async () => {
  const host = new FakeHost()
  const theirs = (): void => {}
  await host.handle(V110, theirs, {})

  const protocols = new RegisteredProtocols(host, '')
  await assert.rejects(protocols.register(() => {}, options), { name: 'DuplicateProtocolHandlerError' })
  await protocols.unregister()

  assert.deepEqual([...host.handlers.keys()], [V110])
  assert.equal(host.handlers.get(V110)?.handler, theirs)
})

test('a handler that could not be announced is taken back too', async () => {
  const host = new FakeHost()
  const handle = host.handle.bind(host)
  host.handle = async (...args) => {
    await handle(...args)
    throw new Error('the datastore is closed')
  }

  const protocols = new RegisteredProtocols(host, '')
  await assert.rejects(protocols.register(() => {}, options), { message: 'the datastore is closed' })
  await protocols.unregister()

  assert.equal(host.handlers.size, 0)
})

test('what fails when taking handlers back is returned, and the others are taken back', async () => {
  const host = new FakeHost()
  const unhandle = host.unhandle.bind(host)
  const failure = new Error('the datastore is closed')
  host.unhandle = async protocol => {
    await unhandle(protocol)

    if (protocol === V120) {
      throw failure
    }
  }

  const protocols = new RegisteredProtocols(host, '')
  await protocols.register(() => {}, options)

  assert.deepEqual(await protocols.unregister(), [failure])
  assert.equal(host.handlers.size, 0)
  assert.deepEqual(await protocols.unregister(), [], 'once')
})
