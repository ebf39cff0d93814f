/**
 * Reads the config file of a node: JSON, checked, or an error that says where it is wrong.
 *
 * Limits: a file of {@link MAX_CONFIG_SIZE}; what is no file (a folder, a pipe that nobody writes to) is refused.
 */
import { constants, open } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '../../errors.ts'
import { errorCode, unlessMissing } from '../../store/storage-error.ts'
import type { FileHandle } from 'node:fs/promises'
import type { Config } from './config.ts'

/** What it is called in a repo. */
export const CONFIG_FILE = 'config.json'

/** In bytes; with a table of some ten thousand providers in it. */
const MAX_CONFIG_SIZE = 1_048_576

/**
 * The file that is named must be there; without a name that of the repo, if
 * there is one.
 *
 * @throws ConfigError
 */
export async function readConfig (repo: string, file?: string): Promise<Config> {
  const path = file ?? join(repo, CONFIG_FILE)
  const text = await readSmallFile(path)

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

/** Undefined when there is none. */
async function readSmallFile (path: string): Promise<string | undefined> {
  try {
    // without NONBLOCK opening a pipe waits for whoever writes to it
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(unlessMissing)

    return file == null ? undefined : await textOf(path, file)
  } catch (error) {
    throw error instanceof ConfigError ? error : new ConfigError(path, '', `it cannot be read (${errorCode(error) ?? String(error)})`, { cause: error })
  }
}

/** Closes the file. */
async function textOf (path: string, file: FileHandle): Promise<string> {
  try {
    const found = await file.stat()

    if (!found.isFile()) {
      throw new ConfigError(path, '', 'it is no file')
    }

    if (found.size > MAX_CONFIG_SIZE) {
      throw new ConfigError(path, '', `it is longer than ${MAX_CONFIG_SIZE} bytes`)
    }

    const text = await file.readFile('utf8')

    // a mark that some editors begin a file with
    return text.replace(/^\uFEFF/, '')
  } finally {
    await file.close()
  }
}

function parse (path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ConfigError(path, '', error instanceof Error ? error.message : String(error), { cause: error })
  }
}
