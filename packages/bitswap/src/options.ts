/** All options, composed of each folder's own and resolved once, at the top. */
import type { ClientInit, ClientOptions } from './client/options.ts'
import { resolveClientOptions } from './client/resolve-options.ts'
import { InvalidOptionError } from './errors.ts'
import type { NetworkInit, NetworkOptions } from './network/options.ts'
import { resolveNetworkOptions } from './network/resolve-options.ts'
import type { ProvidingInit, ProvidingOptions } from './providing/options.ts'
import { resolveProvidingOptions } from './providing/resolve-options.ts'
import { resolveServerOptions } from './server/resolve-options.ts'
import type { ServerInit, ServerOptions } from './server/options.ts'

export interface BitswapInit {
  /** The wanting side: `client/options.ts`. */
  client?: ClientInit
  /**
   * The serving side: `server/options.ts`. `false` and `'silent'` switch it off:
   * short for `{ serve: false }` and `{ serve: 'silent' }`.
   */
  server?: ServerInit | false | 'silent'
  /** Streams and messages: `network/options.ts`. */
  network?: NetworkInit
  /** Announcing what is here: `providing/options.ts`. */
  providing?: ProvidingInit
}

export interface BitswapOptions {
  readonly client: ClientOptions
  readonly server: ServerOptions
  readonly network: NetworkOptions
  readonly providing: ProvidingOptions
}

/** @throws InvalidOptionError */
export function resolveOptions (init: BitswapInit = {}): BitswapOptions {
  const options: BitswapOptions = Object.freeze({
    client: resolveClientOptions(init.client),
    server: resolveServerOptions(serverInit(init.server)),
    network: resolveNetworkOptions(init.network),
    providing: resolveProvidingOptions(init.providing)
  })

  for (const [name, value] of Object.entries(init)) {
    if (!Object.hasOwn(options, name)) {
      throw new InvalidOptionError(name, value, `left out: there is ${Object.keys(options).join(', ')}`)
    }
  }

  return options
}

function serverInit (server: BitswapInit['server']): ServerInit | undefined {
  return server === false || server === 'silent' ? { serve: server } : server
}
