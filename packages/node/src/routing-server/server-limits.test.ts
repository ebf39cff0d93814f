/** What the server refuses, cuts off and bounds; and how it starts and stops. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { test } from 'node:test'
import { someBlock } from '../../test/blocks.ts'
import { exchange, openSocket, somePeer, startRouting } from '../../test/routing-servers.ts'
import { hostAllowed } from './admission.ts'
import type { RoutingServerComponents } from './routing-server.ts'

const { cid } = await someBlock(10)
const PATH = `/routing/v1/providers/${cid}`

/** A routing that names nobody until it is told to end. */
function waiting (): { routing: RoutingServerComponents['routing'], asked: Promise<void>, end: () => void } {
  const asked = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()

  return {
    routing: {
      async * findProviders () {
        asked.resolve()
        await ended.promise
        yield somePeer(1)
      }
    },
    asked: asked.promise,
    end: () => { ended.resolve() }
  }
}

async function statusAt (url: string, host: string): Promise<number | undefined> {
  const asking = httpRequest(url, { headers: { host } }).end()
  const [response] = await once(asking, 'response') as [{ statusCode?: number, resume: () => void }]

  response.resume()

  return response.statusCode
}

test('what is not a look-up is refused, with a line that says why', async t => {
  const { server } = await startRouting(t)
  const cases: Array<[path: string, init: RequestInit, status: number, line: RegExp]> = [
    ['/', {}, 400, /no such path/],
    ['/routing/v1/providers', {}, 422, /"" is no CID/],
    ['/routing/v1/providers/', {}, 422, /"" is no CID/],
    ['/routing/v1/providers/none', {}, 422, /"none" is no CID/],
    [`/routing/v1/providers/${'b'.repeat(2_000)}`, {}, 422, /bbb…" is no CID/],
    ['/routing/v1/providers/a%2eb', {}, 422, /is no CID/],
    [`${PATH}/more`, {}, 400, /no such path/],
    ['/routing/v2/providers/x', {}, 400, /no such path/],
    [`/routing/v1/peers/${cid}`, {}, 422, /is no peer id/],
    ['/routing/v1/ipns/k51', {}, 501, /ipns is not served/],
    ['/routing/v1/dht/closest/peers/x', {}, 501, /dht is not served/],
    [PATH, { method: 'PUT', body: '{}' }, 405, /PUT is not served/],
    [PATH, { method: 'DELETE' }, 405, /DELETE is not served/],
    [PATH, { headers: { accept: 'text/html' } }, 406, /only application\/json/],
    [PATH, { headers: { accept: 'application/json;q=0, text/html' } }, 406, /only application\/json/]
  ]

  for (const [path, init, status, line] of cases) {
    const response = await fetch(`${server.url}${path}`, init)
    const text = await response.text()

    assert.equal(response.status, status, path)
    assert.match(text, line)
    assert.equal(text.trim().split('\n').length, 1)
    assert.equal(response.headers.get('cache-control'), 'no-store')
  }
})

test('the kind of answer follows what is accepted', async t => {
  const { server } = await startRouting(t)
  const kindFor = async (accept: string): Promise<string | null> => (await fetch(`${server.url}${PATH}`, { headers: { accept } })).headers.get('content-type')

  assert.equal(await kindFor('*/*'), 'application/json')
  assert.equal(await kindFor('application/x-ndjson, application/json;q=0.8'), 'application/x-ndjson')
  assert.equal(await kindFor('application/x-ndjson;q=0, application/*'), 'application/json')
  assert.equal(await kindFor('text/html, application/json'), 'application/json')
})

test('HEAD has headers and no body, and looks for nobody; OPTIONS says what is allowed', async t => {
  const { server } = await startRouting(t, { hasBlock: () => { throw new Error('asked') } })
  const head = await fetch(`${server.url}${PATH}`, { method: 'HEAD' })
  const options = await fetch(`${server.url}${PATH}`, { method: 'OPTIONS' })

  assert.deepEqual([head.status, head.headers.get('content-type'), await head.text()], [200, 'application/json', ''])
  assert.deepEqual([options.status, options.headers.get('allow'), options.headers.get('access-control-allow-methods')], [204, 'GET, HEAD, OPTIONS', 'GET, HEAD, OPTIONS'])
})

test('a request with a body is refused, and its connection closed', async t => {
  const { server } = await startRouting(t)
  const head = `GET ${PATH} HTTP/1.1\r\nHost: localhost\r\n`

  assert.match(await exchange(t, server.url, `${head}Content-Length: 1000000\r\n\r\nx`), / 400 /)
  assert.match(await exchange(t, server.url, `${head}Transfer-Encoding: chunked\r\n\r\n`), / 400 /)
})

test('what is no HTTP, or has too long a header, is cut off', async t => {
  const { server } = await startRouting(t)

  assert.match(await exchange(t, server.url, 'hello\r\n\r\n'), / 400 /)
  assert.match(await exchange(t, server.url, `GET ${PATH} HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(9_000)}\r\n\r\n`), / 431 /)
})

test('a client that does not send its request in time is cut off', async t => {
  const { server } = await startRouting(t, {}, { requestTimeout: 50 })
  const silent = await openSocket(t, server.url)

  assert.match(await exchange(t, server.url, `GET ${PATH} HTTP/1.1\r\nHo`), / 408 |^$/)
  silent.resume()
  await once(silent, 'close')
})

for (const [init, limit] of [[{ maxRequests: 2 }, 2], [{ maxRequestsPerClient: 3 }, 3]] as const) {
  test(`beyond ${limit} requests at a time, ${JSON.stringify(init)}, a client is told to come again`, async t => {
    const held = waiting()
    const { server } = await startRouting(t, held, init)
    const answers = Array.from({ length: limit }, async () => fetch(`${server.url}${PATH}`))

    await held.asked
    let refused = await fetch(`${server.url}${PATH}`)

    while (refused.status !== 429) { // until the others are in; each that is not refused would wait
      refused = await fetch(`${server.url}${PATH}`)
    }

    assert.equal(refused.headers.get('retry-after'), '1')
    held.end()

    for (const answer of await Promise.all(answers)) {
      assert.equal(answer.status, 200)
    }

    assert.equal((await fetch(`${server.url}${PATH}`)).status, 200)
  })
}

test('beyond so many connections one more is closed at once', async t => {
  const { server } = await startRouting(t, {}, { maxConnections: 1 })

  await openSocket(t, server.url)
  assert.equal(await exchange(t, server.url, ''), '')
})

test('of the connections one client has only its part, and as much again when it has closed some', async t => {
  const { server } = await startRouting(t, {}, { maxConnections: 4, maxConnectionsPerClient: 2 })
  const ask = async (address: string): Promise<string> => await exchange(t, server.url, `GET ${PATH} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, address)
  const [mine] = await Promise.all([openSocket(t, server.url, '127.0.0.1'), openSocket(t, server.url, '127.0.0.1')])

  assert.deepEqual([await exchange(t, server.url, '', '127.0.0.1'), await ask('127.0.0.2')], ['', 'HTTP/1.1 200 OK'])
  mine.end()
  mine.resume()
  await once(mine, 'close')
  assert.deepEqual([await ask('127.0.0.1'), await ask('127.0.0.1')], ['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK'])
})

test('by default one client has no more than a quarter of the connections', async t => {
  const { server } = await startRouting(t)

  await Promise.all(Array.from({ length: 64 }, async () => await openSocket(t, server.url, '127.0.0.1')))
  assert.equal(await exchange(t, server.url, '', '127.0.0.1'), '')
  assert.match(await exchange(t, server.url, `GET ${PATH} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, '127.0.0.2'), / 200 /)
})

