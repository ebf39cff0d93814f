/** What the command line and the config file say of the network, as a node takes it. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { unlessMissing } from '../store/storage-error.ts'
import { InvalidArgumentError } from '../errors.ts'
import { readConfig } from './config/read-config.ts'
import { fetchInit, providersOf, serveInit } from './config/settings.ts'
import { parseCid } from './values.ts'
import type { CommandContext } from './context.ts'
import type { FetchFlags, NetworkFlags, ServeFlags } from './config/settings.ts'
import type { Config } from './config/config.ts'
import type { NodeInit } from '../node/options.ts'

/** The key of a private network in a repo, as Kubo has it. */
const SWARM_KEY = 'swarm.key'

const PEER_ADDRESS = 'an address that ends in the id of the peer, as /ip4/127.0.0.1/tcp/4001/p2p/12D3…'

export interface ConfigFlags {
  /** Path of the config file; that of the repo by default. */
  config?: string
  /** Path of the key of a private network; that of the repo by default. */
  swarmKey?: string
}

/** Of a command that fetches. */
export async function fetchSettings (context: CommandContext, flags: FetchFlags & ConfigFlags): Promise<NodeInit> {
  await checkFlags(flags)

  const config = await readConfig(context.repo, flags.config)

  return fetchInit({ ...flags, swarmKey: await swarmKey(context, flags, config) }, config)
}

/** Of a node that stays. */
export async function serveSettings (context: CommandContext, flags: ServeFlags & ConfigFlags): Promise<{ init: NodeInit, config: Config }> {
  await checkFlags(flags)

  const config = await readConfig(context.repo, flags.config)

  return { config, init: serveInit({ ...flags, swarmKey: await swarmKey(context, flags, config) }, config) }
}

/** What no node could use is told by the name it was given under. @throws InvalidArgumentError */
async function checkFlags ({ bootstrap = [], provider = [], allowPeer = [] }: NetworkFlags): Promise<void> {
  if (bootstrap.length + provider.length + allowPeer.length === 0) {
    return
  }

  const { parsePeerAddress } = await import('../routing/peer-addresses.ts')
  const { peerIdFromString } = await import('@libp2p/peer-id')
  const providers = Object.entries(providersOf(provider))

  requireEach('bootstrap', bootstrap, parsePeerAddress, PEER_ADDRESS)
  requireEach('provider', providers.map(([cid]) => cid), parseCid, 'a CID')
  requireEach('provider', providers.flatMap(([, addresses]) => addresses), parsePeerAddress, PEER_ADDRESS)
  requireEach('allow-peer', allowPeer, peerIdFromString, 'the id of a peer')
}

function requireEach (flag: string, texts: readonly string[], parse: (text: string) => unknown, expected: string): void {
  for (const text of texts) {
    try {
      parse(text)
    } catch (error) {
      throw new InvalidArgumentError(`--${flag}`, text, `expected ${expected}`, { cause: error })
    }
  }
}

/** Empty without one; never because a name was left empty, which would end on the public network. */
async function swarmKey ({ repo }: CommandContext, flags: ConfigFlags, config: Config): Promise<string> {
  if (flags.swarmKey === '') {
    throw new InvalidArgumentError('swarm key', '', 'expected a file')
  }

  const path = join(repo, SWARM_KEY)

  return flags.swarmKey ?? config.swarmKey ?? (await access(path).then(() => path).catch(unlessMissing) ?? '')
}
