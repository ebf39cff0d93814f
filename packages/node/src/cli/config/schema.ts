/**
 * Checks what a config file says (`config.ts`). Sizes and durations are written
 * as on the command line (`10GB`, `22h`) or as a number of bytes or
 * milliseconds. Whatever is not listed here is an error: a misspelt name that is
 * ignored is worse than none.
 */
import * as v from 'valibot'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { CID } from 'multiformats/cid'
import { parsePeerAddress } from '../../routing/peer-addresses.ts'
import { parseRouting } from './routing-list.ts'
import { MAX_DURATION, parseDuration, parseSize } from '../values.ts'
import type { Config } from './config.ts'

/** A number as it is, or text that a parser makes into one. */
function numberOr (parse: (text: string) => number, holds: (value: number) => boolean, expected: string): v.GenericSchema<unknown, number> {
  return v.pipe(v.unknown(), v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
    const number = typeof value === 'string' ? attempt(parse, value) : value

    if (typeof number === 'number' && holds(number)) {
      return number
    }

    addIssue({ message: `${expected}, got ${JSON.stringify(value)}` })

    return NEVER
  }))
}

function attempt (parse: (text: string) => number, text: string): number | undefined {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

/** Text that a parser can read. */
function textThat (parse: (text: string) => unknown, expected: string): v.GenericSchema<string, string> {
  return v.pipe(v.string(), v.check(text => canParse(parse, text), ({ input }) => `expected ${expected}, got ${JSON.stringify(input)}`))
}

function canParse (parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text)

    return text !== '' // which is an address to the library
  } catch {
    return false
  }
}

/** An object with these fields and no others. */
function group<T extends v.ObjectEntries> (entries: T): v.GenericSchema<unknown, v.InferOutput<v.StrictObjectSchema<T, undefined>>> {
  return v.pipe(v.custom<unknown>(value => !Array.isArray(value), 'expected Object, got Array'), v.strictObject(entries))
}

const count = v.pipe(v.number(), v.integer(({ input }) => `expected a whole number, got ${input}`), v.minValue(1))
const duration = numberOr(parseDuration, value => value >= 0 && value <= MAX_DURATION, 'expected a duration, as in "22h" or "30s", or milliseconds')
const size = numberOr(parseSize, value => Number.isSafeInteger(value) && value > 0, 'expected a size, as in "10GB" or "512MiB", or bytes')
const texts = v.array(v.string())
const addresses = v.array(textThat(multiaddr, 'an address, as in /ip4/0.0.0.0/tcp/4001'))
const peers = v.array(textThat(parsePeerAddress, 'an address that ends in the id of the peer, as in /ip4/127.0.0.1/tcp/4001/p2p/12D3…'))
const peerIds = v.array(textThat(peerIdFromString, 'the id of a peer'))

const routing = v.pipe(texts, v.check(list => list.length > 0, 'expected at least one way; "none" for none'))

const configSchema: v.GenericSchema<unknown, Config> = group({
  listen: v.optional(addresses),
  routing: v.optional(routing),
  bootstrap: v.optional(peers),
  peers: v.optional(peers),
  providers: v.optional(v.record(textThat(text => CID.parse(text), 'a CID'), peers)),
  findTimeout: v.optional(v.pipe(duration, v.minValue(1))),
  dht: v.optional(group({
    protocol: v.optional(v.string()),
    privateAddresses: v.optional(v.boolean()),
    lanProtocol: v.optional(v.string()),
    lanLoopback: v.optional(v.boolean()),
    maxRecords: v.optional(count)
  })),
  swarmKey: v.optional(v.pipe(v.string(), v.minLength(1, 'expected the path of a file'))),
  allowPeers: v.optional(peerIds),
  reachability: v.optional(group({
    announce: v.optional(addresses),
    upnp: v.optional(v.boolean()),
    autonat: v.optional(v.boolean()),
    relay: v.optional(v.picklist(['off', 'use'])),
    relayServer: v.optional(v.boolean()),
    holePunching: v.optional(v.boolean())
  })),
  providing: v.optional(group({
    strategy: v.optional(v.picklist(['all', 'roots', 'pinned', 'none'])),
    interval: v.optional(duration),
    workers: v.optional(count),
    maxPerSecond: v.optional(v.pipe(v.number(), v.gtValue(0))),
    maxQueued: v.optional(count)
  })),
  routingServer: v.optional(v.string()),
  storage: v.optional(group({
    max: v.optional(size),
    gcWatermark: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1)))
  }))
})

export interface Fault {
  /** As `reachability.relay` or `listen[0]`; empty for the whole. */
  field: string
  reason: string
}

/** @returns the config, or the first thing that is wrong with it */
export function checkConfig (value: unknown): { config: Config } | { fault: Fault } {
  const result = v.safeParse(configSchema, value, { abortEarly: true })

  if (result.success) {
    return fault(result.output) ?? { config: result.output }
  }

  const [issue] = result.issues

  return { fault: { field: pathOf(issue), reason: reasonOf(issue) } }
}

/** What a schema of single values cannot see. */
function fault ({ routing }: Config): { fault: Fault } | undefined {
  try {
    parseRouting(routing ?? [])

    return undefined
  } catch (error) {
    return { fault: { field: 'routing', reason: error instanceof Error ? error.message : String(error) } }
  }
}

function pathOf (issue: v.BaseIssue<unknown>): string {
  const keys = (issue.path ?? []).map(({ key }) => typeof key === 'number' ? `[${key}]` : `.${String(key)}`)

  return keys.join('').replace(/^\./, '')
}

function reasonOf (issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object') {
    return issue.expected === 'never' ? 'there is no such setting' : `expected Object, got ${issue.received}`
  }

  return issue.message.replace(/^Invalid \w+: Expected (.*) but received (.*)$/, 'expected $1, got $2')
}
