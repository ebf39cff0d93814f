/**
 * Looks for UPnP gateways with the client of libp2p, and keeps what goes wrong in
 * it from the rest of the node. When it cannot bind its port, which another
 * program may have, an error of it is caught by nobody and ends the process; so
 * the port is tried first.
 *
 * Says once that there is no gateway, at the first search.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import type { Logger } from '@libp2p/interface'
import type { UPnPNATClient } from '@libp2p/upnp-nat'

/** Of SSDP, which gateways are found with. */
const PORT = 1_900

export interface GatewaySearchComponents {
  log: Logger
  /** Rejects when there is no way to ask. */
  probe: () => Promise<void>
}

export function carefulClient (inner: UPnPNATClient, { log, probe }: GatewaySearchComponents): UPnPNATClient {
  let isFirst = true

  const sayOnce = (reason: string): void => {
    if (isFirst) {
      isFirst = false
      log.error('no port was opened on a router: %s', reason)
    }
  }

  return {
    getGateway: async (descriptor, options) => inner.getGateway(descriptor, options),
    async * findGateways (options) {
      let found = false

      try {
        await probe()

        for await (const gateway of inner.findGateways(options)) {
          found = true
          isFirst = false
          yield gateway
        }
      } catch (error) {
        sayOnce(error instanceof Error ? error.message : String(error))
      }

      if (!found) {
        sayOnce('none was found that speaks UPnP')
      }
    }
  }
}

/** Binds the port at each address that a search would, and lets go of it. */
export async function probeSsdp (interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces()): Promise<void> {
  const external = Object.values(interfaces).flatMap(each => each ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('169.254.') && !address.startsWith('fe80'))

  if (external.length === 0) {
    throw new Error('there is no network')
  }

  for (const { family, address } of external) {
    const isV6 = family === 'IPv6'
    const socket = createSocket({ type: isV6 ? 'udp6' : 'udp4', ipv6Only: isV6, reuseAddr: true })
    const closed = once(socket, 'close')

    try {
      socket.bind(PORT, address)
      await once(socket, 'listening')
    } finally {
      socket.close()
      await closed
    }
  }
}
