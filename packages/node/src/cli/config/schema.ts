/**
 * Checks what a config file says (`config.ts`). Sizes and durations are written
 * as on the command line (`10GB`, `22h`) or as a number of bytes or
 * milliseconds. Whatever is not listed here is an error: a misspelt name that is
 * ignored is worse than none.
 */
import * as v from 'valibot'
import { parseRouting } from './routing-list.ts'
import { parseDuration, parseSize } from '../values.ts'
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

/** An object with these fields and no others. */
function group<T extends v.ObjectEntries> (entries: T): v.GenericSchema<unknown, v.InferOutput<v.StrictObjectSchema<T, undefined>>> {
  return v.pipe(v.custom<unknown>(value => !Array.isArray(value), 'expected Object, got Array'), v.strictObject(entries))
}

const count = v.pipe(v.number(), v.integer(({ input }) => `expected a whole number, got ${input}`), v.minValue(1))
const duration = numberOr(parseDuration, value => value >= 0, 'expected a duration, as in "22h" or "30s", or milliseconds')
const size = numberOr(parseSize, value => Number.isSafeInteger(value) && value > 0, 'expected a size, as in "10GB" or "512MiB", or bytes')
const texts = v.array(v.string())

const routing = v.pipe(texts, v.check(list => list.length > 0, 'expected at least one way; "none" for none'))

const configSchema: v.GenericSchema<unknown, Config> = group({
  listen: v.optional(texts),
  routing: v.optional(routing),
  bootstrap: v.optional(texts),
  peers: v.optional(texts),
  providers: v.optional(v.record(v.string(), texts)),
  findTimeout: v.optional(duration),
  dht: v.optional(group({
    protocol: v.optional(v.string()),
    privateAddresses: v.optional(v.boolean()),
    lanProtocol: v.optional(v.string()),
    lanLoopback: v.optional(v.boolean()),
    maxRecords: v.optional(count)
  })),
  swarmKey: v.optional(v.pipe(v.string(), v.minLength(1, 'expected the path of a file'))),
  allowPeers: v.optional(texts),
  reachability: v.optional(group({
    announce: v.optional(texts),
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
