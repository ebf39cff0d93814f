/** Takes addresses out of those to be announced. libp2p 3.3 has an option `noAnnounce` that nothing reads. */
import { BlockList } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'

/** @param never - beginnings of addresses, and ranges as `/ip4/10.0.0.0/ipcidr/8` */
export function announceFilter (never: readonly string[]): (addresses: Multiaddr[]) => Multiaddr[] {
  const ranges = new BlockList()
  const beginnings: string[] = []

  for (const each of never) {
    const [ip, mask] = multiaddr(each).getComponents()

    if (mask?.name === 'ipcidr' && ip?.value != null) {
      ranges.addSubnet(ip.value, Number(mask.value), ip.name === 'ip6' ? 'ipv6' : 'ipv4')
    } else {
      beginnings.push(each.replace(/\/+$/, ''))
    }
  }

  return addresses => addresses.filter(address => {
    const text = address.toString()
    const [ip] = address.getComponents()
    const isInRange = ip?.value != null && (ip.name === 'ip4' || ip.name === 'ip6') && ranges.check(ip.value, ip.name === 'ip6' ? 'ipv6' : 'ipv4')

    return !isInRange && !beginnings.some(beginning => text === beginning || text.startsWith(`${beginning}/`))
  })
}
