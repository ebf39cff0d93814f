/** Behaviours of the serving side that boxo has tests for, and that show on the wire only. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { identity } from 'multiformats/hashes/identity'
import { randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { WantEntry } from 'ts-bitswap/message'

const RAW = 0x55
const SHA2_512 = 0x13

/** A digest of 200 bytes: the CID is longer than those that are read. Unlike boxo we charge for that, 64 of them as one message that is none. */
const LONG = CID.createV1(RAW, Digest.create(SHA2_512, new Uint8Array(200)))

const IDENTITY = CID.createV1(RAW, identity.digest(Uint8Array.of(1, 2, 3)))

function want (cid: CID, wantType: WantEntry['wantType']): WantEntry {
  return { cid, priority: 1, wantType, sendDontHave: true }
}

for (const [name, cid] of [['with CIDs that are too long', LONG], ['with identity CIDs', IDENTITY]] as const) {
  test(`entries ${name} are ignored, however many come, and what comes with them is served on the same connection`, async () => {
    const net = new VirtualNetwork({ latency: 20 })
    const [bob] = await net.instances(1)
    const raw = await net.rawPeer()
    const [block] = await randomBlocks(1)

    net.connect(bob, raw)
    bob.hold(block)

    for (let time = 0; time < 100; time++) {
      await net.run(raw.send(bob, { wants: [want(cid, 'block')] }))
      await net.run(raw.send(bob, { wants: [want(cid, 'have')] }))
      await net.run(raw.send(bob, { cancels: [cid] }))
    }

    await net.run(raw.send(bob, { wants: [want(cid, 'have'), want(block.cid, 'block')] }))
    await net.advance(1000)
    assert.deepEqual(raw.messages.flatMap(({ blocks }) => blocks.map(({ bytes }) => bytes)), [block.bytes])
    assert.deepEqual(raw.messages.flatMap(({ presences }) => presences), [])
    assert.equal(raw.connected.size, 1)
    assert.equal(await raw.isHeardBy(bob), true)
    assert.equal(bob.bitswap.stat().malformedReceived, cid === LONG ? 301 : 0)
    assert.deepEqual(bob.bitswap.wantlistForPeer(raw.peer), [])
    await net.close()
  })
}
