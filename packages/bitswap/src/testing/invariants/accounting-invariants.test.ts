import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BusyExchange } from '../../../test/support/busy-exchange.ts'
import { accountingViolations } from './accounting-invariants.ts'
import type { WireTotals } from './accounting-invariants.ts'

function violations (busy: BusyExchange, lossless: boolean = false): string[] {
  return accountingViolations(busy.exchange, { wire: busy.wire.of(busy.alice.peer), lossless })
}

test('what a busy exchange counts adds up at any time, and exactly once all is quiet', async () => {
  const busy = await new BusyExchange().start()

  await busy.until(() => {
    assert.deepEqual(violations(busy), [])

    return busy.net.clock.now() > 2500
  })
  const quiet = await busy.atQuietMoments(() => {
    const found = violations(busy, true)

    return () => { assert.deepEqual(found, []) }
  }, 5000)

  assert.ok(quiet > 10, `${quiet} quiet moments`)
  assert.ok(busy.exchange.stat().dataSent > 50_000 && busy.exchange.stat().dataReceived > 50_000)
})

test('what adds up goes on doing so after peers were parted and streams were reset', async () => {
  const busy = await new BusyExchange({ server: { maxReceiptsKept: 0 } }).start()
  const { net, alice, bob, carol } = busy

  for (let at = 60; at < 600; at += 60) {
    net.clock.timer(at, () => { busy.net.faults.resetStreams(alice.node, carol.node) })
  }

  net.clock.timer(90, () => { net.disconnect(alice.node, bob.node) })
  net.clock.timer(200, () => { net.connect(alice.node, bob.node) })
  await busy.until(() => {
    assert.deepEqual(violations(busy), [])

    return net.clock.now() > 2500
  })
})

test('bytes that were counted twice, or not at all, are named', async () => {
  const busy = await new BusyExchange().start()
  await busy.net.clock.advance(2500)
  const { client: { stats }, server: { stats: served, scores } } = busy.exchange.books

  Object.assign(served, { dataSent: served.dataSent + 1, blocksSent: served.blocksSent + 1 })
  Object.assign(stats, { dupDataReceived: stats.dupDataReceived + 1 })
  assert.match(violations(busy).join('\n'), /^\d+ bytes sent are counted, \d+ by the receipts$/m)
  assert.match(violations(busy).join('\n'), /^\d+ wanted bytes received are counted, \d+ by the receipts$/m)
  assert.match(violations(busy).join('\n'), /^\d+ blocks sent, or received and wanted are counted, \d+ by the receipts$/m)
  assert.match(violations(busy, true).join('\n'), /^\d+ bytes of blocks sent are counted, \d+ left$/m)

  scores.sent(busy.bob.peer.toString(), 1e6)
  scores.received(busy.bob.peer.toString(), 1e6)
  assert.match(violations(busy).join('\n'), /^\d+ bytes sent to peer …\w{8} are counted, only \d+ left$/m)
  assert.match(violations(busy).join('\n'), /^\d+ wanted bytes received from peer …\w{8} are counted, only \d+ arrived$/m)
})

test('what was not on the wire cannot have been counted', async () => {
  const busy = await new BusyExchange().start()
  await busy.net.clock.advance(2500)
  const nothing: WireTotals = { arrived: { messages: 0, blocks: 0, blockBytes: 0 }, left: { messages: 0, blocks: 0, blockBytes: 0 } }
  const all = accountingViolations(busy.exchange, { wire: new Map([['nobody', nothing]]) })

  assert.deepEqual(all.map(violation => violation.replace(/\d+ /, '')), [
    'bytes of blocks received are counted, only 0 arrived',
    'blocks received are counted, only 0 arrived',
    'messages received are counted, only 0 arrived',
    'bytes of blocks sent are counted, only 0 left',
    'blocks sent are counted, only 0 left',
    'messages sent are counted, only 0 left'
  ])
})
