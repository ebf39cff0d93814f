/** Reads the config file of a node: JSON, checked, or an error that says where it is wrong. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '../../errors.ts'
import { storageError, unlessMissing } from '../../store/storage-error.ts'
import type { Config } from './config.ts'

/** What it is called in a repo. */
export const CONFIG_FILE = 'config.json'

/**
 * The file that is named must be there; without a name that of the repo, if
 * there is one.
 *
 * @throws ConfigError
 */
export async function readConfig (repo: string, file?: string): Promise<Config> {
  const path = file ?? join(repo, CONFIG_FILE)
  const text = await readFile(path, 'utf8').catch(unlessMissing).catch((error: unknown) => { throw storageError(error, path) })

  if (text == null) {
    if (file != null) {
      throw new ConfigError(path, '', 'there is no such file')
    }

    return {}
  }

  const { checkConfig } = await import('./schema.ts')
  const checked = checkConfig(parse(path, text))

  if ('fault' in checked) {
    throw new ConfigError(path, checked.fault.field, checked.fault.reason)
  }

  return checked.config
}

function parse (path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ConfigError(path, '', error instanceof Error ? error.message : String(error), { cause: error })
  }
}
