/** What users can ask: whom a session asks first and why, where a want stands and what comes next. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { PastWantStep } from 'ts-bitswap'
import { playAllTalk, playEmpty, playSilent, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import { collect } from '../support/collect.ts'

const LATENCY = 20
const MB = 1_000_000

/** How long a peer may be silent that owes answers, by default. */
const SILENCE = 5000

test('a session ranks its peers: who has it and is fast comes first, who lacked the last block later, who is silent last', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1)
  const [fast] = await net.instances(1, { uplink: 4 * MB })
  const [slow] = await net.instances(1, { uplink: MB })
  const [empty, silent] = [await net.rawPeer(), await net.rawPeer()]
  const blocks = await randomBlocks(64, { size: 100_000 })

  playEmpty(empty)
  playSilent(silent)

  net.connect(alice, empty)
  fast.hold(...blocks)
  slow.hold(...blocks)

  const session = alice.bitswap.newSession({ providers: [empty.peer] })
  const got = collect(session.getBlocks(blocks.map(({ cid }) => cid)))
  await net.advance(1000)
  net.connect(alice, silent)
  await session.addPeer(silent.peer)
  await net.advance(6000)
  net.connect(alice, slow)
  net.connect(alice, fast)
  await Promise.all([slow, fast].map(async ({ peer }) => { await session.addPeer(peer) }))
  await net.run(got)

  const peers = session.peers()
  const names = new Map([[fast.peer, 'fast'], [slow.peer, 'slow'], [empty.peer, 'empty'], [silent.peer, 'silent']])
  assert.deepEqual(peers.map(({ peer }) => names.get(peer)), ['fast', 'slow', 'empty', 'silent'])
  assert.deepEqual(peers.map(({ rank }) => rank), [1, 2, 3, 4])
  assert.deepEqual(peers.map(({ stalled }) => stalled), [false, false, false, true])

  const [atFast, atSlow, atEmpty] = peers
  assert.ok(atFast != null && atSlow != null && atEmpty != null)
  assert.ok(Math.abs((atFast.rate ?? 0) - 4 * MB) < 0.2 * MB, `${atFast.rate} bytes per second of 4 MB`)
  assert.ok(Math.abs((atSlow.rate ?? 0) - MB) < 0.1 * MB, `${atSlow.rate} bytes per second of 1 MB`)
  assert.equal(atEmpty.rate, undefined)
  assert.ok(atFast.window > atSlow.window, `${atFast.window} and ${atSlow.window} bytes`)
  assert.deepEqual([atFast.inFlight, atFast.inFlightBytes], [0, 0])
  assert.deepEqual([atFast.blocks + atSlow.blocks, atFast.bytes + atSlow.bytes, atEmpty.bytes], [64, 6_400_000, 0])
  assert.ok((atFast.latency ?? 0) >= 2 * LATENCY)
  await net.close()
})

test('a session shows what is in flight in blocks and bytes', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const blocks = await randomBlocks(10, { size: 5000 })
  const [first, ...rest] = blocks.map(({ cid }) => cid)

  bob.hold(...blocks)
  const session = alice.bitswap.newSession()
  assert.ok(first != null)
  await net.run(session.getBlock(first))

  const got = collect(session.getBlocks(rest))
  await net.advance(LATENCY)
  const [atBob] = session.peers()
  assert.deepEqual([atBob?.inFlight, atBob?.inFlightBytes], [9, 45_000])
  await net.run(got)
  await net.close()
})

test('where a want stands is told at each turn of its life, with who was asked what and when, and what comes next', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const routing = net.routing({ delay: 500 })
  const [alice] = await net.instances(1, { routing })
  const [bob, carol] = await net.instances(2, { connected: 'none' })
  const [block] = await randomBlocks(1)
  const explain = (): ReturnType<typeof alice.bitswap.explainWant> => alice.bitswap.explainWant(block.cid)

  net.connect(alice, bob)
  net.connect(alice, carol)
  assert.equal(explain(), undefined)

  const session = alice.bitswap.newSession()
  const got = session.getBlock(block.cid)
  await net.advance(10)
  assert.deepEqual(explain(), {
    cid: block.cid,
    state: 'looking',
    age: 10,
    priority: 1,
    sessions: [session.id],
    peers: [bob, carol].map(({ peer }) => ({ peer: peer.toString(), asked: 'have', askedAgo: 10, answer: undefined })),
    search: 'running',
    refreshes: 0,
    next: { event: 'answer', due: 4990 },
    steps: [{ step: 'find-providers', ago: 10 }] // the message with the wants is about to leave
  })

  await net.advance(140)
  assert.deepEqual(explain()?.peers.map(({ answer }) => answer), ['dont-have', 'dont-have'])
  assert.deepEqual(explain()?.next, { event: 'search', due: undefined })

  await net.advance(400)
  assert.equal(explain()?.state, 'waiting')
  assert.equal(explain()?.search, 'done')
  assert.equal(explain()?.next.event, 'refresh')
  const { due = 0 } = explain()?.next ?? {}
  assert.ok(due > 29_000 && due <= 30_000, `${due}`)

  net.disconnect(alice, carol)
  await net.advance(due)
  assert.equal(explain()?.refreshes, 1)
  assert.deepEqual(explain()?.peers.map(({ peer, askedAgo }) => [peer, askedAgo]), [[bob.peer.toString(), 0]], 'who left is not asked anew')

  const heal = net.faults.hold(alice, bob)
  await bob.bitswap.addBlock(block)
  await net.advance(5001)
  assert.deepEqual(explain()?.peers.map(({ answer }) => answer), ['silent'])
  heal()
  assert.deepEqual(await net.run(got), block.bytes)
  assert.equal(explain(), undefined)
  await net.close()
})

