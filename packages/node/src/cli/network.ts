/** What the command line and the config file say of the network, as a node takes it. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { unlessMissing } from '../store/storage-error.ts'
import { InvalidArgumentError } from '../errors.ts'
import { readConfig } from './config/read-config.ts'
import { fetchInit, serveInit } from './config/settings.ts'
import type { CommandContext } from './context.ts'
import type { FetchFlags, ServeFlags } from './config/settings.ts'
import type { Config } from './config/config.ts'
import type { NodeInit } from '../node/options.ts'

/** The key of a private network in a repo, as Kubo has it. */
const SWARM_KEY = 'swarm.key'

export interface ConfigFlags {
  /** Path of the config file; that of the repo by default. */
  config?: string
  /** Path of the key of a private network; that of the repo by default. */
  swarmKey?: string
}

/** Of a command that fetches. */
export async function fetchSettings (context: CommandContext, flags: FetchFlags & ConfigFlags): Promise<NodeInit> {
  const config = await readConfig(context.repo, flags.config)

  return fetchInit({ ...flags, swarmKey: await swarmKey(context, flags, config) }, config)
}

/** Of a node that stays. */
export async function serveSettings (context: CommandContext, flags: ServeFlags & ConfigFlags): Promise<{ init: NodeInit, config: Config }> {
  const config = await readConfig(context.repo, flags.config)

  return { config, init: serveInit({ ...flags, swarmKey: await swarmKey(context, flags, config) }, config) }
}

/** Empty without one; never because a name was left empty, which would end on the public network. */
async function swarmKey ({ repo }: CommandContext, flags: ConfigFlags, config: Config): Promise<string> {
  if (flags.swarmKey === '') {
    throw new InvalidArgumentError('swarm key', '', 'expected a file')
  }

  const path = join(repo, SWARM_KEY)

  return flags.swarmKey ?? config.swarmKey ?? (await access(path).then(() => path).catch(unlessMissing) ?? '')
}
