import assert from 'node:assert/strict'
import test from 'node:test'
import { checkLayers, type Manifest } from './check-layers.ts'
import { parseSource } from './source/source.ts'

const MANIFESTS: readonly Manifest[] = [
  {
    folder: 'packages/bitswap',
    name: 'ts-bitswap',
    dependencies: { multiformats: '1' },
    exports: { '.': {}, './message': {} }
  },
  { folder: 'packages/node', name: 'ts-bitswap-node', dependencies: { 'ts-bitswap': '1', '@libp2p/tcp': '1' }, exports: { '.': {} } }
]

function messages (path: string, text: string): string[] {
  return checkLayers([parseSource(path, text)], MANIFESTS).map(({ message }) => message)
}

const library = (path: string): string => `packages/bitswap/src/${path}`

test('client and server do not import each other, nor the network', () => {
  assert.deepEqual(messages(library('client/session.ts'), "import '../server/engine.ts'"), ['must not import packages/bitswap/src/server/engine.ts'])
  assert.deepEqual(messages(library('server/engine.ts'), "import type { A } from '../client/session.ts'"), ['must not import packages/bitswap/src/client/session.ts'])
  assert.equal(messages(library('network/inbound.ts'), "import '../server/engine.ts'").length, 1)
  assert.equal(messages(library('client/session.ts'), "import '../network/network.ts'").length, 1)
})

test('core imports nothing of ours, message only core', () => {
  assert.equal(messages(library('core/heap.ts'), "import '../errors.ts'").length, 1)
  assert.equal(messages(library('message/codec.ts'), "import '../errors.ts'").length, 1)
  assert.deepEqual(messages(library('message/codec.ts'), "import '../core/cid-map.ts'\nimport './varint.ts'"), [])
})

test('every part may throw the errors of the root and name its types', () => {
  for (const part of ['network', 'client', 'server']) {
    assert.deepEqual(messages(library(`${part}/part.ts`), "import '../errors.ts'\nimport type { Stat } from '../api.ts'\nimport '../message/message.ts'"), [])
    assert.equal(messages(library(`${part}/part.ts`), "import '../bitswap.ts'").length, 1)
  }
})

test('of the files at the root only the switchboard and the door see all parts', () => {
  assert.deepEqual(messages(library('bitswap.ts'), "import './client/client.ts'\nimport './server/server.ts'\nimport './network/messenger.ts'"), [])
  assert.deepEqual(messages(library('options.ts'), "import './client/options.ts'"), [])
  assert.equal(messages(library('options.ts'), "import './client/client.ts'").length, 1)
  assert.equal(messages(library('metrics.ts'), "import './client/client.ts'").length, 1)
  assert.deepEqual(messages(library('metrics.ts'), "import type { Client } from './client/client.ts'"), [])
  assert.equal(messages(library('metrics.ts'), "import type { Clock } from './testing/virtual-clock.ts'").length, 1)
})

test('only testing sees the network from outside, and nobody sees testing', () => {
  assert.deepEqual(messages(library('testing/virtual-network.ts'), "import '../network/network.ts'"), [])
  assert.equal(messages(library('bitswap.ts'), "import './testing/virtual-clock.ts'").length, 1)
  assert.deepEqual(messages(library('client/client.test.ts'), "import '../testing/virtual-clock.ts'"), [])
})

test('testing looks into the books of client and server', () => {
  for (const books of ['client/want.ts', 'server/engine.ts', 'books.ts']) {
    assert.deepEqual(messages(library('testing/invariants/board-invariants.ts'), `import '../../${books}'`), [])
  }

  assert.equal(messages(library('client/client.ts'), "import type { Books } from '../testing/invariants/board-invariants.ts'").length, 1)
})

test('nobody imports the index of their own folder', () => {
  assert.deepEqual(messages(library('client/session.ts'), "import './index.ts'"), ['imports the index of its own folder, packages/bitswap/src/client/index.ts'])
  assert.equal(messages(library('client/session.test.ts'), "import './index.ts'").length, 1)
  assert.deepEqual(messages(library('client/index.test.ts'), "import './index.ts'"), [])
  assert.equal(messages('packages/node/src/node/stores.ts', "import '../index.ts'").length, 1)
  assert.deepEqual(messages(library('bitswap.ts'), "import './client/index.ts'"), [])
})

test('others come in through public doors', () => {
  const node = 'packages/node/src/node/create-node.ts'

  assert.deepEqual(messages(node, "import 'ts-bitswap'\nimport 'ts-bitswap/message'"), [])
  assert.deepEqual(messages(node, "import 'ts-bitswap/client'"), ['ts-bitswap/client is not a public door of ts-bitswap'])
  assert.equal(messages(node, "import '../../../bitswap/src/bitswap.ts'").length, 1)
  assert.equal(messages('interop/kubo.test.ts', "import '../packages/bitswap/src/bitswap.ts'").length, 1)
  assert.deepEqual(messages('bench/micro/message/codec.bench.ts', "import '../../../packages/bitswap/src/message/codec.ts'"), [])
})

test('modules of Node stay out of the library, but not out of its tests', () => {
  assert.deepEqual(messages(library('core/heap.ts'), "import { join } from 'node:path'"), ['node:path in a package for browsers'])
  assert.deepEqual(messages(library('core/heap.test.ts'), "import test from 'node:test'"), [])
  assert.deepEqual(messages('packages/node/src/node/repo.ts', "import 'node:path'"), [])
})

test('what is imported is declared', () => {
  assert.deepEqual(messages('packages/node/src/node/hosts.ts', "import '@libp2p/tcp'\nimport '@libp2p/tls'"), ['@libp2p/tls is not among the dependencies of ts-bitswap-node'])
  assert.deepEqual(messages(library('core/cid-map.ts'), "import type { CID } from 'multiformats/cid'"), [])
})

test('a folder for leftovers and a cycle are refused', () => {
  assert.equal(messages('packages/node/src/utils/time.ts', '').length, 1)

  const sources = [parseSource(library('core/a.ts'), "import './b.ts'"), parseSource(library('core/b.ts'), "import './a.ts'")]

  assert.deepEqual(checkLayers(sources, MANIFESTS).map(({ message }) => message), [
    'cycle: packages/bitswap/src/core/a.ts → packages/bitswap/src/core/b.ts → packages/bitswap/src/core/a.ts'
  ])
})

test('production code does not import a test', () => {
  assert.equal(messages(library('client/client.ts'), "import './client.test.ts'").length, 1)
})