test('a want that waits for room says so, one that is asked says of whom, and one that is being stored too', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1, { client: { initialWindow: 1 }, store: { delay: 100 } })
  const [bob] = await net.instances(1)
  const blocks = await randomBlocks(2)
  const [first, second] = blocks.map(({ cid }) => cid)
  assert.ok(first != null && second != null)

  net.connect(alice, bob)
  bob.hold(...blocks)
  const got = collect(alice.bitswap.getBlocks([first, second], { providers: [bob.peer] }))
  await net.advance(110) // its own store lacks them
  const explanations = [first, second].map(cid => alice.bitswap.explainWant(cid))
  assert.deepEqual(explanations.map(known => [known?.state, known?.next.event]), [['asked', 'answer'], ['ready', 'room']])
  assert.deepEqual(explanations[0]?.peers, [{ peer: bob.peer.toString(), asked: 'block', askedAgo: 10, answer: undefined }])
  assert.deepEqual(explanations[1]?.peers, [])

  await net.advance(110)
  assert.deepEqual(alice.bitswap.explainWant(first)?.next, { event: 'stored', due: undefined })
  await net.run(got)
  await net.close()
})

test('wants that wait for their turn to be looked for say so, and for a dial', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1, { client: { maxLooking: 1 }, connected: 'none' })
  const [bob] = await net.instances(1, { connected: 'none' })
  const [first, second] = await randomBlocks(2)
  const session = alice.bitswap.newSession({ providers: [bob.peer] })
  const got = collect(session.getBlocks([first.cid, second.cid]))

  bob.hold(first, second)
  await net.advance(1)
  assert.deepEqual([first, second].map(({ cid }) => alice.bitswap.explainWant(cid)?.next), [{ event: 'dial', due: undefined }, { event: 'turn', due: undefined }])
  await net.run(got)
  await net.close()
})

test('what happened to a want that nobody listens to is there at the first look: whom it was asked of, what each answered, when', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [lost] = await net.instances(1, { connected: 'none' })
  const [named] = await net.instances(1, { connected: 'none' })
  const routing = net.routing({ delay: 500 })
  const [alice] = await net.instances(1, { routing, connected: 'none' })
  const [bob] = await net.instances(1, { connected: 'none' })
  const [silent, leaving] = [await net.rawPeer(), await net.rawPeer()]
  const [block] = await randomBlocks(1)

  routing.add(block.cid, lost)
  routing.add(block.cid, named)
  await lost.bitswap.stop()
  playSilent(silent)
  playSilent(leaving)
  net.connect(alice, silent)
  net.connect(alice, leaving)
  net.connect(alice, bob)
  const got = alice.bitswap.getBlock(block.cid)
  await net.advance(1000)
  net.disconnect(alice, leaving)
  await net.advance(SILENCE)

  const names = namesOf({ silent, leaving, bob, lost, named })
  assert.deepEqual(alice.bitswap.explainWant(block.cid)?.steps.map(step => inShort(step, names)), [
    'find-providers 6000',
    'want-have silent 5960',
    'want-have leaving 5960',
    'want-have bob 5960',
    'answered bob dont-have 5880',
    'answered lost unreachable 5460',
    'found-provider named 5460',
    'want-block named 5420',
    'answered named dont-have 5340',
    'answered leaving disconnected 5000',
    'answered silent silent 1000',
    'waiting refresh 5000 1000'
  ])
  bob.hold(block)
  await net.run(got)
  assert.equal(alice.bitswap.books.client.board.histories.size, 0)
  await net.close()
})

test('what happened begins with whom the want was asked of when the first answer came, or is asked of now', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1)
  const [empty, talk] = [await net.rawPeer(), await net.rawPeer()]
  const [block, other] = await randomBlocks(2)
  const names = namesOf({ empty, talk })
  const steps = (cid: CID): string[] | undefined => alice.bitswap.explainWant(cid)?.steps.map(step => inShort(step, names))
  const end = new AbortController()

  playEmpty(empty)
  playAllTalk(talk)
  net.connect(alice, empty)
  net.connect(alice, talk)
  const got = assert.rejects(alice.bitswap.getBlock(block.cid, { signal: end.signal }))
  await net.advance(1000)
  assert.deepEqual(steps(block.cid), [
    'want-have empty 1000',
    'want-have talk 1000',
    'answered empty dont-have 880',
    'answered talk have 880',
    'want-block talk 880',
    'answered talk have 840', // it says so once more, and sends nothing
    'answered talk silent 380',
    'want-block talk 380'
  ])

  playSilent(talk)
  const next = assert.rejects(alice.bitswap.getBlock(other.cid, { providers: [talk.peer], onlyProviders: true, signal: end.signal }))
  await net.advance(100)
  assert.deepEqual(steps(other.cid), ['want-block talk 100'])
  end.abort()
  await net.run(Promise.all([got, next]))
  await net.close()
})

function namesOf (members: Record<string, { readonly peer: PeerId }>): Map<string, string> {
  return new Map(Object.entries(members).map(([name, { peer }]) => [peer.toString(), name]))
}

/** A step with its values, peers by name, and how long ago. */
function inShort ({ ago, ...step }: PastWantStep, names: ReadonlyMap<string, string>): string {
  return [...Object.values(step).map(value => names.get(String(value)) ?? String(value)), ago].join(' ')
}
