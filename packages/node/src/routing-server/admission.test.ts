import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Admission } from './admission.ts'
import { clientOf } from './client-of.ts'

test('all addresses of a /64 are one client', () => {
  const admission = new Admission({ max: 10, maxPerClient: 2 })

  assert.deepEqual(['2001:db8::1', '2001:db8:0:0:ffff::2', '2001:db8::3', '2001:db8:0:1::1'].map(address => admission.enter(address)), [true, true, false, true])
  admission.leave('2001:db8::1')
  assert.deepEqual(['2001:db8::4', '2001:db8::5'].map(address => admission.enter(address)), [true, false])
})

test('an IPv4 address that is written as an IPv6 one is that of the client', () => {
  const admission = new Admission({ max: 10, maxPerClient: 1 })

  assert.deepEqual(['::ffff:10.0.0.1', '10.0.0.1', '::ffff:a00:1', '10.0.0.2', '::ffff:10.0.0.3'].map(address => admission.enter(address)), [true, false, false, true, true])
})

test('no more clients are remembered than are answered, and none that has its answer', () => {
  const admission = new Admission({ max: 3, maxPerClient: 2 })
  const addresses = Array.from({ length: 1_000 }, (_, index) => `2001:db8:0:${index.toString(16)}::1`)
  const entered = addresses.filter(address => admission.enter(address))

  assert.deepEqual([entered.length, admission.clients], [3, 3])
  entered.forEach(address => { admission.leave(address) })
  assert.equal(admission.clients, 0)
})

test('a client is known by its address, however that is written', () => {
  const clients = {
    '10.0.0.1': '10.0.0.1',
    '::ffff:255.254.0.1': '255.254.0.1',
    '0:0:0:0:0:FFFF:0A00:0001': '10.0.0.1',
    '::1': '0:0:0:0::/64',
    '::': '0:0:0:0::/64',
    '1::': '1:0:0:0::/64',
    '2001:DB8:1:2:3:4:5:6': '2001:db8:1:2::/64',
    '2001:db8:1:2::10.0.0.1': '2001:db8:1:2::/64',
    '1:2:3:4:5:6:10.0.0.1': '1:2:3:4::/64',
    '::ffff:0:10.0.0.1': '0:0:0:0::/64',
    'fe80::1%eth0': 'fe80:0:0:0::/64%eth0',
    'fe80::2%eth1': 'fe80:0:0:0::/64%eth1',
    '': '',
    'unknown%x': 'unknown%x'
  }

  assert.deepEqual(Object.fromEntries(Object.keys(clients).map(address => [address, clientOf(address)])), clients)
})
