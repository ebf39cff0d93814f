import { isIP } from 'node:net'

/** Of the eight groups of an IPv6 address: the network, which one customer of a provider has to himself at least. */
const NETWORK_GROUPS = 4

/**
 * Who counts as one client: an IPv4 address, or all IPv6 addresses of a /64, since
 * whoever has one of them has the others too. An IPv4 address that is written as an
 * IPv6 one is the IPv4 one. What is no address is itself.
 */
export function clientOf (address: string): string {
  const [plain = '', zone] = address.split('%')

  if (isIP(plain) !== 6) {
    return address
  }

  const groups = groupsOf(plain)
  const [high = 0, low = 0] = groups.slice(6)

  if (groups[5] === 0xffff && groups.slice(0, 5).every(group => group === 0)) {
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.')
  }

  const network = groups.slice(0, NETWORK_GROUPS).map(group => group.toString(16)).join(':')

  return `${network}::/64${zone == null ? '' : `%${zone}`}` // the same link-local network is another on each interface
}

/** The eight numbers of a valid IPv6 address. */
function groupsOf (address: string): number[] {
  const [head = '', tail = ''] = address.split('::').map(part => part.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...bytes: string[]) => pairs(bytes.slice(0, 4).map(Number))))
  const [before, after] = [head, tail].map(part => part === '' ? [] : part.split(':').map(group => Number.parseInt(group, 16))) as [number[], number[]]

  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
}

function pairs ([a = 0, b = 0, c = 0, d = 0]: number[]): string {
  return `${(a << 8 | b).toString(16)}:${(c << 8 | d).toString(16)}`
}
