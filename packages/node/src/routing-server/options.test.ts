import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseListen, resolveRoutingServerOptions, ROUTING_SERVER_DEFAULTS } from './options.ts'
import type { RoutingServerInit } from './options.ts'

test('a place to listen at is a host and a port', () => {
  assert.deepEqual(parseListen('127.0.0.1:0'), { host: '127.0.0.1', port: 0 })
  assert.deepEqual(parseListen('[::1]:8080'), { host: '::1', port: 8080 })
  assert.deepEqual(parseListen('router.lan:65535'), { host: 'router.lan', port: 65_535 })

  for (const wrong of ['', '8080', ':8080', '127.0.0.1', '127.0.0.1:', '127.0.0.1:65536', '::1:80', 'http://a:1', 'a:1/x']) {
    assert.equal(parseListen(wrong), undefined, wrong)
  }
})

test('options that are wrong are refused', () => {
  const wrong: RoutingServerInit[] = [
    { listen: '/ip4/127.0.0.1/tcp/0' },
    { maxProviders: 0 },
    { timeout: NaN },
    { writeTimeout: 0 },
    { requestTimeout: -1 },
    { maxRequests: 1.5 },
    { maxRequestsPerClient: 0 },
    { maxConnections: 0 },
    { maxConnectionsPerClient: 0.5 },
    { closeTimeout: 0 },
    { allowedHosts: [''] },
    { allowedHosts: 'x' as never },
    { allowedOrigin: 'https://a.example/path' },
    { allowedOrigin: 'example' }
  ]

  for (const init of wrong) {
    const [name] = Object.keys(init)

    assert.throws(() => resolveRoutingServerOptions(init), { name: 'InvalidOptionError', option: `routingServer.${name}` })
  }

  assert.deepEqual(resolveRoutingServerOptions(), ROUTING_SERVER_DEFAULTS)
  assert.equal(resolveRoutingServerOptions({ allowedOrigin: 'https://a.example:81' }).allowedOrigin, 'https://a.example:81')
})