test('on loopback a server goes by loopback names, and by those it was given', async t => {
  const { server } = await startRouting(t, {}, { allowedHosts: ['router.lan'] })
  const { server: strict } = await startRouting(t)
  const { port } = new URL(server.url)

  for (const host of [`127.0.0.1:${port}`, 'localhost', `[::1]:${port}`, 'app.localhost:1', `Router.lan:${port}`]) {
    assert.equal(await statusAt(`${server.url}${PATH}`, host), 200, host)
  }

  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'router.lan.evil.example']) {
    assert.equal(await statusAt(`${server.url}${PATH}`, host), 403, host)
  }

  assert.equal(await statusAt(`${strict.url}${PATH}`, 'router.lan'), 403)
})

test('elsewhere names are checked only when some were given', () => {
  assert.equal(hostAllowed('any.example', { listen: '10.0.0.1:80', allowedHosts: [] }), true)
  assert.equal(hostAllowed('any.example', { listen: '10.0.0.1:80', allowedHosts: ['router.lan'] }), false)
  assert.equal(hostAllowed('router.lan:80', { listen: '10.0.0.1:80', allowedHosts: ['router.lan'] }), true)
  assert.equal(hostAllowed(undefined, { listen: '[::1]:80', allowedHosts: [] }), false)
})

