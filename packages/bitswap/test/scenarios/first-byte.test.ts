/** The first bytes of a file are what its reader waits for, whatever else is asked for at the same time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CID } from 'multiformats/cid'
import { fileDag, VirtualNetwork } from 'ts-bitswap/testing'
import type { Dag, Instance, VirtualNetworkInit } from 'ts-bitswap/testing'
import type { Session } from 'ts-bitswap'

const LATENCY = 20
const ROUND_TRIP = 2 * LATENCY
const LEAF = 262_144

/** Asked for together, as a reader that reads ahead does. */
const AHEAD = 32

/** So wide that a leaf, and what came before it, goes at once. yamux starts with 256 KiB, and the sender waits for more. */
const WIDE = 1_048_576

/** A leaf takes so long on the wire where there is a rate. */
const LEAF_TIME = 2 * ROUND_TRIP

interface Setting {
  net: VirtualNetwork
  alice: Instance
  bob: Instance
  dag: Dag
}

/** Bob has a file of three levels: its root, 4 nodes, 128 leaves. */
async function setup (init: VirtualNetworkInit = {}): Promise<Setting> {
  const net = new VirtualNetwork({ latency: LATENCY, ...init })
  const [alice, bob] = await net.instances(2)
  const dag = await fileDag({ leaves: 128, leafSize: LEAF, fanout: 32 })

  bob.hold(...dag.blocks)

  return { net, alice, bob, dag }
}

/** Reads down to the first leaf, level by level; on each, those after it are asked for in the same turn. */
async function readFirst (session: Session, { root, children }: Dag): Promise<void> {
  for (let cids: readonly CID[] = [root]; cids.length > 0;) {
    const [first, ...others] = cids.slice(0, AHEAD)
    const read = session.getBlock(first)

    for (const cid of others) {
      session.getBlock(cid).catch(() => undefined) // the session is closed before most have come
    }

    await read
    cids = children(first)
  }
}

/** Milliseconds until the first leaf is here, and messages with wants on the way. */
async function measure ({ net, alice, bob, dag }: Setting): Promise<{ time: number, messages: number }> {
  const session = alice.bitswap.newSession()
  const start = net.clock.now()
  const before = bob.bitswap.stat().messagesReceived

  await net.clock.run(readFirst(session, dag))
  const time = net.clock.now() - start
  const messages = bob.bitswap.stat().messagesReceived - before
  session.close()

  return { time, messages }
}

async function openStreams ({ net, alice, bob }: Setting): Promise<void> {
  await net.clock.run(alice.bitswap.getBlock(await bob.put('before')))
}

test('the first bytes of a file of three levels take a round trip and a message for each level, once the streams are open', async () => {
  const setting = await setup({ window: WIDE })

  await openStreams(setting)
  assert.deepEqual(await measure(setting), { time: 3 * ROUND_TRIP, messages: 3 })
  await setting.net.close()
})

test('the first bytes of a file take two round trips more when no stream is open, and one more when a leaf is larger than the window', async () => {
  const cold = await setup({ window: WIDE })

  assert.deepEqual(await measure(cold), { time: 5 * ROUND_TRIP, messages: 3 })
  await cold.net.close()

  const narrow = await setup()

  assert.deepEqual(await measure(narrow), { time: 6 * ROUND_TRIP, messages: 3 })
  await narrow.net.close()
})

test('the first leaf waits for none of those that are asked for with it', async () => {
  const setting = await setup({ window: WIDE, rate: LEAF / LEAF_TIME * 1000 })

  await openStreams(setting)
  const { time } = await measure(setting)

  assert.ok(time < 3 * ROUND_TRIP + 1.2 * LEAF_TIME, `${time}`) // the nodes and the wants take some of it
  await setting.net.close()
})
