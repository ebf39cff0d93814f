import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keys, Table } from '../../test/planner-table.ts'
import type { ClientPeer } from './client-peer.ts'

test('several connected peers are asked whether they have it; who has it is asked for it, and for the rest', () => {
  const table = new Table()
  const [a, b, c] = [table.connect(1), table.connect(2), table.connect(3)]
  const session = table.session()

  table.want(session, 0)
  assert.deepEqual([a, b, c].map(peer => table.told(peer)), [['h0'], ['h0'], ['h0']])

  table.dontHave(a, 0)
  table.have(b, 0)
  assert.deepEqual([a, b, c].map(peer => table.told(peer)), [[], ['b0'], []])

  table.want(session, 1)
  assert.deepEqual([a, b, c].map(peer => table.told(peer)), [[], ['b1'], []])
})

test('connected peers are asked in steps: 10, then 40 more, then the rest', () => {
  const table = new Table({ widenDelay: 100 })
  const peers = Array.from({ length: 80 }, (_, i) => table.connect(i + 1))
  const asked = (): number => peers.filter(peer => peer.wants.has(keys[0] as string)).length

  peers.forEach(peer => { peer.latency.add(10) })
  table.want(table.session(), 0)
  assert.equal(asked(), 10)
  table.pass(99)
  assert.equal(asked(), 10)
  table.pass(1)
  assert.equal(asked(), 50)
  table.pass(100)
  assert.equal(asked(), 80)
})

/** Milliseconds until the second step and the third, of 80 peers of which every second has the one latency and the others the other. */
function waits (...latencies: [number | undefined, number | undefined]): [number, number] {
  const table = new Table({ widenDelay: 100 })
  const asked = (): number => [...table.planner.board.peers.values()].filter(peer => peer.wants.has(keys[0] as string)).length
  const times: number[] = []

  for (let i = 0; i < 80; i++) {
    const peer = table.connect(i + 1)
    const latency = latencies[i % 2]

    // whoever was of use stands before who is faster
    Array.from({ length: 80 - i }).forEach(() => { peer.usefulness.had(0) })

    if (latency != null) {
      peer.latency.add(latency)
    }
  }

  table.want(table.session(), 0)

  for (const count of [50, 80]) {
    const start = table.now

    for (table.pass(1); asked() < count; table.pass(1)) {
      assert.ok(table.now < 5000)
    }

    times.push(table.now - start)
  }

  return times as [number, number]
}

test('the second step waits for the fastest of those asked, a wide one for the slowest, within bounds', () => {
  assert.deepEqual(waits(10, 10), [100, 100])
  assert.deepEqual(waits(10, 200), [100, 300])
  assert.deepEqual(waits(200, 100), [150, 300])
  assert.deepEqual(waits(400, 400), [500, 500])
  assert.deepEqual(waits(10, 4000), [100, 500])
})

test('a peer that never answered is given time to open its streams', () => {
  assert.deepEqual(waits(undefined, undefined), [200, 200])
  assert.deepEqual(waits(10, undefined), [100, 200])
})

test('those who had what was wanted are asked first, also when they have left and returned', () => {
  const table = new Table()
  const peers = Array.from({ length: 12 }, (_, i) => table.connect(i + 1))
  const [...last] = peers.slice(-2)
  const asked = (): number[] => [...table.planner.board.peers.values()].flatMap((peer, i) => peer.wants.has(keys[1] as string) ? [i] : [])

  table.want(table.session(), 0)
  table.pass(200 * 2)
  last.forEach(peer => { table.told(peer) })
  table.have(last[0] as ClientPeer, 0)
  table.have(last[1] as ClientPeer, 0)
  table.pass(100)
  table.disconnect(last[1] as ClientPeer)
  table.connect(12)
  table.want(table.session(), 1)
  assert.deepEqual(asked(), [0, 1, 2, 3, 4, 5, 6, 7, 10, 11])
})

