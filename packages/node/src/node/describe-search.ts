/** What a node finds others by, and what did not work of it, in words. */
import type { BitswapNode } from './create-node.ts'

/** A line for each router whose last look-up failed, and one for bootstrap peers if none is there. */
export function describeSearch ({ routing, keptPeers }: Pick<BitswapNode, 'keptPeers'> & { routing: Pick<BitswapNode['routing'], 'stat'> }): string[] {
  const routers = routing.stat().flatMap(({ name, reason }) => reason == null ? [] : [`${name} could not say who has it: ${without(reason, name)}`])
  const bootstrap = keptPeers().filter(({ kind }) => kind === 'bootstrap')
  const lost = bootstrap.length > 0 && bootstrap.every(({ connected }) => !connected)

  return [...routers, ...lost ? [`none of ${bootstrap.length} bootstrap peers could be reached`] : []]
}

/** Reasons of which each can stand alone begin with the name of the router. */
function without (reason: string, name: string): string {
  return reason.startsWith(`${name} `) ? reason.slice(name.length + 1) : reason
}
