/**
 * The ways to find providers, as users list them: `dht,delegated=URL,mdns`.
 * Written the same on the command line and in the config file.
 */
import { PUBLIC_DELEGATED } from '../../routing/public-routers.ts'
import { ROUTING_WAYS } from '../routing-ways.ts'
import { InvalidArgumentError } from '../../errors.ts'
import { DhtMode } from '../../routing/options.ts'
import type { RoutingInit } from '../../routing/options.ts'

type Ways = Pick<Required<RoutingInit>, 'dht' | 'lanDht' | 'delegated' | 'mdns'>

const NO_WAY: Readonly<Ways> = Object.freeze({ dht: false, lanDht: false, delegated: [], mdns: false })

/** @throws InvalidArgumentError that names the one that is wrong */
export function parseRouting (texts: readonly string[]): Ways {
  const names = texts.flatMap(text => text.split(',')).map(name => name.trim())
  const ways: Ways = { ...NO_WAY }

  for (const name of names) {
    Object.assign(ways, parseWay(name, ways))
  }

  if (names.includes('none') && names.length > 1) {
    throw new InvalidArgumentError('routing', names.join(','), 'none cannot be combined with others')
  }

  return ways
}

function parseWay (name: string, { delegated }: Ways): Partial<Ways> {
  const [, dht, , mode = DhtMode.Client] = /^(dht|lan)(=(client|server|auto))?$/.exec(name) ?? []

  if (dht != null) {
    return { [dht === 'dht' ? 'dht' : 'lanDht']: mode as DhtMode }
  }

  switch (name) {
    case 'none': return {}
    case 'mdns': return { mdns: true }
    case 'delegated': return { delegated: [...delegated, ...PUBLIC_DELEGATED] }
    default: return { delegated: [...delegated, delegatedUrl(name)] }
  }
}

function delegatedUrl (name: string): string {
  const url = /^delegated=(.*)$/s.exec(name)?.[1]

  if (url == null) {
    throw new InvalidArgumentError('routing', name, `expected ${ROUTING_WAYS}`)
  }

  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new InvalidArgumentError('routing', name, 'expected the URL of a router, as in delegated=https://delegated-ipfs.dev')
  }

  return url
}
