import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { combineRouters } from 'ts-bitswap'
import { answerLines, cid, find, lines, peers, record, router, serve } from '../../test/delegated-server.ts'
import { retryAfter } from './delegated-server.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const logger = { forComponent: () => Object.assign(() => {}, { enabled: false, error: () => {}, trace: () => {}, newScope: () => { throw new Error('not used') } }) }

test('asks as the specification says, whatever the URL ends in, and reads lines', async () => {
  const asked: string[] = []
  const url = await serve((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.accept}`)
    answerLines(response, lines(record(1), record(2)))
  })

  for (const end of ['', '/', '/routing/v1', '/routing/v1/', '/?x#y']) {
    assert.deepEqual(await find(router(`${url}${end}`)), ['1 /ip4/127.0.0.1/tcp/2', '2 /ip4/127.0.0.1/tcp/3'])
  }

  assert.deepEqual([...new Set(asked)], [`GET /routing/v1/providers/${cid}?filter-protocols=unknown,transport-bitswap application/x-ndjson, application/json;q=0.8`])
})

test('reads one document too', async () => {
  const url = await serve((_request, response) => {
    response.setHeader('content-type', 'application/json; charset=utf-8')
    response.end(JSON.stringify({ Providers: [record(1), null, record(2)] }))
  })

  assert.deepEqual((await find(router(url))).length, 2)
})

test('nobody has it: 404, no content, an empty answer, an empty list, none at all', async () => {
  const answers: Array<(response: ServerResponse) => void> = [
    response => { response.statusCode = 404; response.end('not found') },
    response => { response.statusCode = 204; response.end() },
    response => { answerLines(response, '') },
    response => { response.setHeader('content-type', 'application/json'); response.end('{"Providers":[]}') },
    response => { response.setHeader('content-type', 'application/json'); response.end('{"Providers":null}') }
  ]

  for (const answer of answers) {
    assert.deepEqual(await find(router(await serve((_request, response) => { answer(response) }))), [])
  }
})

test('what cannot be read is passed over: broken lines, unknown schemas and addresses, half a line, long lines', async () => {
  const url = await serve((_request, response) => {
    answerLines(response, lines(
      '{"Schema":"peer","ID":', '<html>', 'null', '7', '', '\r',
      { Schema: 'peer' }, { Schema: 'peer', ID: 7 }, record(1, { ID: 'here' }),
      record(1, { Schema: 'unknown' }),
      record(2, { Addrs: ['/ip4/127.0.0.1/tcp/3', '/martian/7', 7, null, 'here'] }),
      record(3, { Addrs: 'none' }),
      'x'.repeat(200_000),
      record(4, { Note: 'y'.repeat(100_000) }),
      record(5)
    ) + JSON.stringify(record(6)).slice(0, -1))
  })

  assert.deepEqual((await find(router(url))).toSorted(), ['2 /ip4/127.0.0.1/tcp/3', '3', '5 /ip4/127.0.0.1/tcp/6'])
})

test('only who speaks Bitswap is named, or of whom nothing is said', async () => {
  const url = await serve((_request, response) => {
    answerLines(response, lines(
      record(1, { Protocols: ['transport-ipfs-gateway-http'] }),
      record(2, { Protocols: ['transport-graphsync-filecoinv1', 'transport-bitswap'] }),
      record(3, { Protocols: [] }),
      record(4, { Protocols: undefined }),
      record(5, { Schema: 'bitswap', Protocols: undefined, Protocol: 'transport-bitswap' }),
      record(6, { Schema: undefined, Protocols: undefined, Protocol: 'transport-other' })
    ))
  })

  assert.deepEqual((await find(router(url))).map(Number.parseFloat), [2, 3, 4, 5])
})

test('an id may be written as a CID', async () => {
  const url = await serve((_request, response) => { answerLines(response, lines(record(1, { ID: peers[1].toCID().toString() }))) })

  assert.deepEqual((await find(router(url))).map(Number.parseFloat), [1])
})

test('a provider is named when its line is there, not when the answer has ended; an abort ends what is left', async () => {
  const abort = new AbortController()
  const closed = Promise.withResolvers<undefined>()
  const url = await serve((_request, response) => {
    response.setHeader('content-type', 'application/x-ndjson')
    response.write(lines(record(1)))
    response.on('close', () => { closed.resolve(undefined) })
  })
  const providers = router(url).findProviders(cid, { signal: abort.signal })

  assert.equal((await providers.next()).value.id.toString(), peers[1].toString())
  const next = providers.next()

  abort.abort(new Error('enough'))
  await assert.rejects(next, { message: 'enough' })
  await closed.promise
})

test('who is not interested in the rest of an answer ends it', async () => {
  const closed = Promise.withResolvers<undefined>()
  const url = await serve((_request, response) => {
    response.setHeader('content-type', 'application/x-ndjson')
    response.write(lines(record(1), record(2)))
    response.on('close', () => { closed.resolve(undefined) })
  })

  assert.equal((await find(router(url), undefined, 1)).length, 1)
  await closed.promise
})

test('an answer that is of no use is ended, and not left open', async () => {
  const closed = Promise.withResolvers<undefined>()
  const url = await serve((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.write('<html>')
    response.on('close', () => { closed.resolve(undefined) })
  })

  await assert.rejects(find(router(url)), /is it the URL of a delegated routing server/)
  await closed.promise
})

test('a server that hangs holds up no other request', async () => {
  let asked = 0
  const ten = Promise.withResolvers<undefined>()
  const url = await serve((_request, response) => {
    if (++asked > 10) {
      answerLines(response, lines(record(1)))
    } else if (asked === 10) {
      ten.resolve(undefined)
    }
  })
  const abort = new AbortController()
  const one = router(url)
  const hanging = Promise.allSettled(Array.from({ length: 10 }, async () => await find(one, abort.signal)))

  await ten.promise
  assert.equal((await find(one)).length, 1)
  abort.abort(new Error('enough'))
  assert.ok((await hanging).every(({ status }) => status === 'rejected'))
})

test('errors tell what was wrong', async () => {
  const cases: Array<[(request: IncomingMessage, response: ServerResponse) => void, RegExp]> = [
    [(_request, response) => { response.statusCode = 500; response.end() }, /answered with status 500/],
    [(_request, response) => { response.statusCode = 301; response.end() }, /answered with status 301/],
    [(_request, response) => { response.setHeader('content-type', 'text/html'); response.end('<html>') }, /answers with text\/html: is it the URL/],
    [(_request, response) => { response.end('?') }, /answers with no content type/],
    [(_request, response) => { response.setHeader('content-type', 'application/json'); response.end('{"Providers":[') }, /is no JSON document/],
    [(_request, response) => { response.setHeader('content-type', 'application/json'); response.end('"text"') }, /is no JSON document/],
    [(_request, response) => { answerLines(response, 'garbage\ngarbage') }, /answers what cannot be read/],
    [request => { request.socket.destroy() }, /cannot be reached/],
    [(_request, response) => { response.statusCode = 302; response.setHeader('location', 'ftp://here'); response.end() }, /leads to "ftp:\/\/here", where it is not followed/],
    [(_request, response) => { response.statusCode = 302; response.setHeader('location', '/'); response.end() }, /leads on more than 3 times/]
  ]

  for (const [answer, message] of cases) {
    await assert.rejects(find(router(await serve(answer))), { name: 'DelegatedRoutingError', message })
  }

  const gone = createServer()

  gone.listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port } = gone.address() as AddressInfo

  gone.close()
  await once(gone, 'close')
  await assert.rejects(find(router(`http://127.0.0.1:${port}`)), /cannot be reached: ECONNREFUSED|cannot be reached: connect ECONNREFUSED/)
  await assert.rejects(find(router(`https://127.0.0.1:${port}`)), { name: 'DelegatedRoutingError' })
})

test('an answer that breaks off names whom it named', async () => {
  const url = await serve((request, response) => {
    response.setHeader('content-type', 'application/x-ndjson')
    response.write(lines(record(1)), () => { setImmediate(() => { request.socket.destroy() }) })
  })
  const named: string[] = []

  await assert.rejects(async () => {
    for await (const { id } of router(url).findProviders(cid)) {
      named.push(id.toString())
    }
  })
  assert.deepEqual(named, [peers[1].toString()])
})

test('a redirect is followed', async () => {
  const to = await serve((request, response) => { answerLines(response, request.url?.startsWith('/other') === true ? lines(record(1)) : '') })
  const from = await serve((_request, response) => {
    response.statusCode = 307
    response.setHeader('location', `${to}/other`)
    response.end()
  })

  assert.equal((await find(router(from))).length, 1)
})

test('a huge answer ends: one document with an error, lines with what they named', async () => {
  const document = await serve((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(`{"Providers":[${`${JSON.stringify(record(1))},`.repeat(40_000)}null]}`)
  })
  let sent = 0
  const endless = await serve((_request, response) => {
    const piece = lines(...Array.from({ length: 400 }, () => record(2, { Protocols: ['other'] })))
    const more = (): void => {
      while (!response.destroyed) {
        sent += piece.length

        if (!response.write(piece)) {
          response.once('drain', more)
          return
        }
      }
    }

    response.setHeader('content-type', 'application/x-ndjson')
    more()
  })

  await assert.rejects(find(router(document)), /is no JSON document of up to 4 MiB/)
  assert.deepEqual(await find(router(endless)), [])
  assert.ok(sent > 16_777_216 && sent < 64_000_000, String(sent))
})

test('too many requests: it is left out for as long as it says', async () => {
  let asked = 0
  const url = await serve((_request, response) => {
    asked++
    response.statusCode = 429
    response.setHeader('retry-after', '120')
    response.end()
  })
  const routing = combineRouters([router(url)], {}, { logger })
  const look = async (): Promise<void> => { await assert.rejects(routing.findProviders?.(cid).next() as Promise<unknown>, { name: 'LookUpFailedError' }) }

  await assert.rejects(find(router(url)), { status: 429, retryAfter: 120_000 })
  await look()
  await look()
  assert.deepEqual([asked, routing.stat()[0].passedOver], [2, 1])
})

test('when to come back is said in seconds, or as a date', () => {
  const now = Date.parse('Sun, 06 Nov 1994 08:49:37 GMT')

  assert.equal(retryAfter('7', now), 7_000)
  assert.equal(retryAfter('Sun, 06 Nov 1994 08:50:37 GMT', now), 60_000)
  assert.equal(retryAfter('Sun, 06 Nov 1994 08:40:37 GMT', now), 0)
  assert.equal(retryAfter('soon', now), undefined)
  assert.equal(retryAfter(null, now), undefined)
})