for (const [allowedOrigin, header] of [['https://app.example', 'https://app.example'], ['', null]] as const) {
  test(`pages that may read answers: ${JSON.stringify(allowedOrigin)}`, async t => {
    const { server } = await startRouting(t, {}, { allowedOrigin })

    assert.equal((await fetch(`${server.url}${PATH}`)).headers.get('access-control-allow-origin'), header)
  })
}

test('a stop ends look-ups, and they are answered with what they have', async t => {
  const held = waiting()
  const { server } = await startRouting(t, { ...held, hasBlock: () => true })
  const answer = fetch(`${server.url}${PATH}`)

  await held.asked
  await server.stop()
  assert.equal(server.url, '')
  assert.equal((await (await answer).json() as { Providers: unknown[] }).Providers.length, 1)
})

test('a stop waits for what a reader does not take no longer than it says', async t => {
  const addresses = Array.from({ length: 64 }, (_, index) => `/dns4/${'x'.repeat(200)}.example/tcp/${index + 1}`)
  let looked = 0
  const { server } = await startRouting(t, {
    routing: {
      async * findProviders () {
        while (true) {
          yield somePeer(looked++, addresses)
        }
      }
    }
  }, { maxProviders: 100_000, closeTimeout: 50, writeTimeout: 1_000_000 })
  const socket = await openSocket(t, server.url)

  socket.write(`GET ${PATH} HTTP/1.1\r\nHost: localhost\r\nAccept: application/x-ndjson\r\n\r\n`)
  await once(socket, 'readable')
  await server.stop()
})

test('a server can be started and stopped twice, and again', async t => {
  const { server } = await startRouting(t)
  const { url } = server

  await server.start()
  assert.equal(server.url, url)
  await Promise.all([server.stop(), server.stop()])
  await assert.rejects(fetch(`${url}${PATH}`))
  await Promise.all([server.start(), server.stop()])
  assert.equal(server.url, '')
  await server.start()
  assert.equal((await fetch(`${server.url}${PATH}`)).status, 200)
})

test('a place that is taken is a ListenError, and the server can be started later', async t => {
  const { server: first } = await startRouting(t)
  const listen = new URL(first.url).host

  await assert.rejects(startRouting(t, {}, { listen }), { name: 'ListenError', message: new RegExp(`cannot listen at ${listen}: EADDRINUSE`) })
  await first.stop()
  assert.equal((await startRouting(t, {}, { listen })).server.url, `http://${listen}`)
})

test('an IPv6 place has brackets in its URL', async t => {
  const { server } = await startRouting(t, {}, { listen: '[::1]:0' })

  assert.match(server.url, /^http:\/\/\[::1\]:\d+$/)
  assert.equal((await fetch(`${server.url}${PATH}`)).status, 200)
})
