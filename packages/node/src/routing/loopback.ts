import type { Multiaddr } from '@multiformats/multiaddr'

/** Does it lead to the machine of whoever dials it? */
export function isLoopbackAddress (address: Multiaddr): boolean {
  const [first] = address.getComponents()

  switch (first?.name) {
    case 'ip4':
      return first.value?.startsWith('127.') === true
    case 'ip6':
      return first.value === '::1'
    case 'dns':
    case 'dns4':
    case 'dns6':
      return first.value === 'localhost'
    default:
      return false
  }
}
