/** Which addresses the world may dial. */
import { BlockList } from 'node:net'
import type { Multiaddr } from '@multiformats/multiaddr'

/** https://www.iana.org/assignments/iana-ipv4-special-registry/ and the same for IPv6, what a host may have of it. */
const NOT_PUBLIC = {
  ipv4: [
    '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12',
    '192.0.0.0/24', '192.0.2.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3'
  ],
  ipv6: ['::/127', '64:ff9b:1::/48', '100::/64', '2001:db8::/32', 'fc00::/7', 'fe80::/10', 'ff00::/8']
} as const

const notPublic = new BlockList()

for (const family of ['ipv4', 'ipv6'] as const) {
  for (const range of NOT_PUBLIC[family]) {
    const [address = '', prefix] = range.split('/')

    notPublic.addSubnet(address, Number(prefix), family)
  }
}

/** A name counts as public; an address at a relay does not, since it is the relay's. */
export function isPublicAddress (address: Multiaddr): boolean {
  const components = address.getComponents()
  const [first] = components

  if (first?.value == null || components.some(({ name }) => name === 'p2p-circuit')) {
    return false
  }

  switch (first.name) {
    case 'ip4': return !notPublic.check(first.value, 'ipv4')
    case 'ip6': return !notPublic.check(first.value, 'ipv6')
    default: return first.name.startsWith('dns') && first.value !== 'localhost' && !first.value.endsWith('.local')
  }
}
