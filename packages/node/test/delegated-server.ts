/** Servers of the delegated routing API on loopback, that answer what a test says; closed when its file has run. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after } from 'node:test'
import { peerIdFromSeed, randomBlocks, VirtualClock } from 'ts-bitswap/testing'
import { keepingLog } from './log.ts'
import { DelegatedRouter } from '../src/routing/delegated-router.ts'
import { resolveRoutingOptions } from '../src/routing/options.ts'
import type { RequestListener, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from 'ts-bitswap'

export const [{ cid }] = await randomBlocks(1, { size: 8 })
export const peers = Array.from({ length: 20 }, (_, i) => peerIdFromSeed(i + 1))
const servers: Server[] = []

after(() => {
  servers.forEach(server => { server.closeAllConnections(); server.close() })
})

export async function serve (answer: RequestListener): Promise<string> {
  const server = createServer(answer)

  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export function router (url: string, clock: Clock = new VirtualClock()): DelegatedRouter {
  return new DelegatedRouter(url, { clock, log: keepingLog().log }, resolveRoutingOptions())
}

/** Whom it names, by their numbers, with their addresses. */
export async function find (asked: DelegatedRouter, signal?: AbortSignal, take: number = Infinity): Promise<string[]> {
  const found: string[] = []

  for await (const { id, multiaddrs } of asked.findProviders(cid, signal == null ? {} : { signal })) {
    found.push([peers.findIndex(peer => peer.equals(id)), ...multiaddrs].join(' '))

    if (found.length >= take) {
      break
    }
  }

  return found
}

export function record (i: number, more: object = {}): object {
  return { Schema: 'peer', ID: peers[i].toString(), Addrs: [`/ip4/127.0.0.1/tcp/${i + 1}`], Protocols: ['transport-bitswap'], ...more }
}

export function lines (...records: unknown[]): string {
  return records.map(each => `${typeof each === 'string' ? each : JSON.stringify(each)}\n`).join('')
}

export function answerLines (response: ServerResponse, text: string): void {
  response.setHeader('content-type', 'application/x-ndjson')
  response.end(text)
}
