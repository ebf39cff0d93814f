import assert from 'node:assert/strict'
import { test } from 'node:test'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { filterOf, recordOf } from './record.ts'

const id = peerIdFromString('12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8')
const relay = '12D3KooWBhMbLvQ5qSGMRqMLHLDFuRzHZxL1yQvcHXvCGeF2zvZb'
const TCP = '/ip4/1.2.3.4/tcp/4001'
const QUIC = '/ip4/1.2.3.4/udp/4001/quic-v1'
const CIRCUIT = `/ip4/9.9.9.9/tcp/4001/p2p/${relay}/p2p-circuit`

function kept (query: string, addresses: string[] = [TCP, QUIC, CIRCUIT], protocols: string[] = []): string[] | undefined {
  return recordOf({ id, multiaddrs: addresses.map(each => multiaddr(each)), protocols }, filterOf(new URLSearchParams(query)))?.Addrs
}

test('without filters a record says all, and its addresses do not repeat the id', () => {
  assert.deepEqual(recordOf({ id, multiaddrs: [multiaddr(`${TCP}/p2p/${id}`)], protocols: ['transport-bitswap'] }, { addresses: [], protocols: [] }), {
    Schema: 'peer',
    ID: id.toString(),
    Addrs: [TCP],
    Protocols: ['transport-bitswap']
  })
  assert.deepEqual(kept('', []), [])
  assert.deepEqual(kept(''), [TCP, QUIC, CIRCUIT])
})

test('addresses are filtered by what stands in them, and a peer that has none left is left out', () => {
  assert.deepEqual(kept('filter-addrs=tcp'), [TCP, CIRCUIT])
  assert.deepEqual(kept('filter-addrs=!p2p-circuit'), [TCP, QUIC])
  assert.deepEqual(kept('filter-addrs=!p2p-circuit,tcp'), [TCP])
  assert.deepEqual(kept('filter-addrs=quic-v1,webtransport'), [QUIC])
  assert.deepEqual(kept('filter-addrs=TCP, quic-v1 ,'), [TCP, QUIC, CIRCUIT])
  assert.equal(kept('filter-addrs=webtransport'), undefined)
  assert.equal(kept('filter-addrs=!ip4'), undefined)
})

test('a peer without addresses passes a filter of addresses only where unknown is asked for', () => {
  assert.equal(kept('filter-addrs=tcp', []), undefined)
  assert.deepEqual(kept('filter-addrs=tcp,unknown', []), [])
  assert.deepEqual(kept('filter-addrs=unknown', []), [])
  assert.equal(kept('filter-addrs=unknown'), undefined)
  assert.deepEqual(kept('filter-addrs=!p2p-circuit,unknown'), [TCP, QUIC])
})

test('peers are filtered by how they send blocks', () => {
  assert.deepEqual(kept('filter-protocols=transport-bitswap', [TCP], ['transport-bitswap']), [TCP])
  assert.deepEqual(kept('filter-protocols=Transport-Bitswap,x', [TCP], ['transport-bitswap']), [TCP])
  assert.equal(kept('filter-protocols=transport-bitswap', [TCP]), undefined)
  assert.deepEqual(kept('filter-protocols=transport-bitswap,unknown', [TCP]), [TCP])
  assert.equal(kept('filter-protocols=unknown', [TCP], ['transport-bitswap']), undefined)
})

test('64 addresses of a peer are named, and no more', () => {
  const addresses = (count: number): string[] => Array.from({ length: count }, (_, index) => `/ip4/1.2.3.4/tcp/${index + 1}`)

  assert.equal(kept('', addresses(64))?.length, 64)
  assert.equal(kept('', addresses(65))?.length, 64)
})