test('the next step comes at once when the last has said no, and never exceeds the limit', () => {
  const table = new Table({ maxBroadcastPeers: 12 })
  const peers = Array.from({ length: 20 }, (_, i) => table.connect(i + 1))
  const asked = (): ClientPeer[] => peers.filter(peer => peer.wants.has(keys[0] as string))

  table.want(table.session(), 0)
  asked().forEach(peer => { table.told(peer) })
  table.dontHave(asked()[0] as ClientPeer, 0)
  assert.equal(asked().length, 10)
  asked().slice(1).forEach(peer => { table.dontHave(peer, 0) })
  assert.equal(asked().length, 12)
  asked().slice(10).forEach(peer => {
    table.told(peer)
    table.dontHave(peer, 0)
  })
  table.effects()
  assert.deepEqual(table.unavailable, [0])
  assert.equal(table.planner.skipped, 8)
  table.connect(21)
  assert.equal(asked().length, 12)
  assert.equal(table.planner.skipped, 9)
})

test('no broadcast at all when none is allowed', () => {
  const table = new Table({ maxBroadcastPeers: 0 })
  const a = table.connect(1)

  table.want(table.session(), 0)
  assert.deepEqual(table.told(a), [])
  assert.equal(table.planner.skipped, 1)

  const b = table.connect(2)
  assert.deepEqual(table.told(b), [])
  assert.equal(table.planner.skipped, 2)
})

test('64 wants at once are asked of everybody, more when one of them has ended', () => {
  const table = new Table({ widenDelay: 100 })
  const peers = Array.from({ length: 60 }, (_, i) => table.connect(i + 1))
  const last = (): number => Math.min(...peers.map(peer => peer.wants.size))
  const session = table.session()

  table.want(session, ...Array.from({ length: 65 }, (_, i) => i))
  peers.forEach(peer => { table.told(peer) })
  table.pass(1000)
  peers.forEach(peer => { table.told(peer) })
  assert.equal(last(), 64)
  peers.forEach(peer => { table.dontHave(peer, 0) })
  table.pass(100)
  assert.equal(last(), 65)
})

test('who connects in the middle of a look-up is asked when its turn comes, and at once when all others were', () => {
  const table = new Table({ widenDelay: 100 })
  const peers = Array.from({ length: 20 }, (_, i) => table.connect(i + 1))

  table.want(table.session(), 0)

  const inTheMiddle = table.connect(21)
  assert.deepEqual(table.told(inTheMiddle), [])
  table.pass(200)
  assert.deepEqual(table.told(inTheMiddle), ['h0'])
  assert.equal(peers.filter(peer => peer.wants.has(keys[0] as string)).length, 20)
  assert.deepEqual(table.told(table.connect(22)), ['h0'])
})

test('after misses, peers that the session does not know are asked along', () => {
  const table = new Table()
  const [a, ...others] = Array.from({ length: 6 }, (_, i) => table.connect(i + 1)) as [ClientPeer, ...ClientPeer[]]
  const session = table.session()
  const asked = (): string[][] => others.map(peer => table.told(peer))

  table.planner.found.peerJoins(session, a, 0)
  session.miss(a)
  table.want(session, 0)
  assert.deepEqual([table.told(a), asked()], [['b0'], [[], [], [], [], []]])
  session.miss(a)
  table.want(session, 1)
  assert.deepEqual([table.told(a), asked()], [['b1'], [['h1'], ['h1'], [], [], []]])
})

test('nobody is asked along with a peer that has said that it has it', () => {
  const table = new Table()
  const peers = Array.from({ length: 14 }, (_, i) => table.connect(i + 1))
  const session = table.session()

  session.miss(peers[0] as ClientPeer)
  table.want(session, 0)
  session.miss(peers[0] as ClientPeer)
  table.have(peers[0] as ClientPeer, 0)
  assert.deepEqual(table.told(peers[0] as ClientPeer), ['b0'])
  assert.deepEqual(peers.slice(10).flatMap(peer => table.told(peer)), [])
})

test('who connects when it is known who has the block is not asked', () => {
  const table = new Table()
  const [a] = [table.connect(1), table.connect(2)]

  table.want(table.session(), 0)
  table.have(a, 0)
  assert.deepEqual(table.told(table.connect(3)), [])
})

