import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PUBLIC_BOOTSTRAP, PUBLIC_DELEGATED } from '../routing/public-routers.ts'
import { assertPrivate, publicParts } from './public-parts.ts'

test('what is public is named, all of it', () => {
  const addresses = [
    '/dnsaddr/bootstrap.libp2p.io/p2p/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN',
    '/ip4/104.131.131.82/tcp/4001/p2p/QmaCpDMGvV2BGHeYERUEnRQAwe3N8SzbUtfsmvsqQLuvuJ',
    'https://delegated-ipfs.dev',
    'https://cid.contact/routing/v1',
    'https://CID.contact:443'
  ]

  assert.throws(() => { assertPrivate({ addresses, publicDht: true, upnp: true }) }, {
    name: 'PublicPartsError',
    parts: ['the public DHT', 'UPnP', ...addresses],
    message: /^a private network must not use what is public: the public DHT, UPnP, \/dnsaddr/
  })
})

test('whatever a node uses of the public network is known as public', () => {
  const peers = PUBLIC_BOOTSTRAP.map(address => `/ip4/1.2.3.4/tcp/1/p2p/${address.split('/').at(-1)}`)

  assert.deepEqual(publicParts({ addresses: [...PUBLIC_BOOTSTRAP, ...PUBLIC_DELEGATED, ...peers] }), [...PUBLIC_BOOTSTRAP, ...PUBLIC_DELEGATED, ...peers])
})

test("one's own servers are private, wherever they are", () => {
  const addresses = [
    '/ip4/8.8.8.8/tcp/4001/p2p/12D3KooWBhMbLvQ5qSGMRqMLHLDFuRzHZxL1yQvcHXvCGeF2zvZb',
    '/dns4/relay.example/tcp/4001',
    'http://10.0.0.1:8080',
    'https://delegated-ipfs.dev.example'
  ]

  assert.deepEqual(publicParts({ addresses }), [])
  assertPrivate({ addresses, publicDht: false, upnp: false })
  assertPrivate({})
})
