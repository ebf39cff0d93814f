import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNode } from './create-node.ts'
import { listenError } from './listen-error.ts'

test('an address in use is named, with the reason and nothing else', async () => {
  const first = await createNode({ listen: ['/ip4/127.0.0.1/tcp/0'] })

  await first.start()

  try {
    const listen = first.addresses().map(address => String(address).replace(/\/p2p\/.*/, ''))
    const second = await createNode({ listen })

    await assert.rejects(second.start(), {
      name: 'ListenError',
      addresses: listen,
      message: /^cannot listen at \/ip4\/127\.0\.0\.1\/tcp\/\d+: EADDRINUSE: address already in use 127\.0\.0\.1:\d+$/
    })
  } finally {
    await first.stop()
  }
})

test('an address of a kind we cannot listen at is named', async () => {
  const node = await createNode({ listen: ['/ip4/127.0.0.1/udp/0'] })

  await assert.rejects(node.start(), { name: 'ListenError', message: 'cannot listen at /ip4/127.0.0.1/udp/0: No transport was configured to listen on this address' })
})

test('any other error stays as it is', () => {
  const error = new Error('other')

  assert.equal(listenError(error), error)
})
