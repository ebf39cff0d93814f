/** What a call tells its listener on the way to its block, and why it fails. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { BlockUnavailableError } from 'ts-bitswap'
import type { BitswapProgressEvents, BitswapRouting } from 'ts-bitswap'
import { peerIdFromSeed, playSilent, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'
import type { Instance } from 'ts-bitswap/testing'

const LATENCY = 20

/** How long a peer may be silent that owes answers, by default. */
const SILENCE = 5000

/** Events in short, with the names of peers. */
function listener (...instances: Array<Pick<Instance, 'name' | 'peer'>>): { told: string[], onProgress: (event: BitswapProgressEvents) => void } {
  const told: string[] = []
  const names = new Map(instances.map(({ peer, name }) => [peer.toString(), name]))

  return {
    told,
    onProgress: ({ type, detail }) => {
      const peer = 'peer' in detail ? detail.peer : undefined
      const reasons = 'reasons' in detail ? [...detail.reasons].map(([key, reason]) => `${names.get(key)} ${reason}`) : []
      const waits = 'waitsFor' in detail ? [detail.waitsFor, detail.askAgainIn ?? ''] : []
      const answer = 'answer' in detail ? [detail.answer] : []

      told.push([type.slice('bitswap:'.length), ...peer == null ? [] : [names.get(peer.toString())], ...waits, ...answer, ...reasons].join(' ').trim())
    }
  }
}

test('a call is told whom its block is asked of, and how; and that it waits, and why', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1)
  const [bob] = await net.instances(1, { name: 'bob' })
  const [carol] = await net.instances(1, { name: 'carol' })
  const [block] = await randomBlocks(1, { size: 2000 })
  const { told, onProgress } = listener(bob, carol)

  net.connect(alice, bob)
  net.connect(alice, carol)
  const got = alice.bitswap.getBlock(block.cid, { onProgress })
  await net.advance(1000)
  assert.deepEqual(told.splice(0), [
    'want', 'want-have bob', 'want-have carol', 'answered bob dont-have', 'answered carol dont-have', 'waiting refresh 30000 bob dont-have carol dont-have'
  ])

  await carol.bitswap.addBlock(block)
  await net.run(got)
  assert.deepEqual(told, ['answered carol have', 'want-block carol', 'block', 'unwant'])
  await net.close()
})

test('a call is told who fell silent and who left, what it waits for then, and that all are asked again', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1)
  const [bob] = await net.instances(1, { name: 'bob' })
  const [silent, leaving] = [await net.rawPeer({ name: 'silent' }), await net.rawPeer({ name: 'leaving' })]
  const [block] = await randomBlocks(1)
  const { told, onProgress } = listener(bob, { name: 'silent', peer: silent.peer }, { name: 'leaving', peer: leaving.peer })

  playSilent(silent)
  playSilent(leaving)
  net.connect(alice, silent)
  net.connect(alice, leaving)
  net.connect(alice, bob)
  const got = alice.bitswap.getBlock(block.cid, { onProgress })
  await net.advance(1000)
  net.disconnect(alice, leaving)
  await net.advance(SILENCE)
  assert.deepEqual(told.splice(0), [
    'want', 'want-have silent', 'want-have leaving', 'want-have bob', 'answered bob dont-have', 'answered leaving disconnected', 'answered silent silent',
    `waiting refresh ${SILENCE} silent silent leaving disconnected bob dont-have`
  ])
  bob.hold(block)
  await net.run(got)
  assert.deepEqual(told.filter(line => !line.includes('silent')), ['want-have bob', 'block', 'unwant'])
  await net.close()
})

test('a call is told that it waits for room at a peer, or for its turn', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1, { client: { initialWindow: 1, maxLooking: 1 } })
  const [first, second] = [await net.rawPeer(), await net.rawPeer()]
  const [block, other] = await randomBlocks(2)

  playSilent(first)
  playSilent(second)
  net.connect(alice, first)
  net.connect(alice, second)

  for (const [providers, expected] of [[[first.peer], 'waiting room'], [[], 'waiting turn']] as const) {
    const session = alice.bitswap.newSession({ providers: [...providers] })
    const { told, onProgress } = listener()

    await net.advance(100)
    const calls = Promise.allSettled([session.getBlock(block.cid), session.getBlock(other.cid, { onProgress })])
    await net.advance(100)
    assert.deepEqual(told, ['want', expected])
    session.close()
    await net.run(calls)
  }

  await net.close()
})

test('callers of one block are each told of it by the name they used, those who do not listen cost nothing', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)
  const [first, second] = [listener(bob), listener(bob)]
  const { histories } = alice.bitswap.books.client.board

  bob.hold(block)
  const quiet = alice.bitswap.getBlock(block.cid)
  await net.advance(0)
  assert.equal(histories.size, 0)
  const got = [first, second].map(async ({ onProgress }) => await alice.bitswap.getBlock(block.cid, { onProgress }))
  await net.advance(0)
  assert.equal(histories.size, 1)
  await net.run(Promise.all([quiet, ...got]))
  assert.equal(histories.size, 0)
  assert.ok(first.told.includes('want-block node 1'), first.told.join())
  assert.deepEqual(first.told, second.told)
  await net.close()
})

test('who wants what nobody has is told so, and those who were told before are not told again', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1)
  const [block] = await randomBlocks(1)
  const session = alice.bitswap.newSession()
  const heard: string[][] = []
  const signal = new AbortController()

  for (const [wait, by] of [[0, alice.bitswap], [10_000, alice.bitswap], [5_000, session]] as const) {
    const { told, onProgress } = listener()

    await net.advance(wait)
    heard.push(told)
    by.getBlock(block.cid, { onProgress, signal: signal.signal }).catch(() => undefined)
    await net.advance(0)
  }

  assert.deepEqual(heard, [30_000, 20_000, 15_000].map(delay => ['want', `waiting refresh ${delay}`]))
  signal.abort()
  await net.close()
})

