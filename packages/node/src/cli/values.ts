/**
 * What users write, made into what the code works with: sizes, durations, CIDs,
 * addresses. One place, so that all commands take the same and say the same
 * when it is wrong.
 */
import { CID } from 'multiformats/cid'
import { InvalidArgumentError } from '../errors.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1_024,
  mib: 1_048_576,
  gib: 1_073_741_824,
  tib: 1_099_511_627_776
}

const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** Longer than this the timers of the host cannot wait: some 24 days. */
export const MAX_DURATION = 0x7fffffff

/** Bytes of `64MiB`, `1.5GB`, `262144`. Whole, and at least one. */
export function parseSize (text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text.trim()) ?? []
  const factor = SIZE_UNITS[unit.toLowerCase()]
  const size = Number(number) * (factor ?? Number.NaN)

  if (number === '' || !Number.isSafeInteger(size) || size === 0) {
    throw new InvalidArgumentError('size', text, 'expected a number of bytes, or as in 64MiB, 256KiB, 1GB')
  }

  return size
}

/** Milliseconds of `30s`, `500ms`, `1m30s`, `2h`. More than none, and at most {@link MAX_DURATION}. */
export function parseDuration (text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  const duration = parts.reduce((sum, [, number, unit]) => sum + Number(number) * (DURATION_UNITS[unit ?? ''] ?? 0), 0)

  if (parts.map(([part]) => part).join('') !== text || duration === 0) {
    throw new InvalidArgumentError('duration', text, 'expected as in 30s, 500ms, 1m30s')
  }

  if (duration > MAX_DURATION) {
    throw new InvalidArgumentError('duration', text, 'it is longer than 24 days')
  }

  return duration
}

/** A whole number, at least one. */
export function parseCount (text: string): number {
  const count = Number(text)

  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count === 0) {
    throw new InvalidArgumentError('number', text, 'expected a whole number, at least 1')
  }

  return count
}

/** What a switch that may be turned off is given: `true` or `false`. */
export function parseSwitch (text: string): boolean {
  if (text !== 'true' && text !== 'false') {
    throw new InvalidArgumentError('value', text, 'expected =true or =false')
  }

  return text === 'true'
}

/** A CID as it is, or behind `/ipfs/` or `ipfs://`. */
export function parseCid (text: string): CID {
  const { cid, path } = parseCidPath(text)

  if (path !== '') {
    throw new InvalidArgumentError('CID', text, 'a path into a folder cannot be used here')
  }

  return cid
}

export interface CidPath {
  cid: CID
  /** Names below it, joined by slashes; empty for the block itself. */
  path: string
}

/** A CID and a path below it, as in `CID/folder/file`. */
export function parseCidPath (text: string): CidPath {
  const [root = '', ...names] = text.replace(/^(\/ipfs\/|ipfs:\/\/)/, '').split('/')

  try {
    return { cid: CID.parse(root), path: names.filter(name => name !== '').join('/') }
  } catch (error) {
    throw new InvalidArgumentError('CID', text, 'it cannot be decoded', { cause: error })
  }
}

/** Addresses of peers, as in `/ip4/127.0.0.1/tcp/4001/p2p/12D3Koo…`. */
export async function parseAddresses (texts: readonly string[]): Promise<Multiaddr[]> {
  const { multiaddr } = await import('@multiformats/multiaddr')
  const { peerIdFromString } = await import('@libp2p/peer-id')

  return texts.map(text => {
    const address = attempt(text, () => multiaddr(text))
    const components = address.getComponents()

    if (components.length === 0) {
      throw new InvalidArgumentError('address', text, 'it is empty')
    }

    for (const { value = '' } of components.filter(({ name }) => name === 'p2p')) {
      attempt(text, () => peerIdFromString(value), `${JSON.stringify(value)} is no peer id`)
    }

    return address
  })
}

/** Is it an address at which one peer must answer, and no other? */
export function endsInPeer (address: Multiaddr): boolean {
  const components = address.getComponents()

  return components.length > 1 && components.at(-1)?.name === 'p2p'
}

/** Says of an address what is wrong with it: `reason`, or what the library says. */
function attempt<T> (text: string, parse: () => T, reason?: string): T {
  try {
    return parse()
  } catch (error) {
    throw new InvalidArgumentError('address', text, reason ?? (error instanceof Error ? error.message : String(error)), { cause: error })
  }
}