test('only so many wants are looked for at once; the next follow when these are found or given up', () => {
  const table = new Table({ maxLooking: 2 })
  const [a, b] = [table.connect(1), table.connect(2)]
  const session = table.session()

  table.want(session, 0, 1, 2, 3)
  assert.deepEqual(table.told(a), ['h0', 'h1'])
  table.told(b)
  table.dontHave(a, 0)
  table.dontHave(b, 0)
  assert.deepEqual(table.told(a), ['h2'])
  table.have(b, 1)
  assert.deepEqual(table.told(b).filter(word => word.startsWith('b')), ['b1', 'b3'])
})

test('what everybody lacks is asked for again with growing delays, as a cancel and a new want', () => {
  const table = new Table({ refreshDelay: 1000, maxRefreshDelay: 3000 })
  const [a, b] = [table.connect(1), table.connect(2)]
  const refuse = (): void => {
    table.dontHave(a, 0)
    table.dontHave(b, 0)
  }

  table.want(table.session(), 0)
  assert.deepEqual(table.told(a), ['h0'])
  table.told(b)
  refuse()

  for (const delay of [1000, 2000, 3000, 3000]) {
    table.pass(delay - 1)
    assert.deepEqual(table.told(a), [])
    table.pass(1)
    assert.deepEqual(table.told(a), ['c0', 'h0'])
    table.told(b)
    refuse()
  }
})

test('a peer that lacked a block may send it later, unasked', () => {
  const table = new Table()
  const [a, b] = [table.connect(1), table.connect(2)]

  table.want(table.session(), 0)
  table.told(a)
  table.told(b)
  table.dontHave(a, 0)
  table.dontHave(b, 0)
  table.block(a, 0)
  assert.equal(table.state(0), undefined)
  assert.deepEqual([table.told(a), table.told(b)], [[], ['c0']])
})

test('a peer that connects is asked for what nobody has, and only for that', () => {
  const table = new Table()
  const [a, b] = [table.connect(1), table.connect(2)]
  const session = table.session()

  table.want(session, 0, 1)
  table.have(a, 0)
  table.dontHave(a, 1)
  table.dontHave(b, 1)
  assert.deepEqual(table.told(table.connect(3)), ['h1'])
})

test('an exclusive session asks nobody but its own peers', () => {
  const table = new Table()
  const [a, b] = [table.connect(1), table.connect(2)]
  const session = table.session(true)

  table.planner.found.dialsChanged(session, 1, 0)
  table.want(session, 0)
  table.effects()
  assert.deepEqual([table.told(a), table.told(b), table.unavailable], [[], [], []])

  table.planner.found.peerJoins(session, a, 0)
  table.planner.found.dialsChanged(session, -1, 0)
  assert.deepEqual([table.told(a), table.told(b)], [['b0'], []])
  table.dontHave(a, 0)
  table.effects()
  assert.deepEqual(table.unavailable, [0])
  assert.deepEqual(table.told(b), [])
})

test('an exclusive session whose dials all failed says so', () => {
  const table = new Table()
  const session = table.session(true)

  table.connect(1)
  table.planner.found.dialsChanged(session, 1, 0)
  table.want(session, 0)
  table.planner.found.dialsChanged(session, -1, 0)
  table.effects()
  assert.deepEqual(table.unavailable, [0])
})

test('peers of old protocols are asked for the block, as they cannot say that they have it', () => {
  const table = new Table()
  const old = table.connect(1, { have: false, prefix: true })
  const other = table.connect(2)

  table.want(table.session(), 0)
  assert.deepEqual([table.told(old), table.told(other)], [['b0'], ['h0']])
  table.have(other, 0)
  assert.deepEqual(table.told(other), ['b0'])
})

test('a peer without CID prefixes is asked only for what a CIDv0 can name', () => {
  const table = new Table()
  const old = table.connect(1, { have: false, prefix: false })

  table.want(table.session(), 0) // a raw CIDv1
  table.effects()
  assert.deepEqual(table.told(old), [])
  assert.deepEqual(table.unavailable, [0])
})

test('who said nothing is asked again sooner than who said no', () => {
  const table = new Table({ dontHaveTimeout: 1000, refreshDelay: 30_000 })
  const [a, b] = [table.connect(1), table.connect(2)]

  table.want(table.session(), 0)
  table.told(a)
  table.told(b)
  table.dontHave(b, 0)
  table.pass(1999)
  assert.deepEqual(table.told(b), [])
  table.pass(1)
  assert.deepEqual(table.told(b), ['c0', 'h0'])
})
