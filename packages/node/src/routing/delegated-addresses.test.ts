import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from 'ts-bitswap/testing'
import { answerLines, cid, find, lines, peers, record, router, serve } from '../../test/delegated-server.ts'
import type { ServerResponse } from 'node:http'

type Answer = (response: ServerResponse) => void

/** A server that answers so who has the block, and so where a peer is; with the peers it was asked for, by their numbers. */
async function routerOf (providers: Answer, ...where: Answer[]): Promise<{ url: string, asked: number[] }> {
  const asked: number[] = []
  const url = await serve(({ url = '' }, response) => {
    if (url.startsWith('/routing/v1/providers/')) {
      providers(response)
      return
    }

    const peer = peers.findIndex(each => url === `/routing/v1/peers/${each.toCID()}`)

    asked.push(peer)
    where[peer](response)
  })

  return { url, asked }
}

const never: Answer = () => assert.fail('nobody should ask')

test('a provider without addresses is looked up at the same server, by its CID, and named with those that are found', async () => {
  const { url, asked } = await routerOf(
    response => { answerLines(response, lines(record(0), record(1, { Addrs: [] }), record(2, { Addrs: undefined }), record(3, { Addrs: ['/martian/7'] }))) },
    never,
    response => { answerLines(response, lines(record(0), '<html>', record(1, { Protocols: undefined }), record(1, { Addrs: ['/martian/7', '/ip4/127.0.0.1/tcp/9'] }))) },
    response => { response.setHeader('content-type', 'application/json'); response.end(JSON.stringify({ Peers: [record(2, { ID: peers[2].toCID().toString() })] })) },
    response => { answerLines(response, lines(record(3))) }
  )

  assert.deepEqual((await find(router(url))).toSorted(), [
    '0 /ip4/127.0.0.1/tcp/1', '1 /ip4/127.0.0.1/tcp/2 /ip4/127.0.0.1/tcp/9', '2 /ip4/127.0.0.1/tcp/3', '3 /ip4/127.0.0.1/tcp/4'
  ])
  assert.equal(asked.length, 3)
  assert.deepEqual(new Set(asked), new Set([1, 2, 3]))
})

test('a look-up that fails costs only the addresses of its provider', async () => {
  const answers: Answer[] = [
    response => { response.writeHead(404).end() },
    response => { response.writeHead(500).end() },
    response => { response.setHeader('content-type', 'text/html'); response.end('<html>') },
    response => { answerLines(response, 'garbage\n') },
    response => { answerLines(response, lines(record(9))) }, // of another peer
    response => { response.destroy() },
    response => { answerLines(response, lines(record(6))) }
  ]
  const { url } = await routerOf(response => { answerLines(response, lines(...answers.map((_, i) => record(i, { Addrs: [] })))) }, ...answers)

  assert.deepEqual((await find(router(url))).toSorted(), ['0', '1', '2', '3', '4', '5', '6 /ip4/127.0.0.1/tcp/7'])
})

test('a provider with addresses is named while a look-up hangs, and this ends in time', async () => {
  const clock = new VirtualClock()
  const [asked, closed] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
  const { url } = await routerOf(response => { answerLines(response, lines(record(0, { Addrs: [] }), record(1))) }, response => {
    response.on('close', () => { closed.resolve(undefined) })
    asked.resolve(undefined)
  })
  const providers = router(url, clock).findProviders(cid)

  assert.equal((await providers.next()).value.id.toString(), peers[1].toString())
  await asked.promise

  const next = providers.next()

  await clock.advance(2_500)
  assert.deepEqual((await next).value, { id: peers[0], multiaddrs: [] })
  await closed.promise
  assert.equal((await providers.next()).done, true)
})

test('the end of a search ends its look-ups: an abort, and who takes no more', async () => {
  for (const end of ['abort', 'leave']) {
    const abort = new AbortController()
    const [asked, closed] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
    const { url } = await routerOf(response => { answerLines(response, lines(record(0, { Addrs: [] }), record(1))) }, response => {
      response.on('close', () => { closed.resolve(undefined) })
      asked.resolve(undefined)
    })
    const providers = router(url).findProviders(cid, { signal: abort.signal })

    await providers.next()
    await asked.promise

    if (end === 'abort') {
      const next = providers.next()

      abort.abort(new Error('enough'))
      await assert.rejects(next, { message: 'enough' })
    } else {
      await providers.return(undefined)
    }

    await closed.promise
  }
})

test('a server that wants to be left alone is asked for no more addresses until then, and goes on being asked for providers', async () => {
  const clock = new VirtualClock()
  const busy: Answer = response => { response.writeHead(429, { 'retry-after': '60' }).end() }
  const { url, asked } = await routerOf(response => { answerLines(response, lines(record(0, { Addrs: [] }))) }, busy)
  const one = router(url, clock)

  assert.deepEqual([await find(one), await find(one), asked], [['0'], ['0'], [0]])
  await clock.advance(60_000)
  assert.deepEqual([await find(one), asked], [['0'], [0, 0]])
})
