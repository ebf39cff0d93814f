import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Key } from 'interface-datastore/key'
import { DhtRecords } from './dht-records.ts'

const HOUR = 3_600_000

function key (block: string, peer: string): Key {
  return new Key(`/dht/provider/${block}/${peer}`)
}

async function list (records: DhtRecords, prefix: string): Promise<string[]> {
  const names: string[] = []

  for await (const { key } of records.query({ prefix })) {
    names.push(key.toString().slice('/dht/provider/'.length))
  }

  return names
}

test('records are kept by block, read, and deleted', async () => {
  const records = new DhtRecords('me', 10)

  for (const name of [key('a', 'x'), key('a', 'y'), key('ab', 'x')]) {
    records.put(name, Uint8Array.of(1))
  }

  records.put(key('a', 'x'), Uint8Array.of(2))
  assert.deepEqual([records.size, records.get(key('a', 'x')), records.has(key('a', 'z'))], [3, Uint8Array.of(2), false])
  assert.deepEqual(await list(records, '/dht/provider/a'), ['a/y', 'a/x'])
  assert.deepEqual((await list(records, '/dht/provider')).toSorted(), ['a/x', 'a/y', 'ab/x'])
  records.delete(key('a', 'x'))
  assert.deepEqual([records.size, records.has(key('a', 'x'))], [2, false])
  assert.throws(() => records.get(key('a', 'x')), { name: 'NotFoundError' })
})

test('over the bound those go whose block was written of the longest ago', async () => {
  const records = new DhtRecords('me', 8)

  for (let i = 0; i < 8; i++) {
    records.put(key(`b${i}`, 'x'), Uint8Array.of(i))
  }

  records.put(key('b0', 'y'), Uint8Array.of(1)) // its block is the youngest now
  assert.equal(records.size, 6)
  assert.deepEqual(await list(records, '/dht/provider'), ['b4/x', 'b5/x', 'b6/x', 'b7/x', 'b0/x', 'b0/y'])
})

test('of one block no more than 256 are kept', () => {
  const records = new DhtRecords('me', 1000)

  for (let i = 0; i < 300; i++) {
    records.put(key('a', `p${i}`), Uint8Array.of(1))
  }

  assert.deepEqual([records.size, records.has(key('a', 'p43')), records.has(key('a', 'p44'))], [256, false, true])
})

test('our own are there for who asks, are not listed with all, and are dropped after 48 hours', async () => {
  let now = 0
  const records = new DhtRecords('me', 10, () => now)

  records.put(key('a', 'me'), Uint8Array.of(1))
  records.put(key('a', 'you'), Uint8Array.of(1))
  assert.deepEqual(await list(records, '/dht/provider'), ['a/you'])
  now = 48 * HOUR
  await list(records, '/dht/provider')
  assert.deepEqual(await list(records, '/dht/provider/a'), ['a/me', 'a/you'])
  now++
  await list(records, '/dht/provider')
  assert.deepEqual(await list(records, '/dht/provider/a'), ['a/you'])
})
