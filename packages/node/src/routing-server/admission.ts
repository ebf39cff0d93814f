/**
 * How much there is at a time, of requests that are answered or of connections, in
 * all and of each client; and who may ask under which name. Pure.
 *
 * Limits: keeps a number for each client that has any, so no more than there may
 * be in all, and nothing of those that have gone.
 */
import { isIP } from 'node:net'
import { clientOf } from './client-of.ts'
import { parseListen } from './options.ts'
import type { RoutingServerOptions } from './options.ts'

export interface AdmissionLimits {
  max: number
  /** Of one client. */
  maxPerClient: number
}

export class Admission {
  readonly #limits: AdmissionLimits
  readonly #clients = new Map<string, number>()
  #entered = 0

  constructor (limits: AdmissionLimits) {
    this.#limits = limits
  }

  /** Clients that have entered. */
  get clients (): number {
    return this.#clients.size
  }

  /**
   * False when it is one too many; true is to be followed by {@link leave}.
   *
   * @param address - it comes from
   */
  enter (address: string): boolean {
    const client = clientOf(address)
    const mine = this.#clients.get(client) ?? 0

    if (this.#entered >= this.#limits.max || mine >= this.#limits.maxPerClient) {
      return false
    }

    this.#entered++
    this.#clients.set(client, mine + 1)

    return true
  }

  leave (address: string): void {
    const client = clientOf(address)
    const others = (this.#clients.get(client) ?? 0) - 1

    this.#entered--

    if (others > 0) {
      this.#clients.set(client, others)
    } else {
      this.#clients.delete(client)
    }
  }
}

function isLoopback (host: string): boolean {
  const name = host.toLowerCase()

  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'))
}

/** @param host - the header of that name */
export function hostAllowed (host: string | undefined, { listen, allowedHosts }: Pick<RoutingServerOptions, 'listen' | 'allowedHosts'>): boolean {
  const isChecked = allowedHosts.length > 0 || isLoopback(parseListen(listen)?.host ?? '')

  if (!isChecked) {
    return true
  }

  const name = parseListen(host ?? '')?.host ?? (host ?? '').replace(/^\[(.*)\]$/, '$1')

  return isLoopback(name) || allowedHosts.some(allowed => allowed.toLowerCase() === name.toLowerCase())
}
