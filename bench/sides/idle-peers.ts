/**
 * Peers that are connected and idle, in memory: prints what the heap holds for
 * each, in bytes, once they are connected and once each has sent a block and
 * been sent one. With `--bare` there is no Bitswap at their one partner: what
 * the network of the test takes, which is in both.
 *
 * Needs `--expose-gc`, and a process of its own.
 */
import { parseArgs } from 'node:util'
import type { CID } from 'multiformats/cid'
import type { Block } from 'ts-bitswap/message'
import { frameOf, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance, PartialMessage, RawPeer } from 'ts-bitswap/testing'

/** Longer than streams are kept, and than anything is remembered only for a while. In milliseconds. */
const IDLE = 600_000

/** Peers that come first and are not counted: with them comes what is there once, as compiled code. */
const FIRST = 300

const { values } = parseArgs({ options: { peers: { type: 'string', default: '1000' }, bare: { type: 'boolean', default: false } } })
const count = Number(values.peers)
const network = new VirtualNetwork({ check: false, trace: { maxEntries: 0 } })
const [offered, wanted] = await randomBlocks(2, { size: 1024 })

if (globalThis.gc == null || offered == null || wanted == null) {
  throw new Error('needs --expose-gc')
}

async function heap (): Promise<number> {
  await network.advance(IDLE)

  // what one has freed may let the next free more
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.()
    await network.advance(1)
  }

  return process.memoryUsage().heapUsed
}

type Partner = Instance | RawPeer

const asks = (cid: CID): PartialMessage => ({ wants: [{ cid, wantType: 'block', priority: 1, sendDontHave: true }] })

async function say (peer: RawPeer, to: Partner, said: PartialMessage): Promise<void> {
  const { stream } = await peer.open(to)

  stream.send(frameOf(said))
  await stream.close()
}

/** On two streams that stay open, as ours keeps them. */
async function askAndSend (partner: RawPeer, peer: RawPeer, mine: Block, theirs: Block): Promise<void> {
  for (const said of [{ blocks: [mine] }, asks(theirs.cid)]) {
    const { stream } = await partner.open(peer)

    stream.send(frameOf(said))
  }
}

/** It is sent a block, and sends one. */
async function exchange (partner: Partner, peer: RawPeer, mine: Block, theirs: Block): Promise<void> {
  peer.onMessage = (_, { wants }) => {
    if (wants.length > 0) {
      void say(peer, partner, { blocks: [theirs] })
    }
  }
  await network.run(say(peer, partner, asks(mine.cid)))

  if ('bitswap' in partner) {
    await network.run(partner.bitswap.getBlock(theirs.cid, { providers: [peer.peer], onlyProviders: true }))
    partner.store.delete(theirs.cid)
  } else {
    await network.run(askAndSend(partner, peer, mine, theirs))
  }

  await network.advance(1)

  if (!peer.messages.some(({ blocks }) => blocks.length > 0)) {
    throw new Error('it was not sent the block')
  }

  // what is kept to be looked at
  for (const { streams } of 'bitswap' in partner ? [peer] : [peer, partner]) {
    for (const { messages, pieces } of streams.splice(0)) {
      messages.length = 0
      pieces.length = 0
    }
  }

  peer.onMessage = undefined
}

const hub = values.bare ? undefined : (await network.instances(1))[0]
const partner = hub ?? await network.rawPeer()

hub?.hold(offered)

async function connect (count: number): Promise<RawPeer[]> {
  const peers: RawPeer[] = []

  for (let i = 0; i < count; i++) {
    const peer = await network.rawPeer()

    network.connect(partner, peer)
    peers.push(peer)
  }

  return peers
}

async function exchangeWith (peers: readonly RawPeer[], mine: Block, theirs: Block): Promise<void> {
  for (const peer of peers) {
    await exchange(partner, peer, mine, theirs)
  }
}

await exchangeWith(await connect(FIRST), offered, wanted)

const before = await heap()
const peers = await connect(count)
const connected = await heap()

await exchangeWith(peers, offered, wanted)

const exchanged = await heap()

console.log(JSON.stringify({ connected: (connected - before) / count, exchanged: (exchanged - before) / count }))