test('a listener that aborts when it hears of waiting, or of being asked, ends its call', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)

  for (const last of ['bitswap:want-block', 'bitswap:waiting']) {
    const controller = new AbortController()

    await assert.rejects(net.run(alice.bitswap.getBlock(block.cid, {
      signal: controller.signal,
      onProgress: ({ type }) => {
        if (type === last) {
          controller.abort()
        }
      }
    })), { name: 'AbortError' })
    await net.advance(1000)
    assert.deepEqual(bob.bitswap.wantlistForPeer(alice.peer), [], last)
  }

  await net.close()
})

test('a call that fails fast names providers that could not be reached, by id or by address', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice, bob] = await net.instances(2)
  const [block] = await randomBlocks(1)
  const nobody = peerIdFromSeed(99)
  const address = multiaddr('/ip4/127.0.0.1/tcp/4001')
  const session = alice.bitswap.newSession({ providers: [bob.peer, nobody, address] })

  await assert.rejects(net.run(session.getBlock(block.cid, { failFast: true })), error => {
    assert.ok(error instanceof BlockUnavailableError)
    assert.deepEqual(Object.fromEntries(error.reasons), { [bob.peer.toString()]: 'dont-have', [nobody.toString()]: 'unreachable', [address.toString()]: 'unreachable' })
    assert.equal(error.peersAsked, 1)
    assert.match(error.message, /, 1 asked, 2 could not be reached$/)

    return true
  })
  await net.close()
})

test('a provider that could not be reached and connects later is asked, and not named any more', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1)
  const [bob] = await net.instances(1)
  const [block] = await randomBlocks(1)

  await bob.bitswap.stop()
  const session = alice.bitswap.newSession({ providers: [bob.peer] })
  await assert.rejects(net.run(session.getBlock(block.cid, { failFast: true })), (error: BlockUnavailableError) => error.reasons.get(bob.peer.toString()) === 'unreachable')
  await bob.bitswap.start()
  await net.advance(1000)
  net.connect(alice, bob)
  await assert.rejects(net.run(session.getBlock(block.cid, { failFast: true })), (error: BlockUnavailableError) => error.reasons.get(bob.peer.toString()) === 'dont-have')
  await net.close()
})

test('a provider whose dial its user gave up is not named as one that cannot be reached', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1)
  const [bob] = await net.instances(1, { connected: 'none' })
  const [block] = await randomBlocks(1)
  const session = alice.bitswap.newSession()
  const controller = new AbortController()
  const added = assert.rejects(session.addPeer(bob.peer, { signal: controller.signal }), { name: 'AbortError' })

  controller.abort()
  await net.run(added)
  await assert.rejects(net.run(session.getBlock(block.cid, { failFast: true })), (error: BlockUnavailableError) => error.reasons.size === 0)
  await net.close()
})

test('the error of a call that fails fast names each peer, how it ended, and whom routing named', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [gone, lost] = await net.instances(2, { connected: 'none' })
  const routing: BitswapRouting = {
    async * findProviders () {
      yield { id: lost.peer, multiaddrs: [] }
    }
  }
  const [alice, bob] = await net.instances(2, { routing })
  const [silent, leaving] = [await net.rawPeer(), await net.rawPeer()]
  const [block] = await randomBlocks(1)

  await gone.bitswap.stop()
  await lost.bitswap.stop()
  playSilent(silent)
  playSilent(leaving)
  net.connect(alice, silent)
  net.connect(alice, leaving)
  const failed = alice.bitswap.getBlock(block.cid, { failFast: true, providers: [gone.peer] }).catch((error: unknown) => error)
  await net.advance(1000)
  net.disconnect(alice, leaving)
  const error = await net.run(failed) as BlockUnavailableError
  const [byBob, bySilent, byLeaving] = [bob.peer, silent.peer, leaving.peer].map(peer => error.reasons.get(peer.toString()))

  assert.deepEqual([byBob, bySilent, byLeaving], ['dont-have', 'silent', 'disconnected'])
  assert.deepEqual([gone, lost].map(({ peer }) => error.reasons.get(peer.toString())), ['unreachable', 'unreachable'])
  assert.deepEqual([error.reasons.size, error.peersAsked, error.providersFound], [5, 3, 1])
  assert.equal(error.message, `no peer would send ${block.cid}, 3 asked, 2 could not be reached, routing named 1`)
  await net.close()
})

test('a search that found nobody is told from none at all', async () => {
  const net = new VirtualNetwork({ latency: LATENCY })
  const [alice] = await net.instances(1, { routing: { async * findProviders () {} } })
  const [bob] = await net.instances(1)
  const [block] = await randomBlocks(1)
  const failing = async (instance: Instance): Promise<unknown> => net.run(instance.bitswap.getBlock(block.cid, { failFast: true })).catch((error: unknown) => error)
  const [searched, alone] = [await failing(alice) as BlockUnavailableError, await failing(bob) as BlockUnavailableError]

  assert.deepEqual([searched.providersFound, searched.message], [0, `no peer would send ${block.cid}, 0 asked, routing named nobody`])
  assert.deepEqual([alone.providersFound, alone.message], [undefined, `no peer would send ${block.cid}, 0 asked`])
  await net.close()
})
